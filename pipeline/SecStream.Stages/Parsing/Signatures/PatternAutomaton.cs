using System.Text;

namespace SecStream.Stages.Parsing.Signatures;

/// <summary>What a signature accuses a request of.</summary>
internal enum Accusation
{
    /// <summary>SQL injection.</summary>
    Sql = 0,

    /// <summary>Cross-site scripting.</summary>
    Script = 1,

    /// <summary>Path traversal and reading of files.</summary>
    Path = 2,

    /// <summary>Command injection.</summary>
    Command = 3,

    /// <summary>A scanner that names itself.</summary>
    Scanner = 4,

    /// <summary>Words of SQL that are words of English too: they only strengthen what its syntax shows.</summary>
    SqlWords = 5,
}

/// <summary>A lower-case text and how strongly it speaks for an accusation (<see cref="RequestSignatures.Threshold"/> is proof).</summary>
internal readonly record struct Pattern(string Text, Accusation Accusation, int Weight);

/// <summary>
/// Aho-Corasick over bytes: one table step per byte finds every pattern at once, whatever their number. Bytes that no pattern holds share a
/// column. Immutable after construction, so shared by all sources.
/// </summary>
internal sealed class PatternAutomaton
{
    private readonly byte[] _column = new byte[256];
    // Next state times width; negative (its complement) when patterns end there, so that the common step is one load and one test.
    private readonly int[] _steps;
    private readonly ushort[][] _hits;
    private readonly int _width;

    public PatternAutomaton(IReadOnlyList<Pattern> patterns)
    {
        Patterns = [.. patterns];
        var texts = patterns.Select(p => Encoding.Latin1.GetBytes(p.Text)).ToArray();
        foreach (var b in texts.SelectMany(t => t).Distinct().Order())
        {
            _column[b] = (byte)++_width;
        }

        _width++;
        var next = new ushort[(texts.Sum(t => t.Length) + 1) * _width];
        var hits = new List<List<ushort>> { new() };
        for (var i = 0; i < texts.Length; i++)
        {
            hits[Insert(next, texts[i], hits)].Add((ushort)i);
        }

        Link(next, hits);
        _hits = [.. hits.Select(h => h.ToArray())];
        _steps = [.. next.Take(hits.Count * _width).Select(state => _hits[state].Length == 0 ? state * _width : ~(state * _width))];
    }

    /// <summary>The patterns by index.</summary>
    public Pattern[] Patterns { get; }

    /// <summary>Adds the weight of each pattern found in the text, once, to its accusation's score.</summary>
    public void Score(ReadOnlySpan<byte> text, Span<int> scores)
    {
        Span<ulong> seen = stackalloc ulong[(Patterns.Length >> 6) + 1];
        seen.Clear();
        var at = 0;
        foreach (var b in text)
        {
            at = _steps[at + _column[b]];
            if (at < 0)
            {
                at = ~at;
                Count(_hits[at / _width], seen, scores);
            }
        }
    }

    private void Count(ushort[] hits, Span<ulong> seen, Span<int> scores)
    {
        foreach (var hit in hits)
        {
            var bit = 1UL << (hit & 63);
            if ((seen[hit >> 6] & bit) == 0)
            {
                seen[hit >> 6] |= bit;
                scores[(int)Patterns[hit].Accusation] += Patterns[hit].Weight;
            }
        }
    }

    private int Insert(ushort[] transitions, byte[] text, List<List<ushort>> hits)
    {
        var state = 0;
        foreach (var b in text)
        {
            ref var next = ref transitions[(state * _width) + _column[b]];
            if (next == 0)
            {
                next = checked((ushort)hits.Count);
                hits.Add([]);
            }

            state = next;
        }

        return state;
    }

    /// <summary>Breadth first: a missing edge goes where the longest proper suffix goes, and a state hits what that suffix hits.</summary>
    private void Link(ushort[] transitions, List<List<ushort>> hits)
    {
        var suffix = new ushort[hits.Count];
        var queue = new Queue<int>([0]);
        while (queue.TryDequeue(out var state))
        {
            for (var column = 0; column < _width; column++)
            {
                ref var next = ref transitions[(state * _width) + column];
                var fallback = state == 0 ? (ushort)0 : transitions[(suffix[state] * _width) + column];
                if (next == 0)
                {
                    next = fallback;
                }
                else
                {
                    suffix[next] = fallback;
                    hits[next].AddRange(hits[fallback]);
                    queue.Enqueue(next);
                }
            }
        }
    }
}
