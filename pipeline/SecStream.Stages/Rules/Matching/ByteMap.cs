using System.Buffers.Binary;

namespace SecStream.Stages.Rules.Matching;

/// <summary>
/// A fixed map from byte strings to their tests: open addressing at half load, one multiplication per eight bytes. The keys are the rules',
/// so no event can make a long chain. Immutable and thread-safe.
/// </summary>
internal sealed class ByteMap
{
    private readonly int[] _slots;
    private readonly uint[] _hashes;
    private readonly byte[][] _keys;
    private readonly int[][] _values;

    public ByteMap(IReadOnlyList<(byte[] Key, int[] Values)> entries)
    {
        Count = entries.Count;
        _keys = [.. entries.Select(e => e.Key)];
        _values = [.. entries.Select(e => e.Values)];
        _hashes = [.. _keys.Select(k => Hash(k))];
        _slots = new int[(int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)Math.Max(2, Count * 2))];
        for (var i = 0; i < Count; i++)
        {
            var slot = _hashes[i] & (uint)(_slots.Length - 1);
            while (_slots[slot] != 0)
            {
                slot = (slot + 1) & (uint)(_slots.Length - 1);
            }

            _slots[slot] = i + 1;
        }
    }

    public int Count { get; }

    /// <summary>The values of a key; empty when it is not there.</summary>
    public ReadOnlySpan<int> Find(ReadOnlySpan<byte> key)
    {
        var hash = Hash(key);
        var slot = hash & (uint)(_slots.Length - 1);
        for (int entry; (entry = _slots[slot]) != 0; slot = (slot + 1) & (uint)(_slots.Length - 1))
        {
            if (_hashes[entry - 1] == hash && key.SequenceEqual(_keys[entry - 1]))
            {
                return _values[entry - 1];
            }
        }

        return default;
    }

    private static uint Hash(ReadOnlySpan<byte> key)
    {
        const ulong Factor = 0x9E3779B97F4A7C15;
        var hash = (ulong)key.Length * Factor;
        while (key.Length >= 8)
        {
            hash = (hash ^ BinaryPrimitives.ReadUInt64LittleEndian(key)) * Factor;
            hash ^= hash >> 29;
            key = key[8..];
        }

        if (key.Length >= 4)
        {
            hash = (hash ^ BinaryPrimitives.ReadUInt32LittleEndian(key)) * Factor;
            hash ^= hash >> 29;
            key = key[4..];
        }

        foreach (var b in key)
        {
            hash = (hash ^ b) * Factor;
        }

        return (uint)(hash >> 32);
    }
}
