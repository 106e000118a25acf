using System.Globalization;
using System.Text;
using SecStream.Core.Alerts;

namespace SecStream.Conformance.Tests.Reference;

/// <summary>The content of an alert as one text, from the reference or from the pipeline, so that differences can be read.</summary>
internal sealed record ExpectedAlert(string Id, string Text)
{
    /// <summary>Writes the parts in a fixed form. Tallies: distinct values with occurrences; the ten most frequent are compared, and their number.</summary>
    public static ExpectedAlert Of(
        string id, string code, IEnumerable<string> key, long opened, long start, long end, long total, long events, double observed,
        IEnumerable<(string Id, long Time, long Count)> evidence, IEnumerable<(string Name, ObservedValue[] Top, int Distinct)> tallies, string? country)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"{code} [{string.Join(" | ", key)}] opened {Time(opened)} start {Time(start)} end {Time(end)}");
        text.Append(CultureInfo.InvariantCulture, $" total {total} events {events} observed {observed} country {country ?? "-"}\n");
        foreach (var (name, top, distinct) in tallies)
        {
            text.Append(CultureInfo.InvariantCulture, $"  {name} ({distinct}): {string.Join(", ", top.Select(v => $"{v.Value}×{v.Count}"))}\n");
        }

        text.Append("  evidence: ").AppendJoin(", ", evidence.Select(e => $"{e.Id}@{Time(e.Time)}×{e.Count}")).Append('\n');
        return new ExpectedAlert(id, text.ToString());
    }

    /// <summary>What the pipeline said.</summary>
    public static ExpectedAlert Of(Alert alert) => Of(
        alert.Id, alert.RuleCode, alert.Key.Select(k => k.Value), alert.Opened, alert.Start, alert.End, alert.Total, alert.Events,
        alert.Observed.Measure == "speed_kmh" ? 0 : alert.Observed.Value,
        alert.Evidence.Select(e => (e.EventId, e.Time, (long)e.Count)),
        [
            ("users", alert.Users, alert.UserCount), ("addresses", alert.Addresses, alert.AddressCount),
            ("hosts", alert.Hosts, alert.HostCount), ("actions", alert.Actions, alert.Actions.Length),
        ],
        alert.Country);

    /// <summary>How two results differ, as far as a person wants to read; empty when they do not.</summary>
    public static string Difference(IEnumerable<ExpectedAlert> expected, IEnumerable<ExpectedAlert> actual)
    {
        var left = expected.ToLookup(a => a.Id);
        var right = actual.ToLookup(a => a.Id);
        var text = new StringBuilder();
        foreach (var id in left.Select(g => g.Key).Union(right.Select(g => g.Key)).Order(StringComparer.Ordinal))
        {
            var (a, b) = (string.Concat(left[id].Select(x => x.Text)), string.Concat(right[id].Select(x => x.Text)));
            if (a != b && text.Length < 6000)
            {
                text.Append(CultureInfo.InvariantCulture, $"alert {id}\n expected: {(a.Length > 0 ? a : "none\n")} actual:   {(b.Length > 0 ? b : "none\n")}");
            }
        }

        return text.ToString();
    }

    private static string Time(long microseconds) =>
        Core.Events.EventClock.ToInstant(microseconds).ToString("MM-dd'T'HH:mm:ss.fff", CultureInfo.InvariantCulture);
}
