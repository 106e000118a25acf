using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using SecStream.Core.Alerts;
using SecStream.Core.Events;
using SecStream.Core.Features;
using SecStream.Core.Fields;
using SecStream.Stages.Alerting;
using SecStream.Stages.Rules.Model;

namespace SecStream.Host.EmitTest;

/// <summary>
/// An alert of a rule that nothing has raised: its document is as a real one, about names and addresses that belong to nobody, and marked
/// (<see cref="TestMark"/>).
/// </summary>
internal static class TestAlert
{
    /// <summary>TEST-NET-1: of nobody (RFC 5737).</summary>
    public const string Address = "192.0.2.1";

    private const string Name = "secstream-test";
    private static readonly JsonSerializerOptions s_plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Makes one.</summary>
    /// <param name="rule">The rule.</param>
    /// <param name="rules">Version of all rules.</param>
    /// <param name="tenant">Tenant.</param>
    /// <param name="now">When it opens: it has an id of its own then.</param>
    /// <param name="withActions">What the rule asks for is in it; without, nobody can carry it out.</param>
    public static OutboxEntry Make(AlertRule rule, string rules, string tenant, DateTimeOffset now, bool withActions)
    {
        var alert = Alert(rule, tenant, EventClock.ToMicroseconds(now));
        var entity = AlertEntity.Of(alert, rule);
        return new OutboxEntry
        {
            Kind = ChangeKind.Opened,
            IsIncident = false,
            Tenant = tenant,
            Id = alert.Id,
            Revision = 1,
            Rule = rule.Code,
            Severity = rule.Severity,
            Opened = alert.Opened,
            IsSettled = true,
            EntityType = entity.Type,
            EntityName = entity.Name,
            EntityValue = entity.Value,
            Document = Document(alert, withActions ? rule : rule with { Actions = [] }, rules),
        };
    }

    private static Alert Alert(AlertRule rule, string tenant, long now)
    {
        var key = rule.Inputs.Length > 0 ? rule.Inputs[0].Key.Select(part => (part.Name, Value: ValueOf(part.Name))).ToArray() : [];
        var total = Math.Max(1, Measure(rule));
        return new Alert
        {
            Id = AlertFactory.MakeId(tenant, rule.Code, key.Select(part => part.Value), now),
            Tenant = tenant,
            RuleCode = rule.Code,
            Key = key,
            Opened = now,
            Start = now,
            End = now,
            Observed = Observed(rule),
            Evidence = [new EvidenceItem(Name, now, (int)Math.Min(int.MaxValue, total))],
            Total = total,
            Events = 1,
            Users = [new ObservedValue(Name, total)],
            UserCount = 1,
            Addresses = [new ObservedValue(Address, total)],
            AddressCount = 1,
            Hosts = [new ObservedValue(Name, total)],
            HostCount = 1,
            Facts = [.. Facts(rule)],
            Anomaly = rule.Kind == RuleKind.Anomaly ? Anomaly(rule, now) : null,
        };
    }

    private static string ValueOf(string field) => AlertEntity.TypeOf(field) == "ip" ? Address : Name;

    private static long Measure(AlertRule rule) => rule.Threshold.Value + rule.Threshold.Operator switch
    {
        ThresholdOperator.Greater => 1,
        ThresholdOperator.Less => -1,
        _ => 0,
    };

    private static Anomaly Anomaly(AlertRule rule, long now) => new()
    {
        Profile = Name,
        Start = now - (5 * EventClock.Minute),
        End = now,
        Events = 1,
        Grade = rule.MinGrade,
        P = Math.Pow(10, -6 * rule.MinGrade),
        Confidence = 1,
        ExpectedFalsePerDay = 0,
        Severity = null,
        Model = Name,
        Detectors = [],
        Contributions = [new Contribution("request_rate", "requests", 100, 10, 5, 20, 1, 4)],
        Evidence = [],
    };

    private static Observed Observed(AlertRule rule)
    {
        if (rule.Kind == RuleKind.Anomaly)
        {
            return new Observed("grade", rule.MinGrade, ">=", rule.MinGrade, 5 * EventClock.Minute, "anomaly");
        }

        var isTravel = rule.Kind == RuleKind.ImpossibleTravel;
        var measure = rule.Kind switch
        {
            RuleKind.ValueCount => "distinct",
            RuleKind.Temporal or RuleKind.TemporalOrdered => "sequence",
            RuleKind.NewValue => "new_value",
            RuleKind.ImpossibleTravel => "speed_kmh",
            _ => "count",
        };
        var sign = rule.Threshold.Operator switch
        {
            _ when isTravel => ">",
            ThresholdOperator.GreaterOrEqual => ">=",
            ThresholdOperator.Greater => ">",
            ThresholdOperator.LessOrEqual => "<=",
            ThresholdOperator.Less => "<",
            _ => "==",
        };
        var value = isTravel ? rule.MaxSpeedKmh + 1 : measure is "sequence" or "new_value" ? 1 : Measure(rule);
        return new Observed(
            measure, value, sign, isTravel ? rule.MaxSpeedKmh : rule.Threshold.Value, EventClock.ToMicroseconds(rule.Window), JsonNamingPolicy.SnakeCaseLower.ConvertName(rule.Kind.ToString()));
    }

    private static IEnumerable<(string, string)> Facts(AlertRule rule) => rule.Kind switch
    {
        RuleKind.ImpossibleTravel =>
        [
            ("from", "XX"), ("to", "XX"), ("distance_km", ((long)rule.MinDistanceKm + 1).ToString(CultureInfo.InvariantCulture)), ("elapsed_seconds", "3600"),
            ("speed_kmh", ((long)rule.MaxSpeedKmh + 1).ToString(CultureInfo.InvariantCulture)),
        ],
        RuleKind.NewValue => [("new_value", Name), ("known_values", Name), ("known_count", "1")],
        RuleKind.Temporal or RuleKind.TemporalOrdered => rule.Inputs.Select(input => (input.Name, input.MinCount.ToString(CultureInfo.InvariantCulture))),
        _ => [],
    };

    private static byte[] Document(Alert alert, AlertRule rule, string rules)
    {
        using var writer = new AlertDocument(new Dictionary<string, string> { ["rules"] = rules });
        writer.Write(alert, rule, new AlertState());
        var document = JsonNode.Parse(writer.WithRevision(1))!.AsObject();
        document["message"] = $"TEST, nothing has happened: {(string?)document["message"]}";
        document["secstream"]!["test"] = true;
        return Encoding.UTF8.GetBytes(document.ToJsonString(s_plain));
    }
}
