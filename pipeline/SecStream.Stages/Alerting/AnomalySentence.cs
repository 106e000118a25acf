using System.Globalization;
using SecStream.Core.Alerts;
using SecStream.Core.Events;
using SecStream.Core.Features;
using SecStream.Stages.Rules.Model;

namespace SecStream.Stages.Alerting;

/// <summary>
/// Sentences of alerts about anomalies: whom it is about, what was observed in how long, what is normal for it, how strange that is:
/// <c>API key 7f3a: 4 120 requests in 5 min, normally 120–640 at this hour (13× the usual; grade 0.86)</c>.
/// </summary>
internal static class AnomalySentence
{
    /// <summary>Contributions told.</summary>
    private const int Told = 3;

    public static string Write(Alert alert, AlertRule rule)
    {
        if (alert.Anomaly is not { } anomaly)
        {
            return SafeText.Show(rule.Title);
        }

        var told = Tell(anomaly);
        var window = Grammar.Duration(anomaly.End - anomaly.Start);
        var who = Who(alert, rule);
        if (told.Length == 0)
        {
            return $"{who}: {Count(anomaly.Events, "events")} in {window} in an unusual way ({Strength(alert, anomaly)})";
        }

        // The length of the window belongs to the first number; where there is none, to the whole.
        var timed = Array.FindIndex(told, IsNumber);
        var times = timed < 0 ? "" : Times(told[timed]);
        var parts = told.Select((c, i) =>
            !IsNumber(c) ? Quality(c)
            : i != timed ? Number(c, "", "")
            : Number(c, $" in {window}", Season(anomaly)) + (times.Length > 0 && i < told.Length - 1 ? $" ({times})" : ""));
        var lead = told[0].Value is null ? ": " : " was active ";
        var last = timed < 0 ? $"in {window}; " : timed == told.Length - 1 && times.Length > 0 ? times + "; " : "";
        return $"{who}{lead}{string.Join("; ", parts)} ({last}{Strength(alert, anomaly)})";
    }

    private static string Who(Alert alert, AlertRule rule)
    {
        var entity = AlertEntity.Of(alert, rule);
        var name = SafeText.Name(entity.Value);
        return entity.Type switch
        {
            "user" => name,
            "api_key" => "API key " + name,
            "ip" => "address " + name,
            "service" or "host" or "session" => $"{entity.Type} {name}",
            "rule" => SafeText.Show(rule.Title),
            _ => $"{entity.Name} {name}",
        };
    }

    /// <summary>The first that are out of the ordinary by themselves; the very first where none is.</summary>
    private static Contribution[] Tell(Anomaly anomaly)
    {
        var told = anomaly.Contributions.Where(c => !IsNumber(c) || !(c.Observed >= c.Low && c.Observed <= c.High)).Take(Told).ToArray();
        return told.Length > 0 ? told : anomaly.Contributions[..Math.Min(1, anomaly.Contributions.Length)];
    }

    /// <summary>"grade 0.86", and for how long there has been more than this window.</summary>
    private static string Strength(Alert alert, Anomaly anomaly)
    {
        var going = alert.Total > anomaly.Events && alert.End - alert.Start > anomaly.End - anomaly.Start ? "; going on for " + Grammar.Duration(alert.End - alert.Start) : "";
        return string.Create(CultureInfo.InvariantCulture, $"grade {Math.Round(anomaly.Grade, 2):0.00}{going}");
    }

    /// <summary>"13× the usual": only of amounts, and only where it is more.</summary>
    private static string Times(Contribution c)
    {
        var times = c.Observed / c.Expected;
        var isAmount = !IsShare(c) && !IsMeasure(c) && c.Expected >= 0.5 && double.IsFinite(times);
        return isAmount && times >= 1.5 ? Figures.Rounded(times) + "× the usual" : "";
    }

    private static string Season(Anomaly anomaly) => anomaly.End - anomaly.Start >= EventClock.Day ? " on such a day" : " at this hour";

    private static string Number(Contribution c, string window, string season)
    {
        var (unit, noun) = Unit(c);
        var observed = Figures.Of(c.Observed, unit);
        var what = IsMeasure(c) ? $"{noun} {observed}" : noun.Length > 0 ? $"{observed} {(observed == "1" ? Grammar.Singular(noun) : noun)}" : observed;
        var usual = Figures.Range(c.Low, c.High, unit);
        return what + window + (usual.Length > 0 ? $", normally {usual}{season}" : "");
    }

    /// <summary>Whether it is told with a number. What has a value has none, nor has what can't be told in standard deviations (the order of actions).</summary>
    private static bool IsNumber(Contribution c) => c.Value is null && !double.IsNaN(c.Deviation);

    /// <summary>A value may be new or only rare for the key, so it is told beside what is usual.</summary>
    private static string Quality(Contribution c)
    {
        if (c.Value is not { } value)
        {
            return "an unusual " + SafeText.Show(c.Noun.Length > 0 ? c.Noun : c.Feature.Replace('_', ' '));
        }

        var name = SafeText.Name(value);
        var what = c.Feature switch
        {
            "country" => "from " + name,
            "network" => "from network " + name,
            "device" => "with device " + name,
            "hour" => $"at {name} UTC",
            _ => $"with {SafeText.Show(c.Feature.Replace('_', ' '))} {name}",
        };
        return c.Known is { Length: > 0 } known ? $"{what} (usual: {SafeText.Show(known)})" : what;
    }

    private static (FigureUnit Unit, string Noun) Unit(Contribution c) => c.Noun switch
    {
        _ when IsShare(c) => (FigureUnit.Share, SafeText.Show(c.Noun["share of ".Length..])),
        "bytes" => (FigureUnit.Bytes, ""),
        _ => (FigureUnit.None, SafeText.Show(c.Noun.Length > 0 ? c.Noun : c.Feature.Replace('_', ' '))),
    };

    /// <summary>By its noun: "share of failures" is a number between 0 and 1, told in per cent.</summary>
    private static bool IsShare(Contribution c) => c.Noun.StartsWith("share of ", StringComparison.Ordinal);

    /// <summary>By its noun: "spread of places" and "bits of user agents" are measures without a plural, told after their name.</summary>
    private static bool IsMeasure(Contribution c) =>
        c.Noun.StartsWith("spread ", StringComparison.Ordinal) || c.Noun.StartsWith("bits of ", StringComparison.Ordinal);

    private static string Count(long count, string plural) => $"{Figures.Of(count, FigureUnit.None)} {(count == 1 ? Grammar.Singular(plural) : plural)}";
}
