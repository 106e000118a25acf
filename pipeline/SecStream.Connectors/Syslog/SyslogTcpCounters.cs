namespace SecStream.Connectors.Syslog;

/// <summary>Counts of a TCP listener, over all connections since the start. Thread-safe.</summary>
public sealed class SyslogTcpCounters
{
    private long _accepted;
    private long _refused;
    private long _idle;
    private long _open;
    private long _bytes;
    private long _skipped;
    private long _appended;
    private long _truncated;
    private long _incomplete;
    private long _unended;
    private long _retries;

    /// <summary>Connections accepted.</summary>
    public long AcceptedConnections => Volatile.Read(ref _accepted);

    /// <summary>Connections closed at once because there were too many.</summary>
    public long RefusedConnections => Volatile.Read(ref _refused);

    /// <summary>Connections closed because nothing came.</summary>
    public long IdleConnections => Volatile.Read(ref _idle);

    /// <summary>Connections that are open.</summary>
    public long OpenConnections => Volatile.Read(ref _open);

    /// <summary>Bytes received.</summary>
    public long Bytes => Volatile.Read(ref _bytes);

    /// <summary>Bytes in no record: lengths, line ends, rests of records that were cut.</summary>
    public long SkippedBytes => Volatile.Read(ref _skipped);

    /// <summary>Records that are in the journal.</summary>
    public long AppendedRecords => Volatile.Read(ref _appended);

    /// <summary>Records cut because they were too long.</summary>
    public long TruncatedRecords => Volatile.Read(ref _truncated);

    /// <summary>Octet-counted records dropped because the connection ended in the middle.</summary>
    public long IncompleteRecords => Volatile.Read(ref _incomplete);

    /// <summary>Lines taken although the connection ended before their line end.</summary>
    public long UnendedLines => Volatile.Read(ref _unended);

    /// <summary>Appends tried again because the journal failed.</summary>
    public long AppendRetries => Volatile.Read(ref _retries);

    internal void Accepted() => Add(ref _accepted, ref _open);

    internal void Refused() => Interlocked.Increment(ref _refused);

    internal void Idle() => Interlocked.Increment(ref _idle);

    internal void Closed() => Interlocked.Decrement(ref _open);

    internal void Received(int bytes) => Interlocked.Add(ref _bytes, bytes);

    internal void Appended(int records) => Interlocked.Add(ref _appended, records);

    internal void Retried() => Interlocked.Increment(ref _retries);

    internal void Add(in FramingCounts counts)
    {
        Interlocked.Add(ref _skipped, counts.Skipped);
        Interlocked.Add(ref _truncated, counts.Truncated);
        Interlocked.Add(ref _incomplete, counts.Incomplete);
        Interlocked.Add(ref _unended, counts.Unended);
    }

    private static void Add(ref long a, ref long b)
    {
        Interlocked.Increment(ref a);
        Interlocked.Increment(ref b);
    }
}

/// <summary>What the framing of a connection counted, to be taken as differences.</summary>
internal readonly record struct FramingCounts(long Skipped, long Truncated, long Incomplete, long Unended)
{
    /// <summary>The counts now.</summary>
    public static FramingCounts Of(SyslogFraming framing) => new(framing.SkippedBytes, framing.TruncatedFrames, framing.IncompleteFrames, framing.UnendedLines);

    /// <summary>What came since.</summary>
    public FramingCounts Since(in FramingCounts before) =>
        new(Skipped - before.Skipped, Truncated - before.Truncated, Incomplete - before.Incomplete, Unended - before.Unended);
}
