using System.Numerics;
using SecStream.Models.Series;

namespace SecStream.Models.SequenceModel;

/// <summary>Counts by 64-bit keys, at most so many: an open table of linear probing that is never more than half full. Key 0 means empty.</summary>
internal sealed class CountTable
{
    private readonly int _most;
    private ulong[] _keys;
    private int[] _counts;
    private int _held;
    private int _halvings;

    public CountTable(int most)
    {
        _most = most;
        _keys = new ulong[16];
        _counts = new int[16];
    }

    public long StateBytes => (12L * _keys.Length) + 64;

    public int Get(ulong key) => _counts[Find(key)];

    public void Increment(ulong key)
    {
        var at = Find(key);
        if (_keys[at] == 0)
        {
            if (_held == _most)
            {
                Halve();
            }
            else if (2 * (_held + 1) > _keys.Length)
            {
                Rebuild(2 * _keys.Length);
            }

            at = Find(key);
            _keys[at] = key;
            _held++;
        }

        _counts[at] = _counts[at] == int.MaxValue ? int.MaxValue : _counts[at] + 1;
    }

    public void Save(BinaryWriter writer)
    {
        writer.Write(_halvings);
        writer.Write(_held);

        // By key: the order in the table depends on its past, the saved state must not.
        foreach (var at in Enumerable.Range(0, _keys.Length).Where(i => _keys[i] != 0).OrderBy(i => _keys[i]))
        {
            writer.Write(_keys[at]);
            writer.Write(_counts[at]);
        }
    }

    public void Restore(BinaryReader reader)
    {
        _halvings = StateFormat.ReadCount(reader, 63);
        var count = StateFormat.ReadCount(reader, _most);
        _held = 0;
        _keys = new ulong[Math.Max(16, (int)BitOperations.RoundUpToPowerOf2((uint)(2 * count)))];
        _counts = new int[_keys.Length];
        for (; _held < count; _held++)
        {
            var key = reader.ReadUInt64();
            var at = Find(key);
            if (key == 0 || _keys[at] != 0)
            {
                throw new InvalidDataException("A saved state holds a key of a count twice: it is damaged; discard it and learn again.");
            }

            _keys[at] = key;
            _counts[at] = StateFormat.ReadCount(reader, int.MaxValue);
        }
    }

    private int Find(ulong key)
    {
        var mask = _keys.Length - 1;
        var at = (int)(key >> 32) & mask;
        while (_keys[at] != 0 && _keys[at] != key)
        {
            at = (at + 1) & mask;
        }

        return at;
    }

    /// <summary>Most counts are of one sight in practice; where few of them go, one in two goes by a bit of its key, so that the next halving is far off.</summary>
    private void Halve()
    {
        var before = _held;
        _halvings = (_halvings + 1) & 63;
        for (var i = 0; i < _counts.Length; i++)
        {
            _counts[i] >>= 1;
        }

        Rebuild(_keys.Length);
        if (_held > before / 2)
        {
            for (var i = 0; i < _counts.Length; i++)
            {
                _counts[i] = ((_keys[i] >> _halvings) & 1) == 0 ? 0 : _counts[i];
            }

            Rebuild(_keys.Length);
        }
    }

    private void Rebuild(int size)
    {
        var keys = _keys;
        var counts = _counts;
        _keys = new ulong[size];
        _counts = new int[size];
        _held = 0;
        for (var i = 0; i < keys.Length; i++)
        {
            if (keys[i] != 0 && counts[i] > 0)
            {
                var at = Find(keys[i]);
                _keys[at] = keys[i];
                _counts[at] = counts[i];
                _held++;
            }
        }
    }
}
