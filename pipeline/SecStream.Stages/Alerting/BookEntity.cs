using SecStream.Core.Alerts;
using SecStream.Stages.Rules.Model;

namespace SecStream.Stages.Alerting;

/// <summary>An alert in the book. About 200 bytes beside the alert itself.</summary>
internal sealed class BookEntry(Alert alert, AlertRule rule)
{
    public Alert Alert { get; set; } = alert;
    public AlertRule Rule { get; set; } = rule;
    public BookEntity Owner { get; set; } = null!;
    public BookIncident? Incident { get; set; }
    public string? SupersededBy { get; set; }
    public UInt128 Hash { get; set; }
    public int Revision { get; set; }
    public bool IsSettled { get; set; }
    public bool IsSettledSent { get; set; }
    public bool IsWithdrawn { get; set; }
    public bool IsPending { get; set; }

    /// <summary>Consumers have other content, from before a restart, than the book has had since.</summary>
    public bool IsUnconfirmed { get; set; }
}

/// <summary>An incident in the book.</summary>
internal sealed class BookIncident(IncidentLink link)
{
    public IncidentLink Link { get; } = link;
    public long End { get; set; }
    public int Count { get; set; }
    public UInt128 Hash { get; set; }
    public int Revision { get; set; }
    public bool IsWithdrawn { get; set; }

    /// <summary>Consumers were told, before a restart, that it has ended.</summary>
    public bool IsSettledSent { get; set; }

    /// <summary>Consumers have other content, from before a restart, than the book has had since.</summary>
    public bool IsUnconfirmed { get; set; }

    /// <summary>Changes of its alerts since its document was sent.</summary>
    public int Changes { get; set; }
}

/// <summary>
/// The alerts of one primary entity, and their incidents: the function of <see cref="IncidentGrouping"/>, kept up to date. An alert that comes
/// last, or inside the last incident, is put in place; everything else groups again.
/// </summary>
internal sealed class BookEntity(string tenant, AlertEntity name, BookRecall recall)
{
    private readonly Dictionary<string, BookIncident> _incidents = new(StringComparer.Ordinal);

    public string Tenant { get; } = tenant;

    public AlertEntity Name { get; } = name;

    /// <summary>Alerts that count, by opening time, then id.</summary>
    public List<BookEntry> Live { get; } = [];

    /// <summary>Alerts that were withdrawn.</summary>
    public List<BookEntry> Withdrawn { get; } = [];

    /// <summary>Alerts whose documents may have changed, as they came.</summary>
    public List<BookEntry> Pending { get; } = [];

    public bool IsDirty { get; set; }

    public bool NeedsGrouping { get; set; }

    /// <summary>Changed since it was saved.</summary>
    public bool IsChanged { get; set; }

    public IReadOnlyDictionary<string, BookIncident> Incidents => _incidents;

    /// <summary>Nothing is left that a later revision would have to go on from.</summary>
    public bool IsEmpty => Live.Count == 0 && Withdrawn.Count == 0 && _incidents.Count == 0;

    public void MarkPending(BookEntry entry)
    {
        if (!entry.IsPending)
        {
            entry.IsPending = true;
            Pending.Add(entry);
        }
    }

    public void Add(BookEntry entry)
    {
        entry.Owner = this;
        var at = IndexOf(entry.Alert);
        Live.Insert(~at, entry);
        if (!NeedsGrouping)
        {
            NeedsGrouping = !TryPlace(entry, ~at);
        }
    }

    public void Withdraw(BookEntry entry)
    {
        Live.RemoveAt(IndexOf(entry.Alert));
        Withdrawn.Add(entry);
        entry.Incident = null;
        NeedsGrouping = true;
    }

    /// <summary>Takes an alert out, whatever its state.</summary>
    public void Drop(BookEntry entry)
    {
        if (!Withdrawn.Remove(entry))
        {
            Live.RemoveAt(IndexOf(entry.Alert));
            NeedsGrouping = true;
        }

        Pending.Remove(entry);
        entry.IsPending = false;
        entry.Incident = null;
    }

    /// <summary>Takes the new content of an alert that is in the book.</summary>
    public void Replace(BookEntry entry, Alert alert)
    {
        var before = entry.Alert;
        entry.Alert = alert;
        if (NeedsGrouping || (before.Start == alert.Start && before.End == alert.End))
        {
            return;
        }

        if (before.Start == alert.Start && alert.End >= before.End && entry.Incident is { } incident && incident == Live[^1].Incident)
        {
            incident.End = Math.Max(incident.End, alert.End);
            return;
        }

        NeedsGrouping = true;
    }

