using System.Buffers.Binary;

namespace SecStream.Core.Pipeline.State;

/// <summary>Reads buffered entries in order: an index of 16 bytes per entry is sorted, the entries stay where they are.</summary>
internal sealed class SortedStateReader : StateReader
{
    private readonly List<ArraySegment<byte>> _chunks;
    private readonly Entry[] _index;
    private int _at = -1;

    public SortedStateReader(List<ArraySegment<byte>> chunks)
    {
        _chunks = chunks;
        var index = new List<Entry>();
        for (var chunk = 0; chunk < chunks.Count; chunk++)
        {
            for (var offset = 0; offset < chunks[chunk].Count; offset += LengthAt(chunk, offset))
            {
                index.Add(new Entry(PrefixAt(chunk, offset), chunk, offset));
            }
        }

        _index = [.. index];
        Array.Sort(_index, Compare);
    }

    public override ReadOnlySpan<byte> FullKey => KeyAt(_index[_at]);

    public override bool IsDeleted => ValueLength < 0;

    public override ReadOnlySpan<byte> Value => EntryAt(_index[_at]).Slice(StateBuffer.HeadBytes + FullKey.Length, Math.Max(0, ValueLength));

    private int ValueLength => BinaryPrimitives.ReadInt32LittleEndian(EntryAt(_index[_at])[4..]);

    public override bool Read()
    {
        if (_at >= _index.Length - 1)
        {
            return false;
        }

        _at++;
        while (_at < _index.Length - 1 && KeyAt(_index[_at]).SequenceEqual(KeyAt(_index[_at + 1])))
        {
            _at++;
        }

        return true;
    }

    private int Compare(Entry a, Entry b)
    {
        var order = a.Prefix.CompareTo(b.Prefix);
        order = order != 0 ? order : KeyAt(a).SequenceCompareTo(KeyAt(b));
        order = order != 0 ? order : a.Chunk.CompareTo(b.Chunk);
        return order != 0 ? order : a.Offset.CompareTo(b.Offset);
    }

    private ReadOnlySpan<byte> EntryAt(Entry entry) => _chunks[entry.Chunk].AsSpan(entry.Offset);

    private ReadOnlySpan<byte> KeyAt(Entry entry)
    {
        var bytes = EntryAt(entry);
        return bytes.Slice(StateBuffer.HeadBytes, BinaryPrimitives.ReadInt32LittleEndian(bytes));
    }

    private int LengthAt(int chunk, int offset)
    {
        var head = _chunks[chunk].AsSpan(offset);
        return StateBuffer.HeadBytes + BinaryPrimitives.ReadInt32LittleEndian(head) + Math.Max(0, BinaryPrimitives.ReadInt32LittleEndian(head[4..]));
    }

    private ulong PrefixAt(int chunk, int offset)
    {
        Span<byte> first = stackalloc byte[8];
        var key = KeyAt(new Entry(0, chunk, offset));
        key[..Math.Min(8, key.Length)].CopyTo(first);
        return BinaryPrimitives.ReadUInt64BigEndian(first);
    }

    private readonly record struct Entry(ulong Prefix, int Chunk, int Offset);
}
