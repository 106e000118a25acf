using System.Runtime.CompilerServices;

namespace SecStream.Stages.Rules.Matching;

/// <summary>
/// Finds all of many texts in one pass over a value (Aho and Corasick 1975), as a full automaton over byte classes: one table step per byte,
/// whatever the number of texts. Memory: states × classes × 4 bytes. Immutable and thread-safe.
/// </summary>
internal sealed class AhoCorasick
{
    private readonly byte[] _class = new byte[256];
    private readonly int _classCount;
    private readonly int[] _next;
    private readonly int[] _output;
    private readonly int[] _outputLink;

    /// <summary>Builds the automaton; a text's number is its position. Empty texts are not allowed.</summary>
    public AhoCorasick(IReadOnlyList<byte[]> texts)
    {
        foreach (var b in texts.SelectMany(t => t))
        {
            if (_class[b] == 0)
            {
                // Class 0 is "in no text"; 255 others are enough because UTF-8 never uses all bytes.
                _class[b] = (byte)++_classCount;
            }
        }

        _classCount++;
        var trie = new List<int[]> { new int[_classCount] };
        var output = new List<int> { -1 };
        for (var i = 0; i < texts.Count; i++)
        {
            var state = 0;
            foreach (var b in texts[i])
            {
                ref var next = ref trie[state][_class[b]];
                if (next == 0)
                {
                    next = trie.Count;
                    trie.Add(new int[_classCount]);
                    output.Add(-1);
                }

                state = trie[state][_class[b]];
            }

            output[state] = i;
        }

        _output = [.. output];
        _outputLink = new int[trie.Count];
        _next = new int[trie.Count * _classCount];
        Complete(trie);
    }

    /// <summary>Number of states.</summary>
    public int StateCount => _output.Length;

    /// <summary>The state after a byte; the start state is 0. A state is twice the offset of its row, plus one when a text ends there.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Step(int state, byte value) => _next[(state >> 1) + _class[value]];

    /// <summary>The first text that ends in a state, −1 for none; go on with <see cref="NextOutput"/>.</summary>
    public int Output(int state, out int link)
    {
        var number = (state >> 1) / _classCount;
        link = _outputLink[number];
        return _output[number];
    }

    /// <summary>Whether a text ends in the state.</summary>
    public static bool Accepts(int state) => (state & 1) != 0;

    /// <summary>Follows the link to the next shorter text that ends here too; −1 at the end.</summary>
    public int NextOutput(ref int link)
    {
        if (link == 0)
        {
            return -1;
        }

        var text = _output[link];
        link = _outputLink[link];
        return text;
    }

    // Breadth first: a missing edge leads where the longest proper suffix leads. Rows are numbered first, then encoded.
    private void Complete(List<int[]> trie)
    {
        var fail = new int[trie.Count];
        var queue = new Queue<int>();
        queue.Enqueue(0);
        while (queue.TryDequeue(out var state))
        {
            for (var c = 0; c < _classCount; c++)
            {
                var child = trie[state][c];
                var inherited = state == 0 ? 0 : _next[(fail[state] * _classCount) + c];
                if (child == 0)
                {
                    _next[(state * _classCount) + c] = inherited;
                    continue;
                }

                fail[child] = inherited;
                _outputLink[child] = _output[inherited] >= 0 ? inherited : _outputLink[inherited];
                _next[(state * _classCount) + c] = child;
                queue.Enqueue(child);
            }
        }

        for (var i = 0; i < _next.Length; i++)
        {
            var target = _next[i];
            _next[i] = (target * _classCount * 2) + (_output[target] >= 0 || _outputLink[target] > 0 ? 1 : 0);
        }
    }
}
