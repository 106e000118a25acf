using SecStream.Core.Alerts;

namespace SecStream.Stages.Alerting;

/// <summary>
/// What consumers have of alerts and incidents that the book does not know (yet): sent between its snapshot and a crash. When the events come again,
/// most of them do too, and take their revision up again; what has not come when no event can bring it any more was never true, and is withdrawn.
/// </summary>
internal sealed class BookRecall
{
    private readonly Dictionary<string, SentDocument> _alerts = new(StringComparer.Ordinal);
    private readonly Dictionary<string, SentDocument> _incidents = new(StringComparer.Ordinal);

    /// <summary>Event time from which entries that differ from what was sent are sent as they are, microseconds.</summary>
    public long ConfirmAt { get; set; } = long.MinValue;

    public IReadOnlyCollection<SentDocument> Alerts => _alerts.Values;

    public IReadOnlyCollection<SentDocument> Incidents => _incidents.Values;

    public void AddAlert(SentDocument sent) => Add(_alerts, sent);

    public void AddIncident(SentDocument sent) => Add(_incidents, sent);

    /// <summary>An alert comes (again): its revision goes on from what was sent.</summary>
    public void TakeUp(BookEntry entry)
    {
        if (_alerts.Remove(entry.Alert.Id, out var sent))
        {
            entry.Revision = sent.Revision;
            entry.Hash = sent.Hash;
            entry.IsSettledSent = sent is { IsSettled: true, IsWithdrawn: false };
        }
    }

    /// <summary>An incident comes (again).</summary>
    public void TakeUp(BookIncident incident)
    {
        if (_incidents.Remove(incident.Link.Id, out var sent))
        {
            incident.Revision = sent.Revision;
            incident.Hash = sent.Hash;
            incident.IsSettledSent = sent.IsSettled;
        }
    }

    /// <summary>
    /// The shards do not go on where they were: what is missing now is never withdrawn. Its document goes, which of a whole outbox would be most of
    /// the memory; its revision stays.
    /// </summary>
    public void KeepLost()
    {
        foreach (var all in (Dictionary<string, SentDocument>[])[_alerts, _incidents])
        {
            foreach (var (id, sent) in all.ToArray())
            {
                all[id] = sent with { Document = [] };
            }
        }
    }

    /// <summary>Takes out what can't come any more; gives what is to be withdrawn.</summary>
    public IEnumerable<SentDocument> TakeLost(bool incidents, Func<long, bool> isOver)
    {
        var all = incidents ? _incidents : _alerts;
        foreach (var sent in all.Values.Where(sent => isOver(sent.End)).OrderBy(sent => sent.Opened).ThenBy(sent => sent.Id, StringComparer.Ordinal).ToArray())
        {
            all.Remove(sent.Id);
            if (sent.Document.Length > 0 && !sent.IsWithdrawn)
            {
                yield return sent;
            }
        }
    }

    private static void Add(Dictionary<string, SentDocument> to, SentDocument sent)
    {
        if (!to.TryGetValue(sent.Id, out var known) || sent.Revision >= known.Revision)
        {
            to[sent.Id] = sent;
        }
    }
}
