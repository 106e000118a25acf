namespace SecStream.Stages.Parsing;

/// <summary>
/// A read-only map from short byte strings to values: open addressing at most half full, so a lookup is a hash and about one compare, and
/// needs no string. Thread-safe after construction.
/// </summary>
internal sealed class ByteTable<T>
{
    private readonly byte[]?[] _keys;
    private readonly T[] _values;
    private readonly int _mask;
    private readonly int _longest;

    public ByteTable(IEnumerable<(string Key, T Value)> entries)
    {
        var list = entries.ToList();
        var size = 8;
        while (size < list.Count * 2)
        {
            size *= 2;
        }

        _keys = new byte[size][];
        _values = new T[size];
        _mask = size - 1;
        foreach (var (key, value) in list)
        {
            var bytes = System.Text.Encoding.UTF8.GetBytes(key);
            _longest = Math.Max(_longest, bytes.Length);
            var at = (int)(ByteText.Hash(bytes) & (uint)_mask);
            while (_keys[at] is { } taken)
            {
                if (taken.AsSpan().SequenceEqual(bytes))
                {
                    throw new ArgumentException($"The key '{key}' is there twice.", nameof(entries));
                }

                at = (at + 1) & _mask;
            }

            _keys[at] = bytes;
            _values[at] = value;
        }
    }

    public bool TryGet(ReadOnlySpan<byte> key, out T value)
    {
        // A hostile key of a megabyte is not worth hashing.
        if (key.Length <= _longest)
        {
            for (var at = (int)(ByteText.Hash(key) & (uint)_mask); _keys[at] is { } candidate; at = (at + 1) & _mask)
            {
                if (key.SequenceEqual(candidate))
                {
                    value = _values[at];
                    return true;
                }
            }
        }

        value = default!;
        return false;
    }
}
