using System.Runtime.InteropServices;
using SecStream.Core.Pipeline;

namespace SecStream.Connectors.Kafka.Source;

/// <summary>Records of one partition that wait to be worked off: some hundred, in one buffer. Pooled; guarded by its source's lock.</summary>
internal sealed class KafkaChunk
{
    /// <summary>What a record takes besides its bytes.</summary>
    public const int RecordOverhead = 32;

    private const int MaxRecords = 512;
    private const int MaxBytes = 128 << 10;
    private const int FirstBytes = 16 << 10;

    private int _length;
    private int _taken;

    /// <summary>The records not taken yet, offsets rising.</summary>
    public ReadOnlySpan<RecordSlice> Left => CollectionsMarshal.AsSpan(Records)[_taken..];

    /// <summary>Nothing was taken out of it yet.</summary>
    public bool IsWhole => _taken == 0;

    /// <summary>All records.</summary>
    public List<RecordSlice> Records { get; } = new(MaxRecords);

    /// <summary>Their bytes.</summary>
    public byte[] Buffer { get; set; } = [];

    /// <summary>Offset after the last record, skipped ones included.</summary>
    public long EndPosition { get; set; }

    /// <summary>What counts for the bound on memory.</summary>
    public long Bytes => _length + (RecordOverhead * (long)Records.Count);

    /// <summary>Whether a value may still be added. One that is larger than the bound gets a chunk of its own.</summary>
    public bool HasRoomFor(int length) => Records.Count == 0 || (Records.Count < MaxRecords && _length + length <= MaxBytes);

    /// <summary>Adds a record.</summary>
    public void Add(long offset, ReadOnlySpan<byte> value, long arrival, long sent)
    {
        if (Buffer.Length < _length + value.Length)
        {
            var larger = new byte[Math.Max(FirstBytes, Math.Max(_length + value.Length, Math.Min(MaxBytes, Buffer.Length * 2)))];
            Buffer.AsSpan(0, _length).CopyTo(larger);
            Buffer = larger;
        }

        value.CopyTo(Buffer.AsSpan(_length));
        Records.Add(new RecordSlice(_length, value.Length, offset, arrival, sent));
        _length += value.Length;
        EndPosition = offset + 1;
    }

    /// <summary>Marks the next records as taken.</summary>
    public void Take(int count) => _taken += count;

    /// <summary>Makes it empty; keeps its memory unless that is uncommonly much.</summary>
    public void Clear()
    {
        Records.Clear();
        (_length, _taken, EndPosition) = (0, 0, 0);
        if (Buffer.Length > 2 * MaxBytes)
        {
            Buffer = [];
        }
    }
}
