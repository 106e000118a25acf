using SecStream.Core.Alerts;
using SecStream.Core.Events;

namespace SecStream.Stages.Alerting;

/// <summary>After a restart: what consumers have already.</summary>
public sealed partial class AlertBook
{
    private readonly List<BookEntry> _unconfirmed = [];
    private readonly List<(BookEntity Entity, BookIncident Incident)> _unconfirmedIncidents = [];
    private readonly BookRecall _recall = new();

    /// <summary>Alerts and incidents that were sent before a crash and have not come again yet.</summary>
    public int Awaited => _recall.Alerts.Count + _recall.Incidents.Count;

    /// <summary>
    /// Tells a restored book what was sent after its snapshot, before the first event: call it at every start, also when nothing was. The same
    /// content is then not sent again, other content gets a higher revision than any sent; what was sent and never comes again is withdrawn
    /// when no event can bring it any more (end + gap + H behind the clock).
    /// </summary>
    /// <param name="sent">The changes in the outbox behind the snapshot's position, in order; all of them when there is no snapshot.</param>
    /// <param name="windowsContinue">
    /// The shards go on from the same snapshot with the same rules. If not (other rules, no snapshot), their windows begin anew: what does not come
    /// again was true nonetheless and stays as it was sent.
    /// </param>
    /// <exception cref="InvalidDataException">A document is damaged.</exception>
    public void Recall(IEnumerable<OutboxEntry> sent, bool windowsContinue)
    {
        foreach (var entry in sent)
        {
            var document = windowsContinue ? SentDocument.Of(entry) : SentDocument.Of(entry) with { Document = [] };
            if (entry.IsIncident)
            {
                RecallIncident(document);
            }
            else
            {
                RecallAlert(document);
            }

            _recall.ConfirmAt = Math.Max(_recall.ConfirmAt, Later(document.End, _options.Slack));
        }

        if (!windowsContinue)
        {
            _recall.KeepLost();
            _unconfirmed.ForEach(entry => MarkChanged(entry.Owner));
            _unconfirmedIncidents.ForEach(pair => MarkChanged(pair.Entity));
            _unconfirmed.ForEach(entry => entry.IsUnconfirmed = false);
            _unconfirmedIncidents.ForEach(pair => pair.Incident.IsUnconfirmed = false);
            _unconfirmed.Clear();
            _unconfirmedIncidents.Clear();
        }
    }

    private void RecallAlert(SentDocument sent)
    {
        if (!_entries.TryGetValue(sent.Id, out var entry))
        {
            _recall.AddAlert(sent);
        }
        else if (sent.Revision >= entry.Revision)
        {
            if (sent.Hash != entry.Hash && !entry.IsUnconfirmed)
            {
                entry.IsUnconfirmed = true;
                _unconfirmed.Add(entry);
            }

            MarkChanged(entry.Owner);
            (entry.Revision, entry.Hash, entry.IsSettledSent) = (sent.Revision, sent.Hash, sent.IsSettled);
        }
    }

    private void RecallIncident(SentDocument sent)
    {
        if (!_entities.TryGetValue((sent.Tenant, sent.Entity.Type, sent.Entity.Value), out var entity)
            || !entity.Incidents.TryGetValue(sent.Id, out var incident))
        {
            _recall.AddIncident(sent);
        }
        else if (sent.Revision >= incident.Revision)
        {
            if (sent.Hash != incident.Hash && !incident.IsUnconfirmed)
            {
                incident.IsUnconfirmed = true;
                _unconfirmedIncidents.Add((entity, incident));
            }

            MarkChanged(entity);
            (incident.Revision, incident.Hash, incident.IsSettledSent) = (sent.Revision, sent.Hash, sent.IsSettled);
        }
    }

    /// <summary>
    /// What consumers have may be a state between, which the same events did not bring about a second time: as far as that has not been sent since,
    /// the entry is looked at again, once the clock is where it was. Sooner would be right as well, and send more.
    /// </summary>
    private void Confirm()
    {
        if (_unconfirmed.Count + _unconfirmedIncidents.Count + Awaited == 0)
        {
            return;
        }

        var isThere = _clock >= _recall.ConfirmAt;
        foreach (var entry in _unconfirmed.Where(entry => entry.IsUnconfirmed && (isThere || IsOver(entry.Alert.End))))
        {
            Touch(entry);
        }

        foreach (var (entity, incident) in _unconfirmedIncidents.Where(pair => pair.Incident.IsUnconfirmed && (isThere || IsOver(pair.Incident.End))))
        {
            incident.Changes++;
            MarkDirty(entity);
        }

        Flush();
        _unconfirmed.RemoveAll(entry => !entry.IsUnconfirmed);
        _unconfirmedIncidents.RemoveAll(pair => !pair.Incident.IsUnconfirmed);
        foreach (var sent in _recall.TakeLost(incidents: false, isThere, end => IsOver(Later(end, _widestGap))))
        {
            Counters.WithdrawnAfterRestart++;
            _writer.WriteLostAlert(sent);
        }

        foreach (var sent in _recall.TakeLost(incidents: true, isThere, end => IsOver(Later(end, _widestGap))))
        {
            Counters.WithdrawnAfterRestart++;
            _writer.WriteLostIncident(sent);
        }
    }

    private void MarkDirty(BookEntity entity)
    {
        MarkChanged(entity);
        if (!entity.IsDirty)
        {
            entity.IsDirty = true;
            _dirty.Add(entity);
        }
    }
}
