using SecStream.Stages.Rules.Model;

namespace SecStream.Conformance.Tests.Reference;

/// <summary>Whether a rule's condition holds at an event, by looking at everything up to it.</summary>
internal static class Conditions
{
    private const long Second = 1_000_000;

    public static bool Hold(ReferenceRule rule, List<Match> history, int at)
    {
        var window = Enumerable.Range(0, at + 1).Where(i => history[i].Time > history[at].Time - (rule.WindowSeconds * Second)).Select(i => history[i]).ToArray();
        return rule.Kind switch
        {
            RuleKind.Event => true,
            RuleKind.EventCount => rule.Holds(window.Sum(m => (long)m.Count)),
            RuleKind.ValueCount => rule.Holds(window.Select(m => m.Value).OfType<string>().Distinct().Count()),
            RuleKind.Temporal => Enumerable.Range(0, rule.Inputs.Length).All(k => Of(window, k).Sum(m => (long)m.Count) >= rule.Inputs[k].MinCount),
            RuleKind.TemporalOrdered => InOrder(rule, window, history[at].Time),
            RuleKind.NewValue => IsNew(history, at),
            RuleKind.ImpossibleTravel => PlaceBefore(history, at) is var before and >= 0 && IsImpossible(history[before], history[at]),
            _ => false,
        };
    }

    /// <summary>The last matching event with a place before this one, −1 when there is none or this one has no place.</summary>
    public static int PlaceBefore(List<Match> history, int at)
    {
        for (var i = at - 1; i >= 0 && history[at].Value is not null; i--)
        {
            if (history[i].Value is not null)
            {
                return i;
            }
        }

        return -1;
    }

    private static IEnumerable<Match> Of(Match[] window, int input) => window.Where(m => (m.Inputs >> input & 1) != 0);

    /// <summary>
    /// Tries every way to cut time: is there a time for each input after which (up to the time of the next) it occurs often enough? Times may be
    /// equal. The last input has to occur at <paramref name="now"/> itself, or the condition would not begin to hold here.
    /// </summary>
    private static bool InOrder(ReferenceRule rule, Match[] window, long now)
    {
        return Of(window, rule.Inputs.Length - 1).Any(m => m.Time == now) && From(rule.Inputs.Length - 1, now);

        bool From(int input, long until)
        {
            return input < 0 || Of(window, input).Select(m => m.Time).Where(t => t <= until).Distinct().Any(cut =>
                Of(window, input).Where(m => m.Time >= cut && m.Time <= until).Sum(m => (long)m.Count) >= rule.Inputs[input].MinCount
                && From(input - 1, cut));
        }
    }

    private static bool IsNew(List<Match> history, int at)
    {
        var before = history.Take(at).Select(m => m.Value).OfType<string>().ToArray();
        return history[at].Value is { } value && before.Length > 0 && !before.Contains(value);
    }

    /// <summary>More than 100 km in a straight line over the ground, at more than 900 km/h (spherical law of cosines).</summary>
    private static bool IsImpossible(Match from, Match to)
    {
        var ((lat1, lon1), (lat2, lon2)) = (from.Placed.Event.Place!.Value, to.Placed.Event.Place!.Value);
        double a = Radians(lat1), b = Radians(lat2);
        var cosine = (Math.Sin(a) * Math.Sin(b)) + (Math.Cos(a) * Math.Cos(b) * Math.Cos(Radians(lon2 - lon1)));
        var km = 6371.0088 * Math.Acos(Math.Clamp(cosine, -1, 1));
        return km > 100 && km > 900 * ((to.Time - from.Time) / 3_600e6);
    }

    private static double Radians(double degrees) => degrees * Math.PI / 180;
}
