using System.Globalization;
using SecStream.Core.Alerts;
using SecStream.Core.Events;
using SecStream.Core.Features;
using SecStream.Core.Fields;
using SecStream.Stages.Alerting;
using SecStream.Stages.Rules.Model;

namespace SecStream.Stages.Tests.Alerting;

/// <summary>Rules and alerts as the shards make them.</summary>
public static class Samples
{
    public const string Address = "203.0.113.7";
    public const long Noon = 1_772_366_400_000_000; // 2026-03-01T12:00:00Z

    public static readonly Dictionary<string, string> Versions = new()
    {
        ["rules"] = "00aa11bb22cc33dd",
        ["geoip"] = "1111222233334444",
        ["intel"] = "5555666677778888",
        ["context"] = "9999aaaabbbbcccc",
    };

    public static AlertRule C1 { get; } = Counting("C1", "Brute force", Severity.Critical, 5, 15) with { Noun = "failed SSH logins" };

    public static AlertRule P1 { get; } = Counting("P1", "Failed logins", Severity.Medium, 5, 10) with { Threshold = new(ThresholdOperator.Greater, 5) };

    public static AlertRule T1 { get; } = Counting("T1", "Failed logins from one address", Severity.Critical, 10, 5) with
    {
        Threshold = new(ThresholdOperator.Greater, 10),
        Actions = [new("block_ip", null, null)],
    };

    public static AlertRule L5 { get; } = Counting("L5", "Brute force on an account", Severity.Critical, 5, 15) with
    {
        Inputs = [new("failed_login", [0], 1, [AddressPart, new("user.email", [Id("user.email"), Id("user.name")], false)])],
        Actions = [new("block_ip", TimeSpan.FromHours(1), "authentication")],
    };

    public static AlertRule L7 { get; } = Rule("L7", "SQL injection", Severity.Critical, RuleKind.Event) with { Noun = "SQL injections", Gap = TimeSpan.FromMinutes(1) };

    public static AlertRule X1 { get; } = Rule("X1", "Login succeeded after brute force", Severity.Critical, RuleKind.TemporalOrdered) with
    {
        Inputs = [new("failed_login", [0], 5, [AddressPart]), new("login_success", [1], 1, [AddressPart])],
        Window = TimeSpan.FromMinutes(15),
        Tags = ["attack.credential_access", "attack.t1110.001", "attack.t1078"],
    };

    public static AlertRule Chain { get; } = Rule("L8", "Attack chain", Severity.High, RuleKind.Temporal) with
    {
        Inputs = [new("port_scan", [0], 1, [AddressPart]), new("xss_attempt", [1], 1, [AddressPart]), new("login_failed", [2], 1, [AddressPart])],
        Window = TimeSpan.FromMinutes(5),
    };

    public static AlertRule Spray { get; } = Rule("S1", "Password spraying", Severity.High, RuleKind.ValueCount) with
    {
        Window = TimeSpan.FromMinutes(10),
        Threshold = new(ThresholdOperator.GreaterOrEqual, 10),
        ValueField = Id("user.name"),
        Noun = "users",
    };

    public static AlertRule P3 { get; } = OfUser(Rule("P3", "Impossible travel", Severity.High, RuleKind.ImpossibleTravel)) with
    {
        MinDistanceKm = 100,
        MaxSpeedKmh = 900,
        Noun = "logins",
        Actions = [new("lock_account", null, null)],
    };

    public static AlertRule T7 { get; } = OfUser(Rule("T7", "User seen from a new country", Severity.Medium, RuleKind.NewValue)) with
    {
        ValueField = Id("source.geo.country_iso_code"),
        Noun = "logins",
    };

    public static AlertRule T2 { get; } = Rule("T2", "Critical event", Severity.Critical, RuleKind.Event) with
    {
        Inputs = [new("critical", [0], 1, [new("user.name", [Id("user.name"), Id("source.address"), Id("host.name")], false)])],
        PrimaryEntity = "user.name",
        Noun = "critical events",
    };

