using System.Globalization;
using System.Text;
using SecStream.Core.Events;
using SecStream.Core.Features;
using SecStream.Core.Text;

namespace SecStream.Stages.Tests.Profiles;

/// <summary>What windows should say, computed the plain way from a list of events. It knows <see cref="Yaml"/> and nothing else.</summary>
internal static class ReferenceProfile
{
    public const string Yaml = """
        name: user
        key: user.name
        windows: [5m, 15m, 1h, 1d]
        slide: {15m: 5m}
        features:
          requests: {type: count}
          failures: {type: count, where: {event.outcome: failure}}
          error_rate: {type: ratio, where: {event.outcome: failure}, of: {http.response.status_code|exists: true}}
          time_avg: {type: average, field: event.duration, factor: 0.5}
          time_p90: {type: percentile, percentile: 90, field: event.duration}
          addresses: {type: distinct, field: source.address}
          bytes: {type: sum, field: http.response.body.bytes}
          agents: {type: entropy, field: user_agent.original}
          places: {type: variance, kind: location}
          hours: {type: variance, kind: time}
          sizes: {type: variance, kind: number, field: http.response.body.bytes}
        categories:
          country: source.geo.country_iso_code
          endpoint: url.path
        steps: event.action
        """;

    private static readonly long[] Lengths = [5 * EventClock.Minute, 15 * EventClock.Minute, EventClock.Hour, EventClock.Day];

    /// <summary>Compares all final windows with the reference; the first difference, or null.</summary>
    public static string? Difference(IReadOnlyList<ProfileEvent> events, IReadOnlyDictionary<string, FeatureVector> finals)
    {
        var count = 0;
        foreach (var length in Lengths)
        {
            var slide = length == 15 * EventClock.Minute ? 5 * EventClock.Minute : length;
            foreach (var group in events.SelectMany(e => Ends(e.Time, length, slide).Select(end => (end, e))).GroupBy(p => (p.end, Key: (string)p.e["user.name"]!)))
            {
                count++;
                var name = $"{group.Key.end:D20} user {length / EventClock.Minute:D5}m {group.Key.Key}";
                if (!finals.TryGetValue(name, out var window))
                {
                    return "missing: " + name;
                }

                if (Compare([.. group.Select(p => p.e)], window, slide < length || length == Lengths[0] ? 100 : 32) is { } difference)
                {
                    return $"{name}: {difference}";
                }
            }
        }

        return count == finals.Count ? null : $"{finals.Count} windows where {count} should be";
    }

    private static IEnumerable<long> Ends(long time, long length, long slide)
    {
        for (var end = (time / slide * slide) + slide; end - length <= time; end += slide)
        {
            yield return end;
        }
    }

    private static string? Compare(ProfileEvent[] events, FeatureVector window, int mostEvidence)
    {
        double[] expected =
        [
            Count(events), Count(events.Where(Failed)), Ratio(events), Average(events), double.NaN, Distinct(events, "source.address"), Numbers(events, "http.response.body.bytes").Sum(),
            Entropy(events), Places(events), Hours(events), Variance(Numbers(events, "http.response.body.bytes").ToArray()),
        ];
        for (var i = 0; i < expected.Length; i++)
        {
            if (i != 4 && !Near(expected[i], window.Values[i], i is 8 or 9 ? 1e-5 : 1e-9))
            {
                return string.Create(CultureInfo.InvariantCulture, $"{window.Schema.Features[i].Name} is {window.Values[i]}, not {expected[i]}");
            }
        }

        if (!Near(Percentile(events), window.Values[4], 0.016))
        {
            return string.Create(CultureInfo.InvariantCulture, $"the percentile is {window.Values[4]}, not {Percentile(events)}");
        }

        return Categories(events, "source.geo.country_iso_code", window.Categories[0]) ?? Categories(events, "url.path", window.Categories[1]) ?? Order(events, window, mostEvidence);
    }

    private static string? Order(ProfileEvent[] events, FeatureVector window, int mostEvidence)
    {
        var ordered = events.OrderBy(e => e.Time).ThenBy(e => e.Id.High).ThenBy(e => e.Id.Low).ToArray();
        var steps = ordered.Where(e => e["event.action"] is not null).Select(e => StableHash.Compute(Encoding.UTF8.GetBytes((string)e["event.action"]!))).Take(64);
        if (!steps.SequenceEqual(window.Steps))
        {
            return "other steps";
        }

        var evidence = ordered.GroupBy(e => e.Time / Lengths[0]).SelectMany(pane => pane.Take(16)).Take(mostEvidence).Select(e => new WindowEvent(e.Id, e.Time, e.Count));
        return evidence.SequenceEqual(window.Evidence) ? null : "other evidence";
    }

