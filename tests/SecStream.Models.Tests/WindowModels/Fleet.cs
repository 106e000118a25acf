using System.Text;
using SecStream.Core.Features;
using SecStream.Core.Text;
using SecStream.Models.Vectors;
using SecStream.Models.WindowModels;

namespace SecStream.Models.Tests.WindowModels;

/// <summary>How the keys of a fleet behave.</summary>
public enum FleetKind
{
    /// <summary>Counts of a constant rate.</summary>
    Poisson,

    /// <summary>Rates follow hour and weekday, each key in its own way; half of the keys sleep at night.</summary>
    Seasonal,

    /// <summary>Rates wander: a busy hour follows a busy hour.</summary>
    Autocorrelated,

    /// <summary>Bytes of a Pareto distribution, bursts of a lognormal one.</summary>
    HeavyTailed,
}

/// <summary>
/// Windows of an hour of many keys, as a profile of API keys would make them, without events in between. Any day can be made at any time: every window follows from
/// seed, key and hour.
/// </summary>
internal sealed class Fleet : IFeatureDays
{
    public const long Hour = 3_600_000_000;
    public const long FirstDay = 20_454;
    private const int Actions = 12;
    private readonly FleetKind _kind;
    private readonly int _keys;
    private readonly ulong _seed;
    private readonly Traits[] _traits;
    private readonly float[]? _wander;
    private readonly int _hours;
    private readonly double _activity;

    /// <summary>A fleet.</summary>
    /// <param name="kind">How its keys behave.</param>
    /// <param name="keys">How many.</param>
    /// <param name="days">Days that can be made.</param>
    /// <param name="seed">For what is drawn.</param>
    /// <param name="activity">Share of hours in which a key does anything.</param>
    public Fleet(FleetKind kind, int keys, int days, ulong seed, double activity = 1)
    {
        _activity = activity;
        (_kind, _keys, _seed, _hours) = (kind, keys, seed, days * 24);
        _traits = [.. Enumerable.Range(0, keys).Select(k => new Traits(kind, new Draw(Draw.Seed(seed, k)), k))];
        _wander = kind == FleetKind.Autocorrelated ? Wander() : null;
    }

    public static FeatureSchema Schema { get; } = new()
    {
        Profile = "fleet",
        Version = "00000000000f1ee7",
        KeyNames = ["api.key"],
        Windows = [Hour],
        Features =
        [
            new FeatureDefinition { Name = "requests", Noun = "requests", IsCount = true, Weight = 0.3, MinAbsolute = 3 },
            new FeatureDefinition { Name = "error_rate", Noun = "share of errors", Scale = FeatureScale.Linear, Weight = 0.4, MinAbsolute = 0.02 },
            new FeatureDefinition { Name = "bytes", Noun = "bytes", Weight = 0.2 },
            new FeatureDefinition { Name = "endpoints", Noun = "different endpoints", IsCount = true, Weight = 0.2 },
            new FeatureDefinition { Name = "latency", Noun = "ms on average", Weight = 0.1 },
        ],
        Categories = [new CategoryDefinition("country", "source.geo.country_iso_code", 0.2), new CategoryDefinition("device", "user_agent.name", 0.2)],
        HasSteps = true,
    };

    public int Keys => _keys;

    /// <summary>What is done to windows before they are handed out; for poisoned training.</summary>
    public Func<FeatureVector, int, long, bool>? Poison { get; init; }

    /// <summary>Windows poisoned so far.</summary>
    public long Poisoned { get; private set; }

    public static TrainingSplit Split(int fit, int calibration, int evaluation) =>
        new(Range(0, fit), Range(fit, calibration), Range(fit + calibration, evaluation));

    public IEnumerable<FeatureVector> Read(long day)
    {
        var vector = FeatureVector.Of(Schema);
        for (var hour = (day - FirstDay) * 24; hour < (day - FirstDay + 1) * 24; hour++)
        {
            for (var key = 0; key < _keys; key++)
            {
                if (Fill(vector, key, hour))
                {
                    Poisoned += Poison?.Invoke(vector, key, hour) == true ? 1 : 0;
                    yield return vector;
                }
            }
        }
    }

    /// <summary>The window of a key and hour; false: it had no events.</summary>
    public bool Fill(FeatureVector vector, int key, long hour)
    {
        var draw = new Draw(StableHash.Combine(_seed, StableHash.Combine((ulong)key, (ulong)hour)));
        if (_activity < 1 && draw.Unit() >= _activity)
        {
            return false;
        }

        var traits = _traits[key];
        var rate = traits.Rate * Season(traits, hour) * (_wander is null ? 1 : Math.Exp(_wander[(key * _hours) + hour]));
        if (_kind == FleetKind.HeavyTailed)
        {
            rate *= Math.Exp(0.5 * draw.Normal());
        }

        var events = Poisson(draw, rate);
        if (events == 0)
        {
            return false;
        }

        FillWith(vector, key, hour, events, Binomial(draw, events, traits.ErrorRate) / (double)events, draw);
        return true;
    }

