using System.Buffers;
using SecStream.Core.Observations;
using SecStream.Stages.Rules.History;

namespace SecStream.Stages.Rules.Evaluation;

/// <summary>An event behind an alert, as the shard keeps it.</summary>
internal record struct EvidenceReference(ulong IdHigh, ulong IdLow, int GivenId, long Time, int Count);

/// <summary>
/// An alert in the making: the episode's contributors summed up as they come, in order of events. About 400 bytes plus 32 per piece of
/// evidence (100 at most) and 16 per distinct value.
/// </summary>
public sealed partial class AlertDraft
{
    /// <summary>Events listed as evidence.</summary>
    public const int MaxEvidence = 100;

    private EvidenceReference[] _evidence = [];
    private int _evidenceCount;

    /// <summary>Event at which the condition first held.</summary>
    public long Opened { get; init; }

    /// <summary>First contributor.</summary>
    public long Start { get; private set; } = long.MaxValue;

    /// <summary>Last contributor.</summary>
    public long End { get; private set; } = long.MinValue;

    /// <summary>Last matching event, contributor or not: the episode goes on from here.</summary>
    public long LastMatch { get; set; }

    /// <summary>Occurrences in the contributors.</summary>
    public long Total { get; private set; }

    /// <summary>Contributing events.</summary>
    public long Events { get; private set; }

    /// <summary>A later matching event began another episode.</summary>
    public bool IsClosed { get; set; }

    /// <summary>Occurrences by input of the rule (temporal kinds).</summary>
    public long[] InputTotals { get; init; } = [];

    /// <summary>Facts found when the condition first held (name, value), in order.</summary>
    public List<(string Name, string Value)> Facts { get; init; } = [];

    /// <summary>Users among the contributors.</summary>
    public Tally Users { get; private init; } = new();

    /// <summary>Addresses among the contributors.</summary>
    public Tally Addresses { get; private init; } = new();

    /// <summary>Hosts among the contributors.</summary>
    public Tally Hosts { get; private init; } = new();

    /// <summary>Actions among the contributors.</summary>
    public Tally Actions { get; private init; } = new();

    /// <summary>Countries among the contributors.</summary>
    public Tally Countries { get; private init; } = new();

    /// <summary>The rule's values among the contributors.</summary>
    public Tally RuleValues { get; private init; } = new();

    /// <summary>The windows, of an alert about anomalies.</summary>
    public AnomalyEpisode? Anomalies { get; private set; }

    /// <summary>Total when it was sent out last; −1: never sent.</summary>
    public long SentTotal { get; set; } = -1;

    /// <summary>End when it was sent out last.</summary>
    public long SentEnd { get; set; }

    /// <summary>Clock when it was sent out last.</summary>
    public long SentAt { get; set; } = long.MinValue;

    /// <summary>Adds a contributor, later in order than all before.</summary>
    public void Add(in Item item, uint inputs, int valueSlot, ValuePool pool)
    {
        Start = Math.Min(Start, item.Time);
        End = Math.Max(End, item.Time);
        Total += item.Count;
        Events += item.Events;
        for (var i = 0; i < InputTotals.Length; i++)
        {
            InputTotals[i] += (inputs >> i & 1) != 0 ? item.Count : 0;
        }

        if (_evidenceCount < MaxEvidence && !item.IsMerged)
        {
            AddEvidence(new(item.IdHigh, item.IdLow, pool.AddReference(item.Values[Row.GivenIdSlot]), item.Time, item.Count));
        }

        Count(item, pool);
        if (valueSlot >= 0)
        {
            RuleValues.Add(item.Values[valueSlot], item.Count, pool);
        }
    }

    /// <summary>Adds the window of an anomaly: its times, its occurrences and its events are the contributors.</summary>
    public void AddAnomaly(in Item item, int valueSlot, ValuePool pool)
    {
        Anomalies ??= new AnomalyEpisode();
        Anomalies.Add(item.Values[valueSlot], pool);
        Start = Anomalies.Start;
        End = Anomalies.End;
        Total = Events = Anomalies.Occurrences;
        Count(item, pool);

        // What the alert tells may have changed although totals and end are the same: it must go out again.
        SentTotal = Math.Min(SentTotal, 0);
    }

    /// <summary>Whether an event is among the evidence listed (used to list a predecessor once).</summary>
    public bool Lists(in Item item)
    {
        foreach (var evidence in Listed)
        {
            if (evidence.IdLow == item.IdLow && evidence.IdHigh == item.IdHigh)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>A copy with references of its own, not sent yet.</summary>
    public AlertDraft Clone(ValuePool pool)
    {
        var copy = new AlertDraft
        {
            Opened = Opened,
            Start = Start,
            End = End,
            LastMatch = LastMatch,
            Total = Total,
            Events = Events,
            IsClosed = IsClosed,
            InputTotals = [.. InputTotals],
            Facts = [.. Facts],
            Users = Users.Clone(pool),
            Addresses = Addresses.Clone(pool),
            Hosts = Hosts.Clone(pool),
            Actions = Actions.Clone(pool),
            Countries = Countries.Clone(pool),
            RuleValues = RuleValues.Clone(pool),
            Anomalies = Anomalies?.Clone(pool),
        };
        foreach (var evidence in Listed)
        {
            pool.AddReference(evidence.GivenId);
            copy.AddEvidence(evidence);
        }

        return copy;
    }

    /// <summary>Gives all references back.</summary>
    public void Release(ValuePool pool)
    {
        foreach (var evidence in Listed)
        {
            pool.Release(evidence.GivenId);
        }

        ArrayPool<EvidenceReference>.Shared.Return(_evidence);
        _evidence = [];
        _evidenceCount = 0;
        Users.Release(pool);
        Addresses.Release(pool);
        Hosts.Release(pool);
        Actions.Release(pool);
        Countries.Release(pool);
        RuleValues.Release(pool);
        Anomalies?.Release(pool);
    }

    private void Count(in Item item, ValuePool pool)
    {
        Users.Add(item.Values[Row.UserSlot], item.Count, pool);
        Addresses.Add(item.Values[Row.AddressSlot], item.Count, pool);
        Hosts.Add(item.Values[Row.HostSlot], item.Count, pool);
        Actions.Add(item.Values[Row.ActionSlot], item.Count, pool);
        Countries.Add(item.Values[Row.CountrySlot], item.Count, pool);
    }

    /// <summary>The evidence as the alert shows it.</summary>
    public Core.Alerts.EvidenceItem[] Evidence(ValuePool pool) => Anomalies?.Evidence() ??
    [
        .. _evidence.Take(_evidenceCount).Select(e => e.GivenId == ValuePool.None
            ? new Core.Alerts.EvidenceItem(new EventId(e.IdHigh, e.IdLow), e.Time, e.Count)
            : new Core.Alerts.EvidenceItem(System.Text.Encoding.UTF8.GetString(pool.Get(e.GivenId)), e.Time, e.Count)),
    ];

    private ReadOnlySpan<EvidenceReference> Listed => _evidence.AsSpan(0, _evidenceCount);

    private void AddEvidence(EvidenceReference evidence)
    {
        if (_evidenceCount == _evidence.Length)
        {
            var larger = ArrayPool<EvidenceReference>.Shared.Rent(Math.Max(16, _evidenceCount * 2));
            Listed.CopyTo(larger);
            ArrayPool<EvidenceReference>.Shared.Return(_evidence);
            _evidence = larger;
        }

        _evidence[_evidenceCount++] = evidence;
    }
}
