using SecStream.Models.Vectors;

namespace SecStream.Models.WindowModels;

/// <summary>
/// How surprising a deviation is, in nats: −ln of the share of windows that deviate as much. It brings features of all kinds of tails to one scale before they are
/// added. Knots with straight lines between; beyond the last the line goes on with the slope of the tail. Immutable. 24 to 33 knots.
/// </summary>
internal sealed class SurpriseCurve
{
    /// <summary>Nothing is more surprising than this: its exponential must stay finite.</summary>
    public const double Most = 200;

    private const int Steps = 32;
    private const double LeastSlope = 1e-3;
    private readonly double[] _values;
    private readonly double[] _nats;
    private readonly double _slope;

    private SurpriseCurve(double[] values, double[] nats, double slope) => (_values, _nats, _slope) = (values, nats, slope);

    /// <summary>
    /// For continuous deviations of one side. Only the lower 96 % are believed; the rest may be attacks, and is told only that it is above. An exponential tail is
    /// laid from 80 % to 96 % and drawn on: lighter tails are under-, none is overstated by much, and the calibration of the sum settles what is left.
    /// </summary>
    /// <param name="deviations">Deviations above 0 of this side; sorted here.</param>
    /// <param name="share">Share of windows that deviate to this side.</param>
    public static SurpriseCurve Continuous(List<double> deviations, double share)
    {
        if (deviations.Count < 50)
        {
            // Hardly ever on this side: a deviation is as of the normal distribution's 2.5 % point each time it reaches it.
            return new SurpriseCurve([0, 2], [0, 3], 1.5);
        }

        deviations.Sort();
        double At(double part) => deviations[Math.Min((int)(part * deviations.Count), deviations.Count - 1)];
        var believed = 0.96;
        var (values, nats) = (new List<double> { 0 }, new List<double> { 0 });
        for (var step = 1; step <= Steps; step++)
        {
            var part = 1 - Math.Exp(Math.Log(1 - believed) * step / Steps);
            Knot(values, nats, At(part), -Math.Log((1 - part) * Math.Min(2 * share, 1)));
        }

        var (from, to) = (At(0.8), At(believed));
        double sum = 0;
        var inside = 0;
        foreach (var deviation in deviations)
        {
            sum += Math.Clamp(deviation - from, 0, to - from);
            inside += deviation >= from && deviation < to ? 1 : 0;
        }

        return new SurpriseCurve([.. values], [.. nats], sum > 0 ? Math.Clamp(inside / sum, LeastSlope, 5) : 1);
    }

    /// <summary>For surprises that are nats of their own kind already, mostly few different ones: P(S ≥ s) as counted; beyond, one for one.</summary>
    public static SurpriseCurve Discrete(List<double> surprises)
    {
        if (surprises.Count == 0)
        {
            return new SurpriseCurve([0], [0], 1);
        }

        surprises.Sort();
        var (values, nats) = (new List<double> { 0 }, new List<double> { 0 });
        var last = 0.0;
        for (var at = 0; at < surprises.Count; at++)
        {
            if (at > 0 && surprises[at] == surprises[at - 1])
            {
                continue;
            }

            var surprise = -Math.Log((double)(surprises.Count - at) / surprises.Count);
            if (surprise >= last + 0.1 || at == 0)
            {
                Knot(values, nats, surprises[at], surprise);
                last = surprise;
            }
        }

        return new SurpriseCurve([.. values], [.. nats], 1);
    }

    /// <summary>Nats of a deviation, 0 or more.</summary>
    public double At(double deviation)
    {
        var values = _values;
        var high = values.Length;
        if (!(deviation > 0))
        {
            return 0;
        }

        if (deviation >= values[high - 1])
        {
            return Math.Min(_nats[high - 1] + (_slope * (deviation - values[high - 1])), Most);
        }

        var low = 0;
        while (high - low > 1)
        {
            var middle = (low + high) >> 1;
            (low, high) = values[middle] <= deviation ? (middle, high) : (low, middle);
        }

        return _nats[low] + ((_nats[high] - _nats[low]) * (deviation - values[low]) / (values[high] - values[low]));
    }

    public void Save(BinaryWriter writer)
    {
        Artefact.Write<double>(writer, _values);
        Artefact.Write<double>(writer, _nats);
        writer.Write(_slope);
    }

    public static SurpriseCurve Load(BinaryReader reader)
    {
        var values = Artefact.Read<double>(reader);
        var nats = Artefact.Read<double>(reader, values.Length);
        var slope = reader.ReadDouble();
        return values.Length > 0 && slope > 0
            ? new SurpriseCurve(values, nats, slope)
            : throw new InvalidDataException("the artefact is damaged: a curve of surprise has no knots");
    }

    private static void Knot(List<double> values, List<double> nats, double value, double surprise)
    {
        surprise = Math.Max(surprise, nats[^1]);
        if (value > values[^1])
        {
            values.Add(value);
            nats.Add(surprise);
        }
        else
        {
            // Many windows have the same deviation: P(S ≥ s) of it counts them all, so the first word holds.
            nats[^1] = values.Count == 1 ? 0 : nats[^1];
        }
    }
}