    public static AlertRule P5 { get; } = Rule("P5", "API key off its baseline", Severity.High, RuleKind.Anomaly) with
    {
        Inputs = [new("anomaly", [0], 1, [new("secstream.api_key.id", [Id("secstream.api_key.id")], false)])],
        PrimaryEntity = "secstream.api_key.id",
        MinGrade = 0.8,
        Actions = [new("review_key", null, null)],
    };

    public static AlertRule L3 { get; } = OfUser(Rule("L3", "Unusual behaviour", Severity.High, RuleKind.Anomaly)) with { MinGrade = 0.8 };

    public static AlertRule[] All { get; } = [C1, P1, T1, L5, L7, X1, Chain, Spray, P3, T7, T2, P5, L3];

    private static KeyPart AddressPart => new("source.address", [Id("source.address")], true);

    /// <summary>An alert of some events of one user from one address, a minute apart.</summary>
    public static Alert Make(AlertRule rule, long opened, long events, string user = "alice", string address = Address, string tenant = "default")
    {
        var key = rule.Inputs[0].Key.Select(part => (part.Name, part.Name.StartsWith("source", StringComparison.Ordinal) ? address : user)).ToArray();
        var start = opened - ((Math.Max(1, Math.Min(events, rule.Threshold.Value)) - 1) * EventClock.Minute);
        return new Alert
        {
            Id = AlertFactory.MakeId(tenant, rule.Code, key.Select(part => part.Item2), opened),
            Tenant = tenant,
            RuleCode = rule.Code,
            Key = key,
            Opened = opened,
            Start = start,
            End = start + ((events - 1) * EventClock.Minute),
            Observed = new("count", events, rule.Threshold.Operator == ThresholdOperator.Greater ? ">" : ">=", rule.Threshold.Value, EventClock.ToMicroseconds(rule.Window), KindOf(rule)),
            Evidence = [.. Enumerable.Range(0, (int)Math.Min(events, 100)).Select(i => new EvidenceItem(i.ToString("x32", CultureInfo.InvariantCulture), start + (i * EventClock.Minute), 1))],
            Total = events,
            Events = events,
            Users = [new(user, events)],
            UserCount = 1,
            Addresses = [new(address, events)],
            AddressCount = 1,
            Hosts = [new("web1", events)],
            HostCount = 1,
            Actions = [new("login_failed", events)],
            Country = "NL",
        };
    }

    public static Alert Travel() => Make(P3, Noon, 2) with
    {
        Start = Noon - (35 * EventClock.Minute),
        End = Noon,
        Observed = new("speed_kmh", 15288, ">", 900, 0, "impossible_travel"),
        Facts = [("from", "Berlin, Germany"), ("to", "Tokyo, Japan"), ("distance_km", "8918"), ("elapsed_seconds", "2100"), ("speed_kmh", "15288")],
        Addresses = [new("198.51.100.9", 1), new(Address, 1)],
        AddressCount = 2,
        Actions = [new("login_success", 2)],
    };

    public static Alert NewCountry() => Make(T7, Noon, 1) with
    {
        Observed = new("new_value", 1, ">=", 1, 0, "new_value"),
        Facts = [("new_value", "DE"), ("known_values", "US, FR"), ("known_count", "2")],
        Actions = [new("login_success", 1)],
        Country = "DE",
    };

    public static Alert Success() => Make(X1, Noon, 8) with
    {
        Start = Noon - (3 * EventClock.Minute),
        End = Noon,
        Observed = new("sequence", 1, ">=", 1, 15 * EventClock.Minute, "temporal_ordered"),
        Facts = [("failed_login", "7"), ("login_success", "1")],
        Actions = [new("login_failed", 7), new("login_success", 1)],
    };

