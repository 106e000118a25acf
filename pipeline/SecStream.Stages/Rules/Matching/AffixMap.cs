namespace SecStream.Stages.Rules.Matching;

/// <summary>Texts that must begin (or end) a value: one hash lookup for every length that occurs. Immutable and thread-safe.</summary>
internal sealed class AffixMap
{
    private readonly int[] _lengths;
    private readonly ByteMap _map;
    private readonly bool _atEnd;

    public AffixMap(IReadOnlyList<(byte[] Key, int[] Values)> entries, bool atEnd)
    {
        _map = new ByteMap(entries);
        _lengths = [.. entries.Select(e => e.Key.Length).Distinct().Order()];
        _atEnd = atEnd;
    }

    /// <summary>Number of different lengths; lookups to make.</summary>
    public int LengthCount => _lengths.Length;

    /// <summary>The values of the affix of the n-th length; <paramref name="longer"/> is false when no further length fits.</summary>
    public ReadOnlySpan<int> Find(ReadOnlySpan<byte> text, int n, out bool longer)
    {
        var length = _lengths[n];
        longer = length <= text.Length;
        return longer ? _map.Find(_atEnd ? text[^length..] : text[..length]) : default;
    }
}
