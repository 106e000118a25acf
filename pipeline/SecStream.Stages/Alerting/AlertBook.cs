using SecStream.Core.Alerts;
using SecStream.Stages.Rules.Evaluation;
using SecStream.Stages.Rules.Model;

namespace SecStream.Stages.Alerting;

/// <summary>
/// All alerts that can still change: takes what the shards send, gives revisions, groups by primary entity into incidents, and puts out the
/// documents that changed. Alerts taken are put out at the next <see cref="Flush"/> or <see cref="Advance"/>, so that an alert and its incident
/// come in one revision. Incidents whose alerts are settled and which nothing can reach any more are forgotten. Single-threaded.
/// </summary>
public sealed partial class AlertBook : IAlertSink, IDisposable
{
    private readonly AlertBookOptions _options;
    private readonly BookWriter _writer;
    private readonly Dictionary<string, BookEntry> _entries = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Tenant, string Type, string Value), BookEntity> _entities = [];
    private readonly List<BookEntity> _dirty = [];
    private AlertVersions _versions;
    private long _retention;
    private long _widestGap;
    private long _clock = long.MinValue;
    private long _lastSweep = long.MinValue;

    /// <summary>Makes an empty book.</summary>
    /// <param name="rules">The rules whose alerts come.</param>
    /// <param name="versions">See <see cref="AlertDocument"/>.</param>
    /// <param name="output">Takes the documents.</param>
    /// <param name="options">Bounds; the defaults when null.</param>
    /// <param name="responseTimes">Response times; the defaults when null.</param>
    public AlertBook(
        IEnumerable<AlertRule> rules,
        IReadOnlyDictionary<string, string> versions,
        IAlertOutput output,
        AlertBookOptions? options = null,
        ResponseTimes? responseTimes = null)
        : this(new AlertVersions(rules, versions), output, options, responseTimes)
    {
    }

    /// <summary>Makes an empty book.</summary>
    /// <param name="versions">The rules whose alerts come, and what was in force when.</param>
    /// <param name="output">Takes the documents.</param>
    /// <param name="options">Bounds; the defaults when null.</param>
    /// <param name="responseTimes">Response times; the defaults when null.</param>
    public AlertBook(AlertVersions versions, IAlertOutput output, AlertBookOptions? options = null, ResponseTimes? responseTimes = null)
    {
        _options = options ?? new();
        _versions = versions;
        _writer = new(output, new AlertDocument(versions, responseTimes));
        Use(versions, responseTimes);
    }

    /// <summary>Counts of what was unusual.</summary>
    public AlertBookCounters Counters { get; } = new();

    /// <summary>Alerts in the book, withdrawn ones included.</summary>
    public int Count => _entries.Count;

    /// <summary>Takes other rules and versions. Where they say the same of an opening time as before, alerts opened then stay as they are.</summary>
    public void Use(AlertVersions versions, ResponseTimes? responseTimes = null)
    {
        _versions = versions;
        _retention = IncidentGrouping.Gap + _options.Horizon + versions.WidestWindow + _options.Slack;
        _widestGap = versions.WidestGap;
        _writer.UseDocument(new AlertDocument(versions, responseTimes));
    }

    /// <inheritdoc/>
    public void Upsert(Alert alert, bool settled)
    {
        if (_versions.RuleAt(alert.RuleCode, alert.Opened) is not { } rule)
        {
            Counters.UnknownRules++;
            return;
        }

        if (!_entries.TryGetValue(alert.Id, out var entry))
        {
            entry = new BookEntry(alert, rule);
            _recall.TakeUp(entry);
            _entries.Add(alert.Id, entry);
            EntityOf(alert, rule).Add(entry);
        }
        else if (entry.IsSettled && !settled && !entry.IsWithdrawn)
        {
            // A shard that resumed from an older snapshot sends again what it had sent before; the book is ahead of it.
            return;
        }
        else
        {
            Change(entry, alert, rule);
        }

        entry.IsSettled = settled;
        Touch(entry);
    }

    /// <inheritdoc/>
    public void Withdraw(string id, string? supersededBy)
    {
        if (!_entries.TryGetValue(id, out var entry))
        {
            Counters.UnknownWithdrawals++;
            return;
        }

        if (!entry.IsWithdrawn)
        {
            entry.IsWithdrawn = true;
            entry.Owner.Withdraw(entry);
        }

        entry.SupersededBy = supersededBy;
        Touch(entry);
    }

    /// <summary>Puts out what has changed since the last call.</summary>
    public void Flush()
    {
        foreach (var entity in _dirty)
        {
            entity.IsDirty = false;
            if (entity.NeedsGrouping)
            {
                entity.Group();
            }

            _writer.WritePending(entity, entry => _entries.Remove(entry.Alert.Id));
            _writer.WriteIncidents(entity, all: false);
            DropIfEmpty(entity);
        }

        _dirty.Clear();
    }

    /// <summary>Puts out what has changed, and forgets what no event after <paramref name="clock"/> − H can change.</summary>
    /// <param name="clock">Event time up to which everything has been evaluated, microseconds; never goes back.</param>
    public void Advance(long clock)
    {
        Flush();
        if (clock <= _clock)
        {
            return;
        }

        _clock = clock;
        if (_lastSweep == long.MinValue || clock >= Later(_lastSweep, _options.SweepInterval))
        {
            _lastSweep = clock;
            Confirm();
            Sweep();
        }
    }

    /// <summary>
    /// The documents of all settled alerts that are not withdrawn, sorted by @timestamp, rule.id and event.id, with their incidents and without
    /// revisions: a function of the alerts, however they came. One line of JSON each, without line end.
    /// </summary>
    public IEnumerable<byte[]> Final()
    {
        var all = FinalIncidents().SelectMany(incident => incident.Alerts.Select(member => (member, incident.Link))).ToArray();
        Array.Sort(all, (a, b) => CompareFinal(a.member.Alert, b.member.Alert));
        foreach (var (member, link) in all)
        {
            yield return _writer.Document.Write(member.Alert, member.Rule, new AlertState { Incident = link }).ToArray();
        }
    }

    /// <summary>The incidents of the alerts of <see cref="Final"/>, sorted by opening time and id.</summary>
    public IReadOnlyList<Incident> FinalIncidents() =>
    [
        .. _entities.Values
            .SelectMany(entity => IncidentGrouping.Group(
                entity.Tenant,
                entity.Name,
                entity.Live.Where(entry => entry.IsSettled).Select(entry => new IncidentMember(entry.Alert, entry.Rule))))
            .OrderBy(incident => incident.Opened)
            .ThenBy(incident => incident.Id, StringComparer.Ordinal)
            .ThenBy(incident => incident.Entity.Type, StringComparer.Ordinal),
    ];

    /// <summary>Puts out what is pending, then writes the book.</summary>
    public void Save(BinaryWriter writer)
    {
        Flush();
        BookFormat.Save(writer, _clock, _lastSweep, _recall, _entities.Values);
    }

    /// <summary>Reads a book into this one, which must be empty. Alerts of rules that are gone are left out and counted.</summary>
    /// <exception cref="InvalidDataException">The data is damaged or of another version.</exception>
    public void Restore(BinaryReader reader)
    {
        if (_entries.Count > 0)
        {
            throw new InvalidOperationException("restore into an empty book");
        }

        try
        {
            (_clock, _lastSweep) = BookFormat.Restore(reader, _versions, Counters, _recall, Adopt);
        }
        catch (EndOfStreamException fault)
        {
            throw new InvalidDataException("the alert book is damaged: it ends too early", fault);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _writer.Dispose();

    private void Change(BookEntry entry, Alert alert, AlertRule rule)
    {
        var owner = EntityOf(alert, rule);
        entry.Rule = rule;
        if (!entry.IsWithdrawn && owner == entry.Owner)
        {
            owner.Replace(entry, alert);
            return;
        }

        // A second correction brings it back, or shows that the key names another kind of entity.
        Touch(entry);
        entry.Owner.Drop(entry);
        entry.IsWithdrawn = false;
        entry.IsSettledSent = false;
        entry.SupersededBy = null;
        entry.Alert = alert;
        owner.Add(entry);
    }

    private BookEntity EntityOf(Alert alert, AlertRule rule)
    {
        var name = AlertEntity.Of(alert, rule);
        if (!_entities.TryGetValue((alert.Tenant, name.Type, name.Value), out var entity))
        {
            entity = new BookEntity(alert.Tenant, name, _recall);
            _entities.Add((alert.Tenant, name.Type, name.Value), entity);
        }

        return entity;
    }

    private void Touch(BookEntry entry)
    {
        entry.Owner.MarkPending(entry);
        if (entry.Incident is { } incident)
        {
            incident.Changes++;
        }

        MarkDirty(entry.Owner);
    }

    private void Adopt(BookEntity entity)
    {
        _entities.Add((entity.Tenant, entity.Name.Type, entity.Name.Value), entity);
        foreach (var entry in entity.Live.Concat(entity.Withdrawn))
        {
            _entries.Add(entry.Alert.Id, entry);
            if (entry.IsUnconfirmed)
            {
                _unconfirmed.Add(entry);
            }
        }

        _unconfirmedIncidents.AddRange(entity.Incidents.Values.Where(incident => incident.IsUnconfirmed).Select(incident => (entity, incident)));
        if (entity.NeedsGrouping)
        {
            MarkDirty(entity);
        }
    }

    private void Sweep()
    {
        var due = _entities.Values
            .Where(entity => HasEnded(entity) || entity.Incidents.Values.Any(incident => incident.Changes > 0))
            .OrderBy(entity => entity.Tenant, StringComparer.Ordinal)
            .ThenBy(entity => entity.Name.Type, StringComparer.Ordinal)
            .ThenBy(entity => entity.Name.Value, StringComparer.Ordinal)
            .ToArray();
        foreach (var entity in due)
        {
            MarkChanged(entity);
            _writer.WriteIncidents(entity, all: true);
            if (!_options.KeepAll)
            {
                ForgetEnded(entity);
                DropIfEmpty(entity);
            }
        }
    }

    private bool HasEnded(BookEntity entity) =>
        !_options.KeepAll
        && ((entity.Live.Count > 0 && entity.Live[0].IsSettled && IsOver(entity.Live[0].Incident!.End))
            || entity.Withdrawn.Exists(entry => IsOver(entry.Alert.End))
            || entity.Incidents.Values.Any(incident => incident.IsWithdrawn && IsOver(incident.End)));

    private bool IsOver(long end) => Later(end, _retention) <= _clock;

    private void ForgetEnded(BookEntity entity)
    {
        while (entity.Live.Count > 0 && entity.Live[0].Incident is { } first && IsOver(first.End))
        {
            var count = first.Count;
            if (!entity.Live.Take(count).All(entry => entry.IsSettled))
            {
                break;
            }

            _writer.WriteSettled(entity, first);
            entity.Live.Take(count).ToList().ForEach(Forget);
            entity.Live.RemoveRange(0, count);
            entity.Forget(first);
        }

        foreach (var entry in entity.Withdrawn.Where(entry => IsOver(entry.Alert.End)))
        {
            Forget(entry);
        }

        entity.Withdrawn.RemoveAll(entry => IsOver(entry.Alert.End));
        foreach (var gone in entity.Incidents.Values.Where(incident => incident.IsWithdrawn && IsOver(incident.End)).ToArray())
        {
            entity.Forget(gone);
        }
    }

    private void Forget(BookEntry entry)
    {
        Counters.Forgotten++;
        _entries.Remove(entry.Alert.Id);
    }

    private void DropIfEmpty(BookEntity entity)
    {
        if (entity.IsEmpty)
        {
            _entities.Remove((entity.Tenant, entity.Name.Type, entity.Name.Value));
        }
    }

    private static int CompareFinal(Alert a, Alert b)
    {
        var order = a.Opened.CompareTo(b.Opened);
        order = order != 0 ? order : string.CompareOrdinal(a.RuleCode, b.RuleCode);
        return order != 0 ? order : string.CompareOrdinal(a.Id, b.Id);
    }

    private static long Later(long time, long by) => time > long.MaxValue - by ? long.MaxValue : time + by;
}
