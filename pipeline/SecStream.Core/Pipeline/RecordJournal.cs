using SecStream.Core.Text;

namespace SecStream.Core.Pipeline;

/// <summary>Records on their way to a journal, as they came over the wire. Reused by its owner; not thread-safe.</summary>
public sealed class JournalEntries
{
    private readonly ByteWriter _bytes = new();
    private readonly List<(int Start, int Length)> _slices = [];

    /// <summary>Number of records.</summary>
    public int Count => _slices.Count;

    /// <summary>Bytes of all records.</summary>
    public int Bytes => _bytes.Written.Length;

    /// <summary>A record.</summary>
    public ReadOnlySpan<byte> this[int index] => _bytes.Written.Slice(_slices[index].Start, _slices[index].Length);

    /// <summary>Adds a record (a line without its end, a document).</summary>
    public void Add(ReadOnlySpan<byte> record)
    {
        _slices.Add((_bytes.Written.Length, record.Length));
        _bytes.Write(record);
    }

    /// <summary>Forgets the records, keeps the memory.</summary>
    public void Clear()
    {
        _bytes.Reset();
        _slices.Clear();
    }
}

/// <summary>
/// Where a network listener puts what it accepts. One journal is one source partition: records get a position and an arrival stamp there, and are
/// read from there, live and in a replay. Thread-safe.
/// </summary>
public interface IRecordJournal
{
    /// <summary>Name of the partition: <c>syslog-udp</c>, <c>syslog-tcp</c>, <c>http</c>.</summary>
    string Name { get; }

    /// <summary>
    /// Appends records, all or none, in this order; completes when they are on disk. Waits while the journal is at its bound (back-pressure);
    /// what the caller still has is the caller's to keep or to refuse. The entries may be reused when it has completed.
    /// </summary>
    /// <exception cref="IOException">They could not be made durable: the disk is full, for one. Nothing of them will be read.</exception>
    ValueTask AppendAsync(JournalEntries entries, CancellationToken cancellation);

    /// <summary>Whether an append would wait now.</summary>
    bool IsFull { get; }
}
