using SecStream.Core.Alerts;

namespace SecStream.Stages.Alerting;

/// <summary>Turns changes of the book into documents, and only into documents that differ from what was sent before.</summary>
internal sealed class BookWriter(IAlertOutput output, AlertDocument document) : IDisposable
{
    /// <summary>An incident of more alerts is summed up again only when a share of 1 in this many has changed.</summary>
    private const int Share = 16;

    private readonly IncidentDocument _incidents = new();

    public AlertDocument Document { get; private set; } = document;

    public void UseDocument(AlertDocument other)
    {
        Document.Dispose();
        Document = other;
    }

    public void Dispose()
    {
        Document.Dispose();
        _incidents.Dispose();
    }

    /// <summary>Puts out the alerts of an entity that are pending.</summary>
    /// <param name="entity">The entity.</param>
    /// <param name="forget">Told of alerts that were withdrawn before anybody heard of them.</param>
    public void WritePending(BookEntity entity, Action<BookEntry> forget)
    {
        foreach (var entry in entity.Pending)
        {
            entry.IsPending = false;
            if (entry.IsWithdrawn && entry.Revision == 0)
            {
                entity.Withdrawn.Remove(entry);
                forget(entry);
            }
            else
            {
                Write(entry);
            }
        }

        entity.Pending.Clear();
    }

    /// <summary>Puts out the incidents of an entity that changed; large ones only when much changed, or all are asked for.</summary>
    public void WriteIncidents(BookEntity entity, bool all)
    {
        foreach (var incident in entity.Incidents.Values.Where(i => i.Changes > 0).OrderBy(i => i.Link.Opened).ToArray())
        {
            if (incident.IsWithdrawn)
            {
                WriteWithdrawn(entity, incident);
            }
            else if (all || (long)incident.Changes * Share >= incident.Count)
            {
                Write(entity, incident, isSettled: false);
            }
        }
    }

    /// <summary>Puts out the last document of an incident that has ended.</summary>
    public void WriteSettled(BookEntity entity, BookIncident incident) => Write(entity, incident, isSettled: true);

    /// <summary>Withdraws an alert that was sent before a restart and did not come again.</summary>
    public void WriteLostAlert(SentDocument sent) => output.OnAlert(Withdrawal(sent, sent.Withdrawn()));

    /// <summary>Withdraws an incident that was sent before a restart and did not come again.</summary>
    public void WriteLostIncident(SentDocument sent) => output.OnIncident(Withdrawal(
        sent, _incidents.WriteWithdrawn(sent.Tenant, sent.Entity, new(sent.Id, sent.Opened), null, sent.Revision + 1).ToArray()));

    private static AlertChange Withdrawal(SentDocument sent, byte[] document) => new(
        ChangeKind.Withdrawn, sent.Tenant, sent.Entity, sent.Id, sent.RuleCode, sent.Severity, sent.Opened, sent.Revision + 1, IsSettled: false, document);

    private void Write(BookEntry entry)
    {
        entry.IsUnconfirmed = false;
        var state = new AlertState
        {
            Incident = entry.Incident?.Link,
            IsWithdrawn = entry.IsWithdrawn,
            SupersededBy = entry.SupersededBy,
        };
        var hash = SentDocument.HashOf(Document.Write(entry.Alert, entry.Rule, state));
        var changed = hash != entry.Hash || entry.Revision == 0;
        var newlySettled = entry.IsSettled && !entry.IsSettledSent && !entry.IsWithdrawn;
        if (!changed && !newlySettled)
        {
            return;
        }

        var kind = entry switch
        {
            { IsWithdrawn: true } => ChangeKind.Withdrawn,
            { Revision: 0 } => ChangeKind.Opened,
            _ => newlySettled ? ChangeKind.Settled : ChangeKind.Revised,
        };
        entry.Revision += changed ? 1 : 0;
        entry.Hash = hash;
        entry.IsSettledSent = entry.IsSettled;
        output.OnAlert(new AlertChange(
            kind,
            entry.Alert.Tenant,
            entry.Owner.Name,
            entry.Alert.Id,
            entry.Rule.Code,
            entry.Rule.Severity,
            entry.Alert.Opened,
            entry.Revision,
            entry.IsSettled,
            Document.WithRevision(entry.Revision)));
    }

    private void Write(BookEntity entity, BookIncident known, bool isSettled)
    {
        known.Changes = 0;
        known.IsUnconfirmed = false;
        var incident = IncidentGrouping.Make(entity.Tenant, entity.Name, entity.MembersOf(known));
        var hash = SentDocument.HashOf(_incidents.Write(incident));
        if (hash == known.Hash && known.Revision > 0 && (!isSettled || known.IsSettledSent))
        {
            return;
        }

        var kind = isSettled ? ChangeKind.Settled : known.Revision == 0 ? ChangeKind.Opened : ChangeKind.Revised;
        known.Revision += hash != known.Hash || known.Revision == 0 ? 1 : 0;
        known.Hash = hash;
        Send(kind, entity, known, incident.Severity, _incidents.Write(incident, known.Revision));
    }

    private void WriteWithdrawn(BookEntity entity, BookIncident gone)
    {
        gone.Changes = 0;
        if (gone.Revision == 0)
        {
            entity.Forget(gone);
            return;
        }

        gone.IsUnconfirmed = false;
        var successor = entity.SuccessorOf(gone)?.Link.Id;
        var hash = SentDocument.HashOf(_incidents.WriteWithdrawn(entity.Tenant, entity.Name, gone.Link, successor, null));
        if (hash == gone.Hash)
        {
            return;
        }

        gone.Revision++;
        gone.Hash = hash;
        var bytes = _incidents.WriteWithdrawn(entity.Tenant, entity.Name, gone.Link, successor, gone.Revision);
        Send(ChangeKind.Withdrawn, entity, gone, Severity.Low, bytes);
    }

    private void Send(ChangeKind kind, BookEntity entity, BookIncident incident, Severity severity, ReadOnlySpan<byte> bytes) =>
        output.OnIncident(new AlertChange(
            kind,
            entity.Tenant,
            entity.Name,
            incident.Link.Id,
            "",
            severity,
            incident.Link.Opened,
            incident.Revision,
            kind is ChangeKind.Settled,
            bytes.ToArray()));
}
