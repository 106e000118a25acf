using SecStream.Core.Queries;

namespace SecStream.Host.Alerts;

/// <summary>
/// Alerts or incidents of a store that only answers: what comes is found by looking at those that opened last. An alert that opened before so many others
/// is shown when it is listed, not when it is revised.
/// </summary>
internal sealed class PolledAlerts(IAlertStore store, bool incidents) : QueriedAlerts(store, incidents)
{
    private const int Looked = 1000;
    private readonly IAlertStore _store = store;
    private bool _hasBegun;

    /// <inheritdoc/>
    public override async Task<NewestAlerts> NewestAsync(AlertFilter filter, int limit, CancellationToken cancellation)
    {
        // What is there now is no news later, whether it is listed or not.
        await ReadAsync(cancellation).ConfigureAwait(false);
        return await base.NewestAsync(filter, limit, cancellation).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public override async Task<IReadOnlyList<(StoredAlert? Before, StoredAlert Now)>> ReadAsync(CancellationToken cancellation)
    {
        var query = new AlertQuery { Incidents = Incidents, States = AllStates, Limit = Looked };
        var page = await _store.FindAsync(query, cancellation).ConfigureAwait(false);
        var news = new List<(StoredAlert?, StoredAlert)>();
        foreach (var now in page.Items.Reverse().Select(Read).OfType<StoredAlert>())
        {
            var before = Seen.GetValueOrDefault(now.Id);
            var isNews = before is null ? _hasBegun : now.Revision > before.Revision || now.Status != before.Status;
            Seen[now.Id] = now;
            if (isNews)
            {
                news.Add((before, now));
            }
        }

        _hasBegun = true;
        return news;
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        // The store belongs to who made it.
    }
}