    public static Alert ChainOf() => Make(Chain, Noon, 6) with
    {
        Observed = new("sequence", 1, ">=", 1, 5 * EventClock.Minute, "temporal"),
        Facts = [("port_scan", "1"), ("xss_attempt", "2"), ("login_failed", "3")],
    };

    /// <summary>An alert about a window of five minutes that ends at noon.</summary>
    public static Alert AnomalyOf(AlertRule rule, string key, params Contribution[] contributions) => Make(rule, Noon, 100, key, key) with
    {
        Key = [(rule.PrimaryEntity, key)],
        Start = Noon - (5 * EventClock.Minute),
        End = Noon,
        Observed = new("grade", 0.86, ">=", rule.MinGrade, 5 * EventClock.Minute, "anomaly"),
        Total = 4120,
        Events = 4120,
        Users = rule == L3 ? [new(key, 1)] : [],
        UserCount = rule == L3 ? 1 : 0,
        Addresses = [],
        AddressCount = 0,
        Hosts = [],
        HostCount = 0,
        Actions = [new("anomaly_detected", 1)],
        Country = null,
        Anomaly = new()
        {
            Profile = rule == L3 ? "user" : "api-key",
            Start = Noon - (5 * EventClock.Minute),
            End = Noon,
            Events = 4120,
            Grade = 0.86,
            P = 6.9e-6,
            Confidence = 0.9,
            ExpectedFalsePerDay = 0.21,
            Severity = Severity.High,
            Model = "2026-02-28-0f3c",
            Detectors = [new("baseline", 14.2, 3.1e-6, 0.6), new("forest", 0.71, 2.0e-4, 0.4)],
            Contributions = contributions,
            Evidence = [],
        },
    };

    public static Alert ManyUsers(AlertRule rule, int users, long events) => Make(rule, Noon, events) with
    {
        Users = [new("root", 20), new("admin", 12), new("oracle", 3), new("test", 1)],
        UserCount = users,
        Observed = new(rule.Kind == RuleKind.ValueCount ? "distinct" : "count", rule.Kind == RuleKind.ValueCount ? users : events, ">=", rule.Threshold.Value, EventClock.ToMicroseconds(rule.Window), KindOf(rule)),
    };

    private static AlertRule Counting(string code, string title, Severity severity, long threshold, int minutes) =>
        Rule(code, title, severity, RuleKind.EventCount) with
        {
            Window = TimeSpan.FromMinutes(minutes),
            Gap = TimeSpan.FromMinutes(minutes),
            Threshold = new(ThresholdOperator.GreaterOrEqual, threshold),
            Noun = "failed logins",
            Tags = ["attack.credential_access", "attack.t1110"],
        };

    private static AlertRule Rule(string code, string title, Severity severity, RuleKind kind) => new()
    {
        Code = code,
        Uuid = "00000000-0000-5000-8000-0000000000" + ((code[0] * 7) + code[1]).ToString("x4", CultureInfo.InvariantCulture)[2..],
        Title = title,
        Description = "What it means & <what> to do.",
        Severity = severity,
        Version = "0123456789abcdef",
        Kind = kind,
        Inputs = [new("input", [0], 1, [AddressPart])],
        Gap = TimeSpan.FromHours(1),
        PrimaryEntity = "source.address",
    };

    private static AlertRule OfUser(AlertRule rule) => rule with
    {
        Inputs = [new("login", [0], 1, [new("user.name", [Id("user.name")], false)])],
        PrimaryEntity = "user.name",
    };

    private static int Id(string field) => Array.IndexOf(Ecs.Names, field);

    private static string KindOf(AlertRule rule) => rule.Kind switch
    {
        RuleKind.Event => "event",
        RuleKind.EventCount => "event_count",
        RuleKind.ValueCount => "value_count",
        RuleKind.Temporal => "temporal",
        RuleKind.TemporalOrdered => "temporal_ordered",
        RuleKind.NewValue => "new_value",
        RuleKind.Anomaly => "anomaly",
        _ => "impossible_travel",
    };
}
