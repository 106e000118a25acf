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

    /// <summary>
    /// Gives what is to be withdrawn: what has not come again although the clock is where it was, or what can't come any more. The former is
    /// remembered as withdrawn, for an event that comes late may bring it back; the latter is forgotten.
    /// </summary>
    public IEnumerable<SentDocument> TakeLost(bool incidents, bool isThere, Func<long, bool> isOver)
    {
        var all = incidents ? _incidents : _alerts;
        foreach (var sent in all.Values.Where(sent => isThere || isOver(sent.End)).OrderBy(sent => sent.Opened).ThenBy(sent => sent.Id, StringComparer.Ordinal).ToArray())
        {
            var isLost = sent.Document.Length > 0 && !sent.IsWithdrawn;
            if (isOver(sent.End))
            {
                all.Remove(sent.Id);
            }
            else if (isLost)
            {
                all[sent.Id] = sent with { IsWithdrawn = true, Revision = sent.Revision + 1, Hash = UInt128.Zero };
            }

            if (isLost)
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
