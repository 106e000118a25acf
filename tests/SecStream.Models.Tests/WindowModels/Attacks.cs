using SecStream.Core.Alerts;
using SecStream.Core.Features;
using SecStream.Models.Vectors;
using SecStream.Models.WindowModels;

namespace SecStream.Models.Tests.WindowModels;

/// <summary>What is done to a key for six windows.</summary>
public enum Attack
{
    /// <summary>Five times the requests.</summary>
    RateTimesFive,

    /// <summary>Six in ten requests fail.</summary>
    ErrorBurst,

    /// <summary>No more requests than usual, but each for something else, and a quarter of them in vain.</summary>
    SlowScan,

    /// <summary>A few requests while the key sleeps.</summary>
    OffHoursLogin,

    /// <summary>From a country and with a device that the key has never had.</summary>
    NewCountryAndDevice,

    /// <summary>The usual actions in an order that no client has.</summary>
    Sequence,
}

/// <summary>How many attacks of a kind were seen, and when.</summary>
/// <param name="Count">Attacks made.</param>
/// <param name="Low">Share that was at least low.</param>
/// <param name="Medium">Share that was at least medium.</param>
/// <param name="High">Share that was at least high.</param>
/// <param name="Delay">Windows until medium, on average of those that were: 1 is the first.</param>
/// <param name="Explained">Share of those whose first contribution names what was done.</param>
internal sealed record Detection(int Count, double Low, double Medium, double High, double Delay, double Explained);

/// <summary>Attacks on single keys of a fleet, in its evaluation days.</summary>
internal static class Attacks
{
    private const int Windows = 6;

    /// <summary>Makes windows of attacks and has them judged.</summary>
    public static Detection Run(Fleet fleet, IWindowJudge judge, Attack attack, int count, int firstDay, int days, ulong seed)
    {
        var draw = new Draw(Draw.Seed(seed, (int)attack));
        var vector = FeatureVector.Of(Fleet.Schema);
        var (made, low, medium, high, delay, explained) = (0, 0, 0, 0, 0.0, 0);
        for (var tries = 0; made < count && tries < 100_000; tries++)
        {
            var key = draw.Below(fleet.Keys);
            var hour = (firstDay * 24L) + draw.Below((days * 24) - Windows);
            if (!Fits(fleet, attack, key, hour))
            {
                continue;
            }

            made++;
            var (most, first) = ((Severity?)null, 0);
            for (var w = 0; w < Windows; w++)
            {
                Make(fleet, vector, attack, key, hour + w, draw);
                var severity = judge.Judge(vector).Severity;
                most = severity > most || most is null ? severity : most;
                if (first == 0 && severity >= Severity.Medium)
                {
                    first = w + 1;
                    explained += Names(attack).Contains(judge.Explain(vector).Contributions[0].Feature) ? 1 : 0;
                }
            }

            low += most >= Severity.Low ? 1 : 0;
            medium += first > 0 ? 1 : 0;
            high += most >= Severity.High ? 1 : 0;
            delay += first;
        }

        double OfSeen(double sum) => medium == 0 ? double.NaN : sum / medium;
        return new Detection(made, (double)low / made, (double)medium / made, (double)high / made, OfSeen(delay), OfSeen(explained));
    }

    /// <summary>Makes a window of an attack.</summary>
    public static void Make(Fleet fleet, FeatureVector vector, Attack attack, int key, long hour, Draw draw)
    {
        if (!fleet.Fill(vector, key, hour))
        {
            fleet.FillWith(vector, key, hour, 1 + Fleet.Poisson(draw, attack == Attack.OffHoursLogin ? 3 : fleet.RateOf(key)), 0, draw);
        }

        switch (attack)
        {
            case Attack.RateTimesFive:
                fleet.FillWith(vector, key, hour, 5 * vector.Events, Fleet.Binomial(draw, 5 * vector.Events, fleet.ErrorRateOf(key)) / (5.0 * vector.Events), draw);
                break;
            case Attack.ErrorBurst:
                vector.Values[1] = Math.Max(vector.Values[1], Fleet.Binomial(draw, vector.Events, 0.6) / (double)vector.Events);
                break;
            case Attack.SlowScan:
                vector.Values[3] = vector.Events;
                vector.Values[1] = Math.Max(vector.Values[1], Fleet.Binomial(draw, vector.Events, 0.25) / (double)vector.Events);
                break;
            case Attack.NewCountryAndDevice:
                Fleet.Put(vector.Categories[0], "ZZ");
                Fleet.Put(vector.Categories[1], "device unheard of");
                break;
            case Attack.Sequence:
                Fleet.Walk(vector.Steps, draw, 12, strange: true);
                break;
            default:
                break;
        }
    }

    private static bool Fits(Fleet fleet, Attack attack, int key, long hour) => attack switch
    {
        Attack.OffHoursLogin => fleet.IsAsleep(key, hour) && fleet.IsAsleep(key, hour + Windows - 1),
        Attack.NewCountryAndDevice or Attack.Sequence => !fleet.IsAsleep(key, hour),
        _ => !fleet.IsAsleep(key, hour) && fleet.RateOf(key) >= 10,
    };

    private static string[] Names(Attack attack) => attack switch
    {
        Attack.RateTimesFive => ["requests", "bytes", "endpoints"],
        Attack.ErrorBurst => ["error_rate"],
        Attack.SlowScan => ["endpoints", "error_rate"],
        Attack.OffHoursLogin => ["hour", "requests"],
        Attack.NewCountryAndDevice => ["country", "device"],
        _ => ["sequence"],
    };
}
