using SecStream.Host.Documents;

namespace SecStream.Host.Alerts;

/// <summary>The newest of what a filter lets through, oldest first, how many there are in all, and whether there is anything at all.</summary>
internal readonly record struct NewestAlerts(IReadOnlyList<StoredAlert> Shown, long Total, bool IsEmpty);

/// <summary>Where alerts or incidents are listed from: the store of a service, Elasticsearch, or the files of a replay.</summary>
internal interface IAlertSource : IDisposable
{
    /// <summary>What could not be read so far.</summary>
    List<BadLine> BadLines { get; }

    /// <summary>The newest so many.</summary>
    Task<NewestAlerts> NewestAsync(AlertFilter filter, int limit, CancellationToken cancellation);

    /// <summary>Alerts whose id begins with a text, whatever their status, at most so many.</summary>
    Task<IReadOnlyList<StoredAlert>> WithPrefixAsync(string prefix, int limit, CancellationToken cancellation);

    /// <summary>The revisions that have come since the last call, with what was known of the alert before.</summary>
    Task<IReadOnlyList<(StoredAlert? Before, StoredAlert Now)>> ReadAsync(CancellationToken cancellation);
}
