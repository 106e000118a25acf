using System.Buffers;

namespace SecStream.Stages.Parsing.Signatures;

/// <summary>
/// Tells an attack from a request by a weighted count of signs. Most requests hold no byte that an attack needs and leave after one
/// vectorised search; the rest are decoded into a buffer (the first 8 KiB) and run through one automaton. Owned by one thread.
/// </summary>
internal sealed class RequestSignatures
{
    /// <summary>The score that proves an accusation.</summary>
    public const int Threshold = 6;

    // A quote or bracket and a word are English; this much syntax is not.
    private const int SyntaxFloor = 3;

    private const int AccusationCount = 6;

    private const int BufferBytes = 8192;

    // Without one of these, or two dots, no SQL, script, path or command gets through a URL.
    private static readonly SearchValues<byte> Suspects = SearchValues.Create("%'\"<>();|`$\\*#+ {\0"u8);

    private readonly OrdinaryAgents _agents = new();
    private readonly byte[] _buffer = new byte[BufferBytes];

    /// <summary>The guide-L action a URL or body amounts to; empty when it is ordinary.</summary>
    public ReadOnlySpan<byte> Classify(ReadOnlySpan<byte> text)
    {
        if (text.IndexOfAny(Suspects) < 0 && text.IndexOf(".."u8) < 0 && text.IndexOf("/."u8) < 0 && text.IndexOf("/etc/"u8) < 0
            && text.IndexOf("0x2e"u8) < 0 && text.IndexOf("://"u8) < 0 && text.IndexOf(".ini"u8) < 0)
        {
            return default;
        }

        var decoded = _buffer.AsSpan(0, RequestText.Normalise(text, _buffer));
        Span<int> scores = stackalloc int[AccusationCount];
        scores.Clear();
        SignaturePatterns.Request.Score(decoded, scores);
        RequestShapes.Score(decoded, scores);
        return Verdict(scores);
    }

    /// <summary>The action a user agent amounts to; empty when it is ordinary.</summary>
    public ReadOnlySpan<byte> ClassifyAgent(ReadOnlySpan<byte> agent) => _agents.IsOrdinary(agent) ? default : ScanAgent(agent);

    private ReadOnlySpan<byte> ScanAgent(ReadOnlySpan<byte> agent)
    {
        Span<byte> folded = stackalloc byte[512];
        var length = Math.Min(agent.Length, folded.Length);
        for (var i = 0; i < length; i++)
        {
            folded[i] = ByteText.Lower(agent[i]);
        }

        Span<int> scores = stackalloc int[AccusationCount];
        scores.Clear();
        SignaturePatterns.Agent.Score(folded[..length], scores);
        var verdict = Verdict(scores);
        if (verdict.IsEmpty)
        {
            _agents.Remember(agent);
        }

        return verdict;
    }

    private static ReadOnlySpan<byte> Verdict(scoped ReadOnlySpan<int> scores)
    {
        var sql = scores[(int)Accusation.Sql];
        if (sql >= Threshold || (sql >= SyntaxFloor && sql + scores[(int)Accusation.SqlWords] >= Threshold))
        {
            return "sql_injection_attempt"u8;
        }

        if (scores[(int)Accusation.Script] >= Threshold)
        {
            return "xss_attempt"u8;
        }

        int path = scores[(int)Accusation.Path], command = scores[(int)Accusation.Command];
        return path >= Threshold || command >= Threshold || scores[(int)Accusation.Scanner] >= Threshold || path + command >= Threshold + 2
            ? "suspicious_input_detected"u8
            : default;
    }
}
