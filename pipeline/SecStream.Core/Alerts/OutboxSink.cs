namespace SecStream.Core.Alerts;

/// <summary>
/// Takes alerts from the outbox: a store, a channel, a topic. Each sink is served by a pump of its own, so one that fails or lags holds up nobody.
/// </summary>
public interface IOutboxSink
{
    /// <summary>Name, unique among the sinks; names the file that keeps its place: letters, digits, <c>-</c>.</summary>
    string Name { get; }

    /// <summary>
    /// Where a sink begins of which nothing is known: with everything the outbox holds (a store), or with what comes from now on (a channel that
    /// wakes people). Default: everything.
    /// </summary>
    bool StartsAtEnd => false;

    /// <summary>
    /// Takes entries, in order; has them for good when it completes. May get entries again that it has. An exception: they come again, later.
    /// An entry that the sink can never take is the sink's to put aside: it would come forever.
    /// </summary>
    Task DeliverAsync(IReadOnlyList<OutboxEntry> entries, CancellationToken cancellation);

    /// <summary>
    /// Where it goes on, for a sink that keeps its place with what it holds; asked before each delivery. Null: the pump keeps it.
    /// </summary>
    ValueTask<long?> GetPositionAsync(CancellationToken cancellation) => ValueTask.FromResult<long?>(null);
}