    /// <summary>A window with so many events and such a share of errors; everything else as usual.</summary>
    public void FillWith(FeatureVector vector, int key, long hour, long events, double errors, Draw draw)
    {
        var traits = _traits[key];
        vector.Key = traits.Key;
        vector.Start = ((FirstDay * 24) + hour) * Hour;
        vector.End = vector.Start + Hour;
        vector.Events = events;
        var perEvent = _kind == FleetKind.HeavyTailed
            ? traits.Bytes * Math.Pow(1 - draw.Unit(), -1 / 1.5)
            : traits.Bytes * Math.Exp(draw.Normal() / Math.Sqrt(events));
        vector.Values[0] = events;
        vector.Values[1] = errors;
        vector.Values[2] = Math.Floor(events * perEvent);
        vector.Values[3] = 1 + Binomial(draw, Math.Min(events - 1, traits.Endpoints), 0.6);
        vector.Values[4] = traits.Latency * Math.Exp((0.05 + (0.3 / Math.Sqrt(events))) * draw.Normal());
        Put(vector.Categories[0], draw.Unit() < 0.002 ? $"C{draw.Below(20)}" : traits.Country);
        Put(vector.Categories[1], draw.Unit() < 0.004 ? $"device {draw.Below(50)}" : traits.Devices[draw.Below(traits.Devices.Length)]);
        Walk(vector.Steps, draw, (int)Math.Min(events, 12), strange: false);
    }

    /// <summary>Replaces the values of a category by one.</summary>
    public static void Put(List<CategoryCount> values, string text)
    {
        values.Clear();
        values.Add(new CategoryCount(StableHash.Compute(Encoding.UTF8.GetBytes(text)), text, 1));
    }

    /// <summary>Actions as clients do them: three ways on from each, one of them mostly; or in an order that no client has.</summary>
    public static void Walk(List<ulong> steps, Draw draw, int count, bool strange)
    {
        steps.Clear();
        var action = draw.Below(Actions);
        for (var i = 0; i < count; i++)
        {
            steps.Add(StableHash.Combine(17, (ulong)action));
            var choice = draw.Unit();
            action = strange ? (action + 7 + draw.Below(4)) % Actions : (action + (choice < 0.7 ? 1 : choice < 0.95 ? 2 : 5)) % Actions;
        }
    }

    public static long Poisson(Draw draw, double rate)
    {
        if (rate > 60)
        {
            return Math.Max(0, (long)Math.Round(rate + (Math.Sqrt(rate) * draw.Normal()) + (((draw.Normal() * draw.Normal()) - 0.0) / 6)));
        }

        var (limit, product, count) = (Math.Exp(-rate), draw.Unit(), 0L);
        for (; product > limit; count++)
        {
            product *= draw.Unit();
        }

        return count;
    }

    public static long Binomial(Draw draw, long count, double share)
    {
        if (count * share > 60)
        {
            return Math.Clamp((long)Math.Round((count * share) + (Math.Sqrt(count * share * (1 - share)) * draw.Normal())), 0, count);
        }

        // Small shares: as many as exponential steps fit in.
        var (hits, at) = (0L, 0.0);
        var step = Math.Log(1 - share);
        while (true)
        {
            at += Math.Floor(Math.Log(1 - draw.Unit()) / step) + 1;
            if (at > count)
            {
                return hits;
            }

            hits++;
        }
    }

    /// <summary>Whether a key sleeps in an hour.</summary>
    public bool IsAsleep(int key, long hour) => Season(_traits[key], hour) == 0;

    public double RateOf(int key) => _traits[key].Rate;

    public double ErrorRateOf(int key) => _traits[key].ErrorRate;

    private static IReadOnlyList<long> Range(int from, int count) => [.. Enumerable.Range(from, count).Select(d => FirstDay + d)];

    private double Season(Traits traits, long hour)
    {
        if (_kind != FleetKind.Seasonal)
        {
            return 1;
        }

        var isWeekend = ((FirstDay + (hour / 24) + 3) % 7) >= 5;
        var ofDay = (hour % 24) + traits.Shift;
        return traits.Sleeps
            ? !isWeekend && ofDay is >= 8 and < 18 ? 1 + (0.5 * Math.Sin(ofDay)) : 0
            : (isWeekend ? 0.5 : 1) * Math.Exp(0.8 * Math.Sin((ofDay - 8) * Math.PI / 12));
    }

    private float[] Wander()
    {
        const double keep = 0.8;
        var wander = new float[_keys * _hours];
        for (var key = 0; key < _keys; key++)
        {
            var draw = new Draw(Draw.Seed(_seed ^ 0xA1, key));
            var state = draw.Normal();
            for (var hour = 0; hour < _hours; hour++)
            {
                state = (keep * state) + (Math.Sqrt(1 - (keep * keep)) * draw.Normal());
                wander[(key * _hours) + hour] = (float)(0.4 * state);
            }
        }

        return wander;
    }

    private sealed class Traits
    {
        public Traits(FleetKind kind, Draw draw, int number)
        {
            Key = Encoding.UTF8.GetBytes($"key-{number:000000}");
            Rate = 20 * Math.Exp(draw.Normal());
            ErrorRate = 0.005 + (0.05 * draw.Unit());
            Bytes = 2000 * Math.Exp(draw.Normal());
            Latency = 80 * Math.Exp(0.5 * draw.Normal());
            Endpoints = 3 + draw.Below(12);
            Country = $"C{draw.Below(5)}";
            Devices = [.. Enumerable.Range(0, 1 + draw.Below(3)).Select(_ => $"device {draw.Below(50)}")];
            Shift = draw.Below(5) - 2;
            Sleeps = kind == FleetKind.Seasonal && draw.Unit() < 0.5;
        }

        public byte[] Key { get; }

        public double Rate { get; }

        public double ErrorRate { get; }

        public double Bytes { get; }

        public double Latency { get; }

        public int Endpoints { get; }

        public string Country { get; }

        public string[] Devices { get; }

        public int Shift { get; }

        public bool Sleeps { get; }
    }
}
