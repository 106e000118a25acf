using System.Text;
using SecStream.Core.Alerts;
using SecStream.Core.Events;
using SecStream.Core.Fields;
using SecStream.Stages.Rules;
using SecStream.Stages.Rules.Matching;
using SecStream.Stages.Rules.Model;
using SecStream.Stages.Rules.Testing;
using Xunit;

namespace SecStream.Stages.Tests.Rules;

/// <summary>
/// The cases beside the rules hold for the plainest evaluation of REQUIREMENTS section R: in order of time, every key's whole history kept,
/// every window counted anew. It checks the cases, not the engine; failed logins are taken as attempts already told apart.
/// </summary>
public sealed class PackCaseTests
{
    private static readonly FieldCatalog Catalog = new();
    private static readonly RuleSet Pack = RuleLoader.Load(TestRules.PackFolder, Catalog);
    private static readonly SelectionIndex Index = new(Pack.Detections, Catalog);

    [Fact]
    public void Cases_OfThePack_HoldForThePlainEvaluation()
    {
        var results = RuleTestRunner.Run(RuleTestLoader.LoadFolder(TestRules.PackFolder, out _), Pack, Evaluate).ToArray();
        Assert.True(results.Length > 150);
        Assert.Empty(results.Where(r => !r.Passed).Select(r => $"{r.File.Path} '{r.Case.Name}': {string.Join("; ", r.Failures)}"));
    }

    private sealed record Match(long Time, int Count, int Input, string Value, double Lat, double Lon, long Length);

    /// <summary>An anomaly as its fields are described.</summary>
    private static RuleTestEvent AsEvent(RuleTestEvent e) => new(e.Time, 1,
    [
        .. e.Fields,
        new("event.dataset", "secstream.anomaly"),
        new("secstream.anomaly.profile", e.Anomaly!.Profile),
        new("secstream.anomaly.grade", e.Anomaly.Grade),
        new("secstream.anomaly.deviation", e.Anomaly.Deviation),
        new("secstream.anomaly.severity", e.Anomaly.Severity!.ToString()!.ToLowerInvariant()),
        new("secstream.anomaly.feature", e.Anomaly.Features.ToArray<object>()),
    ]);

    private static List<Alert> Evaluate(IReadOnlyList<RuleTestEvent> events)
    {
        var histories = new Dictionary<(AlertRule Rule, string Key), ((string, string)[] Key, List<Match> Matches)>();
        var matcher = new SelectionMatcher(Index);
        var record = new EventRecord(Catalog.Count);
        var matched = new int[Index.DetectionCount];
        foreach (var e in events)
        {
            (e.Anomaly is null ? e : AsEvent(e)).Fill(record, Catalog);
            var detections = matched[..matcher.Match(record, matched)].Where(d => Pack.Detections[d].IsOfAnomalies == e.Anomaly is not null).ToArray();
            foreach (var rule in Pack.Rules)
            {
                for (var i = 0; i < rule.Inputs.Length; i++)
                {
                    if (rule.Inputs[i].Detections.Intersect(detections).Any() && Key(rule.Inputs[i], record) is { } key)
                    {
                        var name = (rule, string.Join('\0', key.Select(k => k.Item2)));
                        histories.TryAdd(name, (key, []));
                        histories[name].Matches.Add(new Match(
                            e.Time, (int)(e.Anomaly?.Events ?? e.Count), i, rule.ValueField >= 0 ? Text(record, rule.ValueField) : "",
                            record.Get(Ecs.SourceGeoLocationLat).Number, record.Get(Ecs.SourceGeoLocationLon).Number, e.Anomaly?.Window ?? 0));
                    }
                }
            }
        }

        return [.. histories.SelectMany(h => Episodes(h.Key.Rule, h.Value.Key, h.Value.Matches))];
    }

