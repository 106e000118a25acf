using System.Text;
using SecStream.Core.Alerts;
using SecStream.Core.Events;
using SecStream.Core.Features;
using SecStream.Core.Fields;
using SecStream.Core.Observations;
using SecStream.Core.Pipeline.State;
using SecStream.Stages.Alerting;
using SecStream.Stages.Ingest;
using SecStream.Stages.Profiles;
using SecStream.Stages.Rules;
using SecStream.Stages.Rules.Evaluation;
using SecStream.Stages.Sessions;

namespace SecStream.Stages.Tests.Profiles;

/// <summary>Observations of anomalies through the shards of one lane; the alerts that stand are kept.</summary>
internal sealed class AnomalyHarness
{
    public const long Noon = 1_772_366_400_000_000; // 2026-03-01T12:00:00Z

    public const string High = """
        title: Off baseline
        id: 00000000-0000-4000-8000-000000000001
        level: high
        logsource: {product: secstream, category: anomaly}
        detection:
          selection: {secstream.anomaly.profile: api-key}
          condition: selection
        secstream: {code: H, type: anomaly, min-severity: high, key: [secstream.api_key.id]}
        """;

    public const string Any = """
        title: Anything strange
        id: 00000000-0000-4000-8000-000000000002
        level: low
        logsource: {product: secstream, category: anomaly}
        detection:
          selection: {secstream.anomaly.grade|gte: 0.3}
          condition: selection
        secstream: {code: A, type: anomaly, gap: 30m, key: [secstream.api_key.id]}
        """;

    public const string Event = """
        title: Whatever happens
        id: 00000000-0000-4000-8000-000000000003
        level: low
        logsource: {product: secstream}
        detection:
          selection: {secstream.api_key.id|exists: true}
          condition: selection
        secstream: {code: E, key: [secstream.api_key.id]}
        """;

    private readonly Sink _sink = new();
    private readonly RowBuffer[] _rows = [.. Enumerable.Repeat(new RowBuffer(), Row.ShardCount)];
    private LaneStage _lane;

    public AnomalyHarness(params string[] rules)
    {
        var fields = new FieldCatalog();
        var set = new RuleCompiler(fields).Compile(rules.Select((text, i) => new RuleSource($"r{i}.yml", text)));
        if (set.Issues.Count > 0)
        {
            throw new InvalidOperationException(string.Join("; ", set.Issues));
        }

        Plan = IngestPlan.Compile(set, fields, "default");
        Observations = new AnomalyObservations(Plan);
        _lane = NewLane();
    }

    public static FeatureSchema Schema { get; } = new()
    {
        Profile = "api-key",
        Version = "0123456789abcdef",
        KeyNames = ["secstream.api_key.id"],
        Windows = [5 * EventClock.Minute, EventClock.Hour],
        Features = [],
    };

    public IngestPlan Plan { get; }

    public AnomalyObservations Observations { get; }

    /// <summary>Alerts that stand, by id.</summary>
    public IReadOnlyDictionary<string, Alert> Alerts => _sink.Alerts;

    /// <summary>Times anything was sent or taken back.</summary>
    public int Sent => _sink.Sent;

    public ShardCounters Counters => _lane.Counters();

    /// <summary>An anomaly of the five minutes (or other length) that begin some minutes after noon.</summary>
    public static Anomaly Window(int minute, double grade, long events = 10, int minutes = 5, Severity? severity = Severity.High, string feature = "request_rate") => new()
    {
        Profile = "api-key",
        Start = Noon + (minute * EventClock.Minute),
        End = Noon + ((minute + minutes) * EventClock.Minute),
        Events = events,
        Grade = grade,
        P = Math.Pow(10, -6 * grade),
        Confidence = 0.9,
        ExpectedFalsePerDay = 0.01,
        Severity = severity,
        Model = "m1",
        Detectors = [new("baseline", 12.5, 1e-6, 0.7)],
        Contributions = [new(feature, "requests", 10 + events, 10, 5, 20, 1, 6)],
        Evidence =
        [
            .. Enumerable.Range(0, (int)Math.Min(events, 100)).Select(i => new WindowEvent(
                new EventId(7, (ulong)((minute * 1000) + i)), Noon + (minute * EventClock.Minute) + (i * EventClock.Second), 1)),
        ],
    };

    public void Emit(Anomaly anomaly, string key = "k1") => Emit(anomaly, Encoding.UTF8.GetBytes(key));

    public void Emit(Anomaly anomaly, byte[] key)
    {
        Observations.Emit(anomaly, Schema, key, _rows);
        Deliver();
    }

    public void Withdraw(Anomaly anomaly, string key = "k1")
    {
        Observations.Withdraw(Schema, anomaly.Start, anomaly.End, Encoding.UTF8.GetBytes(key), _rows);
        Deliver();
    }

    /// <summary>Has a window judged that has closed, or was changed since.</summary>
    public void Close(WindowJudging judging, FeatureVector window, bool revised)
    {
        judging.Begin(_rows);
        judging.Closed(window, revised);
        Deliver();
    }

    public void Advance(long clock) => _lane.AdvanceRules(clock);

    /// <summary>Writes the state and goes on from what was written.</summary>
    public void Restart()
    {
        using var state = new StateDelta(isFull: true);
        for (var shard = 0; shard < Row.ShardCount; shard++)
        {
            using var buffer = new StateBuffer();
            _lane.Save(shard, buffer, StateExtent.Base);
            state.Add(buffer);
        }

        _lane = NewLane();
        using var entries = state.Sorted();
        while (entries.Read())
        {
            _lane.Restore(entries);
        }
    }

    private LaneStage NewLane() => new(0, 1, Plan.Plan, new ShardOptions(), new AlertFactory("default"), _sink, seed: 1);

    private void Deliver()
    {
        _lane.Accept(_rows[0].Bytes);
        _rows[0].Clear();
    }

    private sealed class Sink : IAlertSink
    {
        public Dictionary<string, Alert> Alerts { get; } = new(StringComparer.Ordinal);

        public int Sent { get; private set; }

        public void Upsert(Alert alert, bool settled)
        {
            Sent++;
            Alerts[alert.Id] = alert;
        }

        public void Withdraw(string id, string? supersededBy)
        {
            Sent++;
            Alerts.Remove(id);
        }
    }
}
