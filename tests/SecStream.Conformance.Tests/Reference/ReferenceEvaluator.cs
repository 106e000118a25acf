using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using SecStream.Core.Alerts;
using SecStream.Core.Observations;
using SecStream.Stages.Rules.Model;

namespace SecStream.Conformance.Tests.Reference;

/// <summary>An event with its identity and its place in the order of events.</summary>
internal sealed record PlacedEvent(SourceEvent Event, ulong Source, long Position, EventId Id)
{
    public string IdText => Event.Shape == EventShape.Ecs ? Event.GivenId : Id.ToString();
}

/// <summary>A matching event in the history of one key: how often it counts and for which inputs of the rule (one bit each).</summary>
internal sealed record Match(PlacedEvent Placed, int Count, uint Inputs, string? Value)
{
    public long Time => Placed.Event.Time;
}

/// <summary>
/// Alerts by definition, from the whole set of events at once: slow and, it is hoped, obviously right. Shares no code with the pipeline but the
/// hash that identities are made with.
/// </summary>
internal static class ReferenceEvaluator
{
    private const long Second = 1_000_000;
    private const long Day = 86_400 * Second;

    /// <summary>All alerts of all rules. The same event given twice counts once.</summary>
    public static List<ExpectedAlert> Evaluate(IReadOnlyList<ReferenceRule> rules, IEnumerable<PlacedEvent> events) =>
        Evaluate([.. rules.Select(rule => (rule, long.MinValue, long.MaxValue))], events);

    /// <summary>The same for rules that look at events of certain times only, as if there were no others. Login sessions see all lines.</summary>
    public static List<ExpectedAlert> Evaluate(IReadOnlyList<(ReferenceRule Rule, long From, long Until)> rules, IEnumerable<PlacedEvent> events)
    {
        var ordered = events.DistinctBy(e => e.Id)
            .OrderBy(e => e.Event.Time).ThenBy(e => e.Source).ThenBy(e => e.Position).ThenBy(e => e.Id.Low).ToList();
        var attempts = LoginAttempts.Count(ordered);
        return [.. rules.SelectMany(r =>
            Histories(r.Rule, [.. ordered.Where(e => e.Event.Time >= r.From && e.Event.Time < r.Until)], attempts).SelectMany(h => Alerts(r.Rule, h.Key, h.Value)))];
    }

    /// <summary>The matching events of every key of a rule, in order.</summary>
    private static Dictionary<string, List<Match>> Histories(
        ReferenceRule rule, List<PlacedEvent> ordered, Dictionary<EventId, int> attempts)
    {
        var histories = new Dictionary<string, List<Match>>(StringComparer.Ordinal);
        foreach (var placed in ordered)
        {
            var found = new Dictionary<string, (uint Inputs, int Count)>(StringComparer.Ordinal);
            for (var i = 0; i < rule.Inputs.Length; i++)
            {
                var count = Occurrences(rule.Inputs[i], placed, attempts);
                if (count > 0 && KeyOf(rule.Inputs[i], placed.Event) is { } key)
                {
                    found[key] = (found.GetValueOrDefault(key).Inputs | (1u << i), count);
                }
            }

            foreach (var (key, match) in found)
            {
                histories.TryAdd(key, []);
                histories[key].Add(new Match(placed, match.Count, match.Inputs, ValueOf(rule, placed.Event)));
            }
        }

        return histories;
    }

    private static int Occurrences(ReferenceInput input, PlacedEvent placed, Dictionary<EventId, int> attempts)
    {
        var matching = input.Detections.Where(d => d.Matches(placed.Event)).ToArray();
        if (matching.Length == 0)
        {
            return 0;
        }

        return placed.Event.IsLoginLine && matching.All(d => d.CountsAttempts) ? attempts[placed.Id] : placed.Event.Count;
    }

    private static string? KeyOf(ReferenceInput input, SourceEvent e)
    {
        var parts = new List<string>();
        foreach (var field in input.Key)
        {
            if (e.Field(field) is not { Length: > 0 } value)
            {
                return null;
            }

            parts.Add(field == "source.address" && value.Contains(':', StringComparison.Ordinal) ? Network64(value) : value);
        }

        return string.Join('\0', parts);
    }

    /// <summary>The generator writes IPv6 addresses as four groups, <c>::</c> and a number.</summary>
    private static string Network64(string address) => address[..(address.IndexOf("::", StringComparison.Ordinal) + 2)] + "/64";