    public void Group()
    {
        NeedsGrouping = false;
        var current = new HashSet<BookIncident>();
        for (var first = 0; first < Live.Count;)
        {
            var next = IncidentGrouping.NextIncident(Live, first, static entry => entry.Alert);
            var incident = IncidentOf(Live[first].Alert.Opened);
            current.Add(incident);
            Assign(incident, first, next);
            first = next;
        }

        foreach (var incident in _incidents.Values.Where(incident => !current.Contains(incident) && !incident.IsWithdrawn).ToArray())
        {
            incident.IsWithdrawn = true;
            incident.Count = 0;
            incident.Changes++;
        }
    }

    /// <summary>The alerts of an incident, in order.</summary>
    public IncidentMember[] MembersOf(BookIncident incident)
    {
        var first = FirstOf(incident);
        var count = 0;
        while (first + count < Live.Count && Live[first + count].Incident == incident)
        {
            count++;
        }

        return [.. Live.GetRange(first, count).Select(entry => new IncidentMember(entry.Alert, entry.Rule))];
    }

    /// <summary>The incident that has taken the place of one that is gone.</summary>
    public BookIncident? SuccessorOf(BookIncident gone)
    {
        var at = Live.FindLastIndex(entry => entry.Alert.Opened <= gone.Link.Opened);
        return Live.Count == 0 ? null : Live[Math.Max(0, at)].Incident;
    }

    /// <summary>Drops an incident that is gone and of which nobody heard.</summary>
    public void Forget(BookIncident incident) => _incidents.Remove(incident.Link.Id);

    public void Restore(BookIncident incident) => _incidents.Add(incident.Link.Id, incident);

    private int FirstOf(BookIncident incident)
    {
        int low = 0, high = Live.Count;
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            if (Live[middle].Alert.Opened < incident.Link.Opened)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return low;
    }

    /// <summary>Place of an alert among the live, or the complement of where it belongs.</summary>
    private int IndexOf(Alert alert)
    {
        if (Live.Count == 0 || IncidentGrouping.Compare(Live[^1].Alert, alert) < 0)
        {
            return ~Live.Count;
        }

        int low = 0, high = Live.Count - 1;
        while (low <= high)
        {
            var middle = (low + high) >>> 1;
            var order = IncidentGrouping.Compare(Live[middle].Alert, alert);
            if (order == 0)
            {
                return middle;
            }

            (low, high) = order < 0 ? (middle + 1, high) : (low, middle - 1);
        }

        return ~low;
    }

    /// <summary>
    /// Puts a new alert into the incident before it, or at the end into one of its own, when that can't change any other alert's incident. The
    /// end of the alert before is a lower bound of the incident's end at that place.
    /// </summary>
    private bool TryPlace(BookEntry entry, int at)
    {
        var isLast = at == Live.Count - 1;
        var before = at > 0 ? Live[at - 1].Incident : null;
        if (before is null || entry.Alert.Start >= IncidentGrouping.Reach(isLast ? before.End : Live[at - 1].Alert.End))
        {
            if (!isLast)
            {
                return false;
            }

            before = IncidentOf(entry.Alert.Opened);
            before.End = entry.Alert.End;
        }
        else if (entry.Alert.End > before.End && Live[^1].Incident != before && !isLast)
        {
            return false;
        }

        entry.Incident = before;
        before.End = Math.Max(before.End, entry.Alert.End);
        before.Count++;
        return true;
    }

    private void Assign(BookIncident incident, int first, int next)
    {
        incident.End = long.MinValue;
        incident.Changes += incident.Count != next - first ? 1 : 0;
        incident.Count = next - first;
        for (var i = first; i < next; i++)
        {
            incident.End = Math.Max(incident.End, Live[i].Alert.End);
            if (Live[i].Incident != incident)
            {
                Live[i].Incident = incident;
                incident.Changes++;
                MarkPending(Live[i]);
            }
        }
    }

    private BookIncident IncidentOf(long opened)
    {
        var id = IncidentGrouping.MakeId(Tenant, Name.Value, opened);
        if (!_incidents.TryGetValue(id, out var incident))
        {
            incident = new BookIncident(new(id, opened));
            recall.TakeUp(incident);
            _incidents.Add(id, incident);
        }

        if (incident.IsWithdrawn)
        {
            incident.IsWithdrawn = false;
            incident.Count = 0;
            incident.Changes++;
        }

        return incident;
    }
}