    private static string? Categories(ProfileEvent[] events, string field, List<CategoryCount> found)
    {
        var values = events.Where(e => e[field] is not null).GroupBy(e => (string)e[field]!)
            .Select(g => new CategoryCount(StableHash.Compute(Encoding.UTF8.GetBytes(g.Key)), g.Key, g.Sum(e => (long)e.Count)))
            .OrderBy(c => c.Hash).Take(64).OrderByDescending(c => c.Count).ThenBy(c => c.Hash).Take(16);
        return values.SequenceEqual(found) ? null : $"other values of {field}";
    }

    private static bool Near(double a, double b, double relative) =>
        (double.IsNaN(a) && double.IsNaN(b)) || Math.Abs(a - b) <= (relative * Math.Max(Math.Abs(a), Math.Abs(b))) + (relative < 0.01 ? relative : 0);

    private static bool Failed(ProfileEvent e) => (string?)e["event.outcome"] == "failure";

    private static double Count(IEnumerable<ProfileEvent> events) => events.Sum(e => (long)e.Count);

    private static double Ratio(ProfileEvent[] events)
    {
        var of = events.Where(e => e["http.response.status_code"] is not null).ToArray();
        return Count(of) == 0 ? double.NaN : Count(of.Where(Failed)) / Count(of);
    }

    private static IEnumerable<double> Numbers(ProfileEvent[] events, string field) =>
        events.Where(e => e[field] is not null).SelectMany(e => Enumerable.Repeat(Convert.ToDouble(e[field], CultureInfo.InvariantCulture), e.Count));

    private static double Average(ProfileEvent[] events) => Numbers(events, "event.duration").Select(n => n / 2).DefaultIfEmpty(double.NaN).Average();

    private static double Percentile(ProfileEvent[] events)
    {
        var sorted = Numbers(events, "event.duration").Order().ToArray();
        return sorted.Length == 0 ? double.NaN : sorted[(int)Math.Ceiling(0.9 * sorted.Length) - 1];
    }

    private static double Distinct(ProfileEvent[] events, string field) => events.Select(e => e[field]).Where(v => v is not null).Distinct().Count();

    private static double Entropy(ProfileEvent[] events)
    {
        var classes = events.Where(e => e["user_agent.original"] is not null)
            .GroupBy(e => StableHash.Compute(Encoding.UTF8.GetBytes((string)e["user_agent.original"]!)) & 255).Select(Count).ToArray();
        return classes.Length == 0 ? double.NaN : classes.Sum(c => -c / classes.Sum() * Math.Log2(c / classes.Sum()));
    }

    private static double Places(ProfileEvent[] events)
    {
        var placed = events.Where(e => e["source.geo.location.lat"] is not null).ToArray();
        double x = 0, y = 0, z = 0;
        foreach (var e in placed)
        {
            var (lat, lon) = ((double)e["source.geo.location.lat"]! * Math.PI / 180, (double)e["source.geo.location.lon"]! * Math.PI / 180);
            x += e.Count * Math.Cos(lat) * Math.Cos(lon);
            y += e.Count * Math.Cos(lat) * Math.Sin(lon);
            z += e.Count * Math.Sin(lat);
        }

        return placed.Length == 0 ? double.NaN : 1 - (Math.Sqrt((x * x) + (y * y) + (z * z)) / Count(placed));
    }

    private static double Hours(ProfileEvent[] events)
    {
        double x = 0, y = 0;
        foreach (var e in events)
        {
            var angle = 2 * Math.PI * (e.Time / EventClock.Minute % 1440) / 1440;
            x += e.Count * Math.Cos(angle);
            y += e.Count * Math.Sin(angle);
        }

        return 1 - (Math.Sqrt((x * x) + (y * y)) / Count(events));
    }

    private static double Variance(double[] numbers) => numbers.Length == 0 ? double.NaN : numbers.Sum(n => (n - numbers.Average()) * (n - numbers.Average())) / numbers.Length;
}
