namespace SecStream.Connectors.Segments;

/// <summary>
/// Which hashes are certainly not in a block: 10 bits and 7 probes a key, so that 0.8 % of the others seem to be (Bloom 1970; probes by double
/// hashing, Kirsch and Mitzenmacher 2006). Immutable.
/// </summary>
internal sealed class BloomFilter
{
    private const int BitsPerKey = 10;
    private const int Probes = 7;
    private readonly ulong[] _words;

    /// <summary>A filter of words read from a file.</summary>
    public BloomFilter(ulong[] words) => _words = words;

    /// <summary>A filter of some hashes.</summary>
    public BloomFilter(IReadOnlyCollection<ulong> hashes)
    {
        _words = new ulong[Math.Max(1, ((hashes.Count * BitsPerKey) + 63) / 64)];
        foreach (var hash in hashes)
        {
            for (var probe = 0; probe < Probes; probe++)
            {
                var bit = Bit(hash, probe);
                _words[bit >> 6] |= 1UL << (int)(bit & 63);
            }
        }
    }

    /// <summary>The filter of a block nobody has indexed: anything may be in it.</summary>
    public static BloomFilter Anything { get; } = new([ulong.MaxValue]);

    /// <summary>The bits.</summary>
    public ReadOnlySpan<ulong> Words => _words;

    /// <summary>False: certainly not in it.</summary>
    public bool MayContain(ulong hash)
    {
        for (var probe = 0; probe < Probes; probe++)
        {
            var bit = Bit(hash, probe);
            if ((_words[bit >> 6] >> (int)(bit & 63) & 1) == 0)
            {
                return false;
            }
        }

        return true;
    }

    // The high half of a product with the number of bits is even over the bits without a division.
    private long Bit(ulong hash, int probe)
    {
        var mixed = hash + ((ulong)probe * ((hash >> 32 | hash << 32) | 1));
        return (long)Math.BigMul(mixed * 0x9E3779B97F4A7C15, (ulong)_words.Length * 64, out _);
    }
}
