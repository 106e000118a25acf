namespace SecStream.Core.Pipeline;

/// <summary>
/// A decision that the events alone do not determine: that a source was quiet so that its watermark moved, which versions of rules and files
/// were in force from when. It is durable before it takes effect, and a replay obeys it; alerts are a function of the records and this log.
/// </summary>
/// <param name="Kind">One of <see cref="ControlKinds"/>.</param>
/// <param name="Source">Source hash (idle, poison).</param>
/// <param name="Position">Position in the source up to which its records had been read (idle); position of the record (poison).</param>
/// <param name="Value">Watermark, or event time of an activation, in microseconds.</param>
/// <param name="Subject">Name of the source, or of what was activated.</param>
/// <param name="Detail">The version, for activations.</param>
public readonly record struct ControlEntry(string Kind, ulong Source, long Position, long Value, string Subject, string Detail);

/// <summary>What a control entry can say.</summary>
public static class ControlKinds
{
    /// <summary>The watermark of a source that was caught up and quiet moved to the entry's value.</summary>
    public const string Idle = "idle";

    /// <summary>A version (of rules, GeoIP …) is in force from the event time in the entry's value.</summary>
    public const string Activate = "activate";

    /// <summary>A record that made the program fail twice is a dead letter, unread.</summary>
    public const string Poison = "poison";
}

/// <summary>The control log. One writer.</summary>
public interface IControlLog
{
    /// <summary>Entries written so far; the next one gets this number.</summary>
    long Count { get; }

    /// <summary>Appends a decision; returns when it is durable.</summary>
    void Append(in ControlEntry entry);

    /// <summary>Appends several decisions; returns when all are durable.</summary>
    void Append(ReadOnlySpan<ControlEntry> entries);

    /// <summary>The entries from a number on, in order.</summary>
    IEnumerable<ControlEntry> Read(long from);
}
