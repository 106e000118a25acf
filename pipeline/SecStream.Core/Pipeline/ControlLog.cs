namespace SecStream.Core.Pipeline;

/// <summary>
/// A decision that the events alone do not determine: that a source was quiet so that its watermark moved, which versions of rules and files
/// were in force from when. It is durable before it takes effect, and a replay obeys it; alerts are a function of the records and this log.
/// </summary>
/// <param name="Kind"><c>idle</c>: the watermark of a source moved to <paramref name="Value"/>. <c>activate</c>: a version came into force.</param>
/// <param name="Source">Source hash (idle).</param>
/// <param name="Position">Position in the source up to which its records had been read (idle).</param>
/// <param name="Value">Watermark, or event time of an activation, in microseconds.</param>
/// <param name="Subject">Name of the source, or of what was activated.</param>
/// <param name="Detail">The version, for activations.</param>
public readonly record struct ControlEntry(string Kind, ulong Source, long Position, long Value, string Subject, string Detail);

/// <summary>The control log. One writer.</summary>
public interface IControlLog
{
    /// <summary>Entries written so far; the next one gets this number.</summary>
    long Count { get; }

    /// <summary>Appends a decision; returns when it is durable.</summary>
    void Append(in ControlEntry entry);

    /// <summary>The entries from a number on, in order.</summary>
    IEnumerable<ControlEntry> Read(long from);
}
