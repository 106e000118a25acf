namespace SecStream.Core.Pipeline;

/// <summary>
/// Knows the records that made the program fail, and remembers which record is in hand, so that one that ends the process is known afterwards.
/// One per worker.
/// </summary>
public interface IRecordGuard
{
    /// <summary>Takes a record in hand; false when it is known to make the program fail and must be left unread.</summary>
    bool Take(ulong source, long position);

    /// <summary>The record in hand is done with.</summary>
    void Done();
}

/// <summary>A record made the program fail: a defect of the program that the record brings out.</summary>
public sealed class RecordFaultException : Exception
{
    /// <summary>A fault without details.</summary>
    public RecordFaultException()
    {
    }

    /// <summary>A fault with a message.</summary>
    public RecordFaultException(string message)
        : base(message)
    {
    }

    /// <summary>A fault with its cause.</summary>
    public RecordFaultException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    /// <summary>A fault at a record.</summary>
    public RecordFaultException(string name, ulong source, long position, Exception innerException)
        : base($"{name}: the record at position {position} makes the program fail: {innerException.Message}", innerException)
    {
        Name = name;
        SourceHash = source;
        Position = position;
    }

    /// <summary>Name of the source.</summary>
    public string Name { get; } = "";

    /// <summary>The source.</summary>
    public ulong SourceHash { get; }

    /// <summary>Position of the record.</summary>
    public long Position { get; }
}
