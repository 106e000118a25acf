using System.Buffers;
using SecStream.Core.Alerts;
using SecStream.Stages.Rules.History;

namespace SecStream.Stages.Rules.Evaluation;

/// <summary>Counts distinct values, exact up to 4 096 of them. Holds references of the lane's value pool.</summary>
public sealed class Tally
{
    private const int MaxDistinct = 4096;
    private const int ListSize = 10;

    private const int ScannedCount = 16;

    private int[] _slots = [];
    private int _slotMask;
    private (int Value, long Count)[] _entries = [];

    /// <summary>Number of distinct values.</summary>
    public int Distinct { get; private set; }

    /// <summary>Counts a value.</summary>
    public void Add(int value, long count, ValuePool pool)
    {
        if (value == ValuePool.None)
        {
            return;
        }

        var at = IndexOf(value);
        if (at >= 0)
        {
            _entries[at].Count += count;
            return;
        }

        if (Distinct == MaxDistinct)
        {
            return;
        }

        if (Distinct == _entries.Length)
        {
            var larger = ArrayPool<(int Value, long Count)>.Shared.Rent(Math.Max(4, Distinct * 2));
            _entries.AsSpan(0, Distinct).CopyTo(larger);
            ArrayPool<(int Value, long Count)>.Shared.Return(_entries);
            _entries = larger;
        }

        _entries[Distinct] = (pool.AddReference(value), count);
        Distinct++;
        if (Distinct > ScannedCount)
        {
            Index(Distinct - 1);
        }
    }

    /// <summary>A copy with references of its own.</summary>
    public Tally Clone(ValuePool pool)
    {
        var entries = Distinct == 0 ? [] : ArrayPool<(int Value, long Count)>.Shared.Rent(Distinct);
        _entries.AsSpan(0, Distinct).CopyTo(entries);
        var copy = new Tally { _entries = entries, Distinct = Distinct };
        for (var i = 0; i < Distinct; i++)
        {
            pool.AddReference(_entries[i].Value);
        }

        if (Distinct > ScannedCount)
        {
            copy.Rehash();
        }

        return copy;
    }

    /// <summary>Gives the references back.</summary>
    public void Release(ValuePool pool)
    {
        for (var i = 0; i < Distinct; i++)
        {
            pool.Release(_entries[i].Value);
        }

        Distinct = 0;
        ArrayPool<(int Value, long Count)>.Shared.Return(_entries);
        _entries = [];
        ArrayPool<int>.Shared.Return(_slots);
        _slots = [];
        _slotMask = 0;
    }

    /// <summary>The ten most frequent values, by count then ordinal value.</summary>
    public ObservedValue[] Top(ValuePool pool)
    {
        Span<int> best = stackalloc int[ListSize];
        var count = 0;
        for (var i = 0; i < Distinct; i++)
        {
            var at = count;
            while (at > 0 && IsBefore(i, best[at - 1], pool))
            {
                at--;
            }

            if (at < ListSize)
            {
                count = Math.Min(count + 1, ListSize);
                best[at..(count - 1)].CopyTo(best[(at + 1)..]);
                best[at] = i;
            }
        }

        var top = new ObservedValue[count];
        for (var i = 0; i < count; i++)
        {
            top[i] = new ObservedValue(System.Text.Encoding.UTF8.GetString(pool.Get(_entries[best[i]].Value)), _entries[best[i]].Count);
        }

        return top;
    }

    private bool IsBefore(int a, int b, ValuePool pool) =>
        _entries[a].Count != _entries[b].Count
            ? _entries[a].Count > _entries[b].Count
            : pool.Get(_entries[a].Value).SequenceCompareTo(pool.Get(_entries[b].Value)) < 0;

    /// <summary>Writes the tally.</summary>
    public void Save(BinaryWriter writer, ValuePool pool)
    {
        writer.Write(Distinct);
        for (var i = 0; i < Distinct; i++)
        {
            StateFormat.WriteBytes(writer, pool.Get(_entries[i].Value));
            writer.Write(_entries[i].Count);
        }
    }

    /// <summary>Reads a tally.</summary>
    public static Tally Load(BinaryReader reader, ValuePool pool)
    {
        var tally = new Tally();
        var count = reader.ReadInt32();
        for (var i = 0; i < count; i++)
        {
            var value = pool.Intern(StateFormat.ReadBytes(reader));
            tally.Add(value, reader.ReadInt64(), pool);
            pool.Release(value);
        }

        return tally;
    }

    private int IndexOf(int value)
    {
        if (Distinct > ScannedCount)
        {
            return _slots[SlotOf(value)] - 1;
        }

        for (var i = 0; i < Distinct; i++)
        {
            if (_entries[i].Value == value)
            {
                return i;
            }
        }

        return -1;
    }

    /// <summary>The slot that holds a value, or the free one where it belongs; slots hold index + 1.</summary>
    private int SlotOf(int value)
    {
        var slot = (int)((uint)value * 2_654_435_769u >> 8) & _slotMask;
        while (_slots[slot] != 0 && _entries[_slots[slot] - 1].Value != value)
        {
            slot = (slot + 1) & _slotMask;
        }

        return slot;
    }

    private void Index(int at)
    {
        if (Distinct * 2 > _slotMask)
        {
            Rehash();
        }
        else
        {
            _slots[SlotOf(_entries[at].Value)] = at + 1;
        }
    }

    private void Rehash()
    {
        ArrayPool<int>.Shared.Return(_slots);
        var size = (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)Distinct * 4);
        _slots = ArrayPool<int>.Shared.Rent(size);
        _slots.AsSpan(0, size).Clear();
        _slotMask = size - 1;
        for (var i = 0; i < Distinct; i++)
        {
            _slots[SlotOf(_entries[i].Value)] = i + 1;
        }
    }
}