    private static string? ValueOf(ReferenceRule rule, SourceEvent e) =>
        rule.Kind == RuleKind.ImpossibleTravel ? e.Place?.ToString() : rule.ValueField is { } field ? e.Field(field) : null;

    /// <summary>The alerts of one key: one per episode in which the condition ever holds.</summary>
    private static IEnumerable<ExpectedAlert> Alerts(ReferenceRule rule, string key, List<Match> history)
    {
        List<int>? open = null;
        var opened = 0L;
        for (var i = 0; i < history.Count; i++)
        {
            if (i > 0 && EndsEpisode(rule, history[i - 1].Time, history[i].Time) && open is not null)
            {
                yield return Describe(rule, key, opened, history, open);
                open = null;
            }

            var holds = Conditions.Hold(rule, history, i);
            if (open is null && holds)
            {
                opened = history[i].Time;
                open = FirstContributors(rule, history, i);
            }
            else if (open is not null)
            {
                open.AddRange(FurtherContributors(rule, history, i, holds).Where(c => !open.Contains(c)).ToArray());
            }
        }

        if (open is not null)
        {
            yield return Describe(rule, key, opened, history, open);
        }
    }

    private static bool EndsEpisode(ReferenceRule rule, long last, long next) => next >= last + (rule.GapSeconds * Second) || next / Day != last / Day;

    /// <summary>Counting kinds: the events in the window. A new value: itself. Travel: the login before and itself.</summary>
    private static List<int> FirstContributors(ReferenceRule rule, List<Match> history, int at) => rule.Kind switch
    {
        RuleKind.Event or RuleKind.NewValue => [at],
        RuleKind.ImpossibleTravel => [Conditions.PlaceBefore(history, at), at],
        _ => [.. Enumerable.Range(0, at + 1).Where(i => history[i].Time > history[at].Time - (rule.WindowSeconds * Second))],
    };

    private static IEnumerable<int> FurtherContributors(ReferenceRule rule, List<Match> history, int at, bool holds) => rule.Kind switch
    {
        RuleKind.NewValue => holds ? [at] : [],
        RuleKind.ImpossibleTravel => holds ? [Conditions.PlaceBefore(history, at), at] : [],
        _ => [at],
    };

    private static ExpectedAlert Describe(ReferenceRule rule, string key, long opened, List<Match> history, List<int> contributors)
    {
        var all = contributors.Select(i => history[i]).ToArray();
        var parts = key.Split('\0');
        var idText = string.Join('\0', ["default", rule.Code, .. parts, opened.ToString(CultureInfo.InvariantCulture)]);
        var id = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(idText)))[..32];
        var total = all.Sum(m => (long)m.Count);
        var observed = rule.Kind switch
        {
            RuleKind.ValueCount => all.Select(m => m.Value).OfType<string>().Distinct().Count(),
            RuleKind.Temporal or RuleKind.TemporalOrdered or RuleKind.NewValue => 1,
            RuleKind.ImpossibleTravel => 0,
            _ => total,
        };
        return ExpectedAlert.Of(
            id, rule.Code, parts, opened, all.Min(m => m.Time), all.Max(m => m.Time), total, all.Length, observed,
            all.Take(100).Select(m => (m.Placed.IdText, m.Time, (long)m.Count)),
            [Tally("users", "user.name", all), Tally("addresses", "source.address", all), Tally("hosts", "host.name", all), ActionTally(all)],
            Tally("", "source.geo.country_iso_code", all).Top is [var first, ..] ? first.Value : null);
    }

    private static (string Name, ObservedValue[] Top, int Distinct) Tally(string name, string field, Match[] matches)
    {
        var counts = matches.Where(m => m.Placed.Event.Field(field) is not null)
            .GroupBy(m => m.Placed.Event.Field(field)!)
            .Select(g => new ObservedValue(g.Key, g.Sum(m => (long)m.Count)))
            .OrderByDescending(v => v.Count).ThenBy(v => v.Value, StringComparer.Ordinal).ToArray();
        return (name, [.. counts.Take(10)], counts.Length);
    }

    private static (string Name, ObservedValue[] Top, int Distinct) ActionTally(Match[] matches)
    {
        var tally = Tally("actions", "event.action", matches);
        return (tally.Name, tally.Top, tally.Top.Length);
    }
}
