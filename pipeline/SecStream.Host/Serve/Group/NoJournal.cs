using SecStream.Core.Pipeline;

namespace SecStream.Host.Serve.Group;

/// <summary>Stands where a journal would: this process takes nothing in over the network.</summary>
/// <param name="why">What senders are told.</param>
internal sealed class NoJournal(string why) : IRecordJournal
{
    /// <inheritdoc/>
    public string Name => "none";

    /// <inheritdoc/>
    public bool IsFull => false;

    /// <inheritdoc/>
    public ValueTask AppendAsync(JournalEntries entries, CancellationToken cancellation) => ValueTask.FromException(new IOException(why));
}
