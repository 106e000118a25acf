using SecStream.Host.Documents;

namespace SecStream.Host.Alerts;

/// <summary>
/// A file of alerts or incidents: a replay's result (one line each) or a journal of revisions, of which the last of an id counts.
/// </summary>
internal sealed class AlertFile(string path) : IAlertSource
{
    private readonly DocumentLines _lines = new(path);
    private readonly Dictionary<string, StoredAlert> _byId = new(StringComparer.Ordinal);

    /// <summary>What could not be read so far.</summary>
    public List<BadLine> BadLines { get; } = [];

    /// <summary>The last revisions, by opening time, rule and id.</summary>
    public IEnumerable<StoredAlert> All => _byId.Values
        .OrderBy(a => a.Opened).ThenBy(a => a.Rule, StringComparer.Ordinal).ThenBy(a => a.Id, StringComparer.Ordinal);

    /// <summary>Reads what has come since the last call and returns the revisions that are news, in order.</summary>
    public IReadOnlyList<(StoredAlert? Before, StoredAlert Now)> Read()
    {
        var news = new List<(StoredAlert?, StoredAlert)>();
        _lines.Read(
            (root, line, _) =>
            {
                if (StoredAlert.Read(root, line, out var fault) is not { } alert)
                {
                    return fault;
                }

                var before = _byId.GetValueOrDefault(alert.Id);

                // After a crash a revision may stand there again; an older one never comes after a newer.
                if (before is null || alert.Revision == 0 || alert.Revision > before.Revision)
                {
                    _byId[alert.Id] = alert;
                    news.Add((before, alert));
                }

                return null;
            },
            BadLines.Add);
        return news;
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<(StoredAlert? Before, StoredAlert Now)>> ReadAsync(CancellationToken cancellation) => Task.FromResult(Read());

    /// <inheritdoc/>
    public Task<NewestAlerts> NewestAsync(AlertFilter filter, int limit, CancellationToken cancellation)
    {
        Read();
        var found = All.Where(filter.Matches).ToList();
        return Task.FromResult(new NewestAlerts(found.Count > limit ? found[^limit..] : found, found.Count, _byId.Count == 0));
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<StoredAlert>> WithPrefixAsync(string prefix, int limit, CancellationToken cancellation)
    {
        Read();
        return Task.FromResult(WithPrefix(prefix, limit));
    }

    /// <summary>The alerts whose id begins with a text, at most <paramref name="limit"/>.</summary>
    public IReadOnlyList<StoredAlert> WithPrefix(string prefix, int limit) =>
        [.. All.Where(a => a.Id.StartsWith(prefix, StringComparison.OrdinalIgnoreCase)).Take(limit)];

    /// <inheritdoc/>
    public void Dispose() => _lines.Dispose();
}