    private static IEnumerable<Alert> Episodes(AlertRule rule, (string, string)[] key, List<Match> history)
    {
        List<Match>? contributors = null;
        long opened = 0;
        for (var i = 0; i < history.Count; i++)
        {
            var (now, last) = (history[i].Time, i > 0 ? history[i - 1].Time : long.MinValue);
            var cut = i > 0 && (now >= last + EventClock.ToMicroseconds(rule.Gap) || EventClock.DayNumber(now) != EventClock.DayNumber(last));
            if (cut && contributors is not null)
            {
                yield return Make(rule, key, opened, contributors);
                contributors = null;
            }

            var window = history.Take(i + 1).Where(m => m.Time > now - EventClock.ToMicroseconds(rule.Window)).ToList();
            if (contributors is not null)
            {
                contributors.Add(history[i]);
            }
            else if (Holds(rule, history, i, window))
            {
                contributors = window.Count > 0 ? window : [history[i]];
                opened = now;
            }
        }

        if (contributors is not null)
        {
            yield return Make(rule, key, opened, contributors);
        }
    }

    private static bool Holds(AlertRule rule, List<Match> history, int i, List<Match> window) => rule.Kind switch
    {
        RuleKind.Event or RuleKind.Anomaly => true,
        RuleKind.EventCount => rule.Threshold.Holds(window.Sum(m => (long)m.Count)),
        RuleKind.NewValue => i > 0 && history.Take(i).All(m => m.Value != history[i].Value),
        RuleKind.ImpossibleTravel => i > 0 && Travels(rule, history[i - 1], history[i]),
        RuleKind.TemporalOrdered => history[i].Input == 1 && window.Where(m => m.Input == 0).Sum(m => m.Count) >= rule.Inputs[0].MinCount,
        _ => throw new InvalidOperationException($"The pack has no {rule.Kind}."),
    };

    private static bool Travels(AlertRule rule, Match from, Match to)
    {
        var (a, b) = (from.Lat * Math.PI / 180, to.Lat * Math.PI / 180);
        var h = Math.Pow(Math.Sin((b - a) / 2), 2) + (Math.Cos(a) * Math.Cos(b) * Math.Pow(Math.Sin((to.Lon - from.Lon) * Math.PI / 360), 2));
        var km = 2 * 6371 * Math.Asin(Math.Sqrt(h));
        return km > rule.MinDistanceKm && km > rule.MaxSpeedKmh * (to.Time - from.Time) / EventClock.Hour;
    }

    private static (string, string)[]? Key(RuleInput input, EventRecord record)
    {
        var key = input.Key.Select(p => (p.Name, p.Fields.Where(record.Has).Select(f => Text(record, f)).FirstOrDefault("\0"))).ToArray();
        return key.Any(k => k.Item2 == "\0") ? null : key;
    }

    private static string Text(EventRecord record, int field) => Encoding.UTF8.GetString(record.Text(field));

    private static Alert Make(AlertRule rule, (string, string)[] key, long opened, List<Match> contributors) => new()
    {
        Id = "",
        Tenant = "default",
        RuleCode = rule.Code,
        Key = key,
        Opened = opened,
        Start = contributors.Min(m => m.Time - m.Length),
        End = contributors[^1].Time,
        Observed = new Observed("count", 0, "", 0, 0, ""),
        Evidence = [],
        Total = Total(contributors),
        Events = rule.Kind == RuleKind.Anomaly ? Total(contributors) : contributors.Count,
    };

    /// <summary>Occurrences; of anomalies in windows that don't overlap, tried in every combination.</summary>
    private static long Total(List<Match> contributors) => contributors[0].Length == 0
        ? contributors.Sum(m => m.Count)
        : Enumerable.Range(1, (1 << contributors.Count) - 1)
            .Select(chosen => contributors.Where((_, i) => (chosen >> i & 1) != 0).ToArray())
            .Where(windows => windows.All(a => windows.All(b => a == b || a.Time <= b.Time - b.Length || b.Time <= a.Time - a.Length)))
            .Max(windows => windows.Sum(m => (long)m.Count));
}
