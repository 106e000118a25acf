using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using SecStream.Core.Alerts;
using SecStream.Core.Events;
using SecStream.Core.Observations;
using SecStream.Stages.Rules.Evaluation;
using SecStream.Stages.Rules.History;
using SecStream.Stages.Rules.Model;
using SecStream.Stages.Rules.Routing;

namespace SecStream.Stages.Alerting;

/// <summary>Makes alerts from drafts. Stateless but for the tenant; thread-safe.</summary>
public sealed class AlertFactory(string tenant)
{
    /// <summary>
    /// The alert's id: first 128 bits of SHA-256 over tenant, rule code, key values and opening time in microseconds, as UTF-8 separated by NUL.
    /// </summary>
    public static string MakeId(string tenant, string code, IEnumerable<string> key, long opened)
    {
        var text = string.Join('\0', [tenant, code, .. key, opened.ToString(CultureInfo.InvariantCulture)]);
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)).AsSpan(0, 16));
    }

    internal string MakeId(AlertRule rule, Route route, ReadOnlySpan<byte> key, long opened) =>
        MakeId(tenant, rule.Code, SplitKey(route, key).Select(part => part.Value), opened);

    internal Alert Make(AlertRule rule, Route route, ReadOnlySpan<byte> keyBytes, AlertDraft draft, ValuePool pool)
    {
        var key = SplitKey(route, keyBytes);
        var anomaly = draft.Anomalies?.Strongest(pool);
        return new Alert
        {
            Id = MakeId(tenant, rule.Code, key.Select(part => part.Value), draft.Opened),
            Tenant = tenant,
            RuleCode = rule.Code,
            Key = key,
            Opened = draft.Opened,
            Start = draft.Start,
            End = draft.End,
            Observed = anomaly is null ? Observe(rule, draft) : new("grade", anomaly.Grade, ">=", rule.MinGrade, anomaly.End - anomaly.Start, KindName(rule.Kind)),
            Anomaly = anomaly,
            Evidence = draft.Evidence(pool),
            Total = draft.Total,
            Events = draft.Events,
            Users = draft.Users.Top(pool),
            UserCount = draft.Users.Distinct,
            Addresses = draft.Addresses.Top(pool),
            AddressCount = draft.Addresses.Distinct,
            Hosts = draft.Hosts.Top(pool),
            HostCount = draft.Hosts.Distinct,
            Actions = draft.Actions.Top(pool),
            Facts = FactsOf(rule, draft),
            Country = draft.Countries.Top(pool) is [var first, ..] ? first.Value : null,
        };
    }

    private static (string Name, string Value)[] FactsOf(AlertRule rule, AlertDraft draft) =>
    [
        .. draft.Facts,
        .. draft.InputTotals.Select((total, i) => (rule.Inputs[i].Name, total.ToString(CultureInfo.InvariantCulture))),
    ];

    private static Observed Observe(AlertRule rule, AlertDraft draft)
    {
        var (measure, value) = rule.Kind switch
        {
            RuleKind.ValueCount => ("distinct", draft.RuleValues.Distinct),
            RuleKind.Temporal or RuleKind.TemporalOrdered => ("sequence", 1),
            RuleKind.NewValue => ("new_value", 1),
            RuleKind.ImpossibleTravel => ("speed_kmh", Fact(draft, "speed_kmh")),
            _ => ("count", (double)draft.Total),
        };
        var threshold = rule.Kind == RuleKind.ImpossibleTravel ? rule.MaxSpeedKmh : rule.Threshold.Value;
        var sign = rule.Kind == RuleKind.ImpossibleTravel ? ">" : rule.Threshold.Operator switch
        {
            ThresholdOperator.GreaterOrEqual => ">=",
            ThresholdOperator.Greater => ">",
            ThresholdOperator.LessOrEqual => "<=",
            ThresholdOperator.Less => "<",
            _ => "==",
        };
        return new Observed(measure, value, sign, threshold, EventClock.ToMicroseconds(rule.Window), KindName(rule.Kind));
    }

    private static double Fact(AlertDraft draft, string name) =>
        draft.Facts.Find(fact => fact.Name == name) is { Value: { } value } ? double.Parse(value, CultureInfo.InvariantCulture) : 0;

    private static string KindName(RuleKind kind) => kind switch
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

    /// <summary>Bytes that are no UTF-8 are written as <c>\xNN</c>: two keys must not become one text, or one id.</summary>
    private static string Text(ReadOnlySpan<byte> key)
    {
        if (System.Text.Unicode.Utf8.IsValid(key))
        {
            return Encoding.UTF8.GetString(key);
        }

        var text = new StringBuilder();
        while (!key.IsEmpty)
        {
            if (Rune.DecodeFromUtf8(key, out var rune, out var used) == System.Buffers.OperationStatus.Done)
            {
                text.Append(rune.ToString());
            }
            else
            {
                used = 1;
                text.Append(CultureInfo.InvariantCulture, $"\\x{key[0]:x2}");
            }

            key = key[used..];
        }

        return text.ToString();
    }

    private static (string Name, string Value)[] SplitKey(Route route, ReadOnlySpan<byte> key)
    {
        // Keys are hostile text: a NUL inside a value would shift the parts. The last part takes what is left over.
        var parts = Text(key).Split('\0', route.KeyNames.Length);
        return [.. route.KeyNames.Select((name, i) => (name, i < parts.Length ? parts[i] : ""))];
    }
}
