namespace SecStream.Host.Ledger;

/// <summary>Something that can't be seen at this moment. The same (kind, subject) in the next observation is the same blind spot.</summary>
/// <param name="Kind">One of <see cref="BlindSpotKinds"/>.</param>
/// <param name="Subject">The source, rule, file or sink; at most 256 characters are kept.</param>
/// <param name="Detail">A sentence for people; at most 1 000 characters are kept.</param>
/// <param name="Count">How many came since the observation before: events, keys, datagrams; it is added up. 0 where counting makes no sense.</param>
public readonly record struct Observation(string Kind, string Subject, string Detail, long Count = 0)
{
    /// <summary>Since when it is so, where that is earlier than the observation; null: since the observation.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>When it was so last, where that is earlier than the observation (what is held open a while after its last event); null: it is so now.</summary>
    public DateTimeOffset? LastTrue { get; init; }
}
