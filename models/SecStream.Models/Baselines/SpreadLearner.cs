using System.Numerics;
using SecStream.Core.Features;

namespace SecStream.Models.Baselines;

/// <summary>
/// Counts deviations of a feature by how much was expected and how many events the window had: 32 × 16 histograms of 140 bins that grow with the deviation (a tenth
/// of it wide). 287 KB a feature.
/// </summary>
internal sealed class SpreadLearner
{
    public const int Levels = 32;
    public const int EventBins = 16;
    private const int Bins = 140;
    private const int Least = 300;
    private const double Stretch = 4;
    private const double BinsPerUnit = 10;
    private const double VolumeCorrelation = 0.2;
    private readonly int[] _counts = new int[Levels * EventBins * Bins];
    private readonly long[] _totals = new long[Levels * EventBins];
    private readonly double[] _centres = new double[Bins];
    private readonly double _unit;
    private double _n, _r, _v, _rr, _vv, _rv;

    /// <summary>A learner.</summary>
    /// <param name="unit">The usual size of a deviation, above 0.</param>
    public SpreadLearner(double unit)
    {
        _unit = unit;
        for (var bin = 0; bin < Bins; bin++)
        {
            _centres[bin] = Math.Abs(_unit * Math.Sinh((bin - (Bins / 2) + 0.5) / BinsPerUnit) / Stretch);
        }
    }

    /// <summary>The bin of a number of events.</summary>
    public static int EventBin(long events) => Math.Min(BitOperations.Log2((ulong)Math.Max(events, 1)), EventBins - 1);

    /// <summary>Counts a deviation.</summary>
    public void Add(int level, int events, double deviation)
    {
        var bin = (Bins / 2) + (int)Math.Floor(Math.Asinh(Stretch * deviation / _unit) * BinsPerUnit);
        _counts[(((level * EventBins) + events) * Bins) + Math.Clamp(bin, 0, Bins - 1)]++;
        _totals[(level * EventBins) + events]++;
        var r = Math.Clamp(deviation / _unit, -5, 5);
        _n++;
        _r += r;
        _v += events;
        _rr += r * r;
        _vv += (double)events * events;
        _rv += r * events;
    }

    /// <summary>
    /// Standard deviations upwards and downwards, [level, events, side]. A cell of few windows takes those of its neighbours in. A feature that goes with the number
    /// of events is itself volume: then the number says nothing of its spread, and would hide a flood behind the few floods seen.
    /// </summary>
    public float[] Build(FeatureDefinition feature, bool isShare, Func<int, double> levelCentre, double range)
    {
        var isVolume = feature.IsCount || IsVolume();
        var table = new float[Levels * EventBins * 2];
        for (var level = 0; level < Levels; level++)
        {
            var least = isShare ? FeatureScaling.LeastOfShares : FeatureScaling.Least(feature, levelCentre(level), range);
            for (var events = 0; events < EventBins; events++)
            {
                var at = ((level * EventBins) + events) * 2;
                if (isVolume && events > 0)
                {
                    (table[at], table[at + 1]) = (table[at - 2], table[at - 1]);
                    continue;
                }

                var pooled = Pool(level, events, isVolume);
                table[at] = (float)Math.Max(Half(pooled, up: true), least);
                table[at + 1] = (float)Math.Max(Half(pooled, up: false), least);
            }
        }

        return table;
    }

    private bool IsVolume()
    {
        var (spreadR, spreadV) = (_rr - (_r * _r / _n), _vv - (_v * _v / _n));
        var joint = _rv - (_r * _v / _n);
        return _n > 0 && spreadR > 0 && spreadV > 0 && joint * joint / (spreadR * spreadV) > VolumeCorrelation;
    }

    private long[] Pool(int level, int events, bool isVolume)
    {
        var pooled = new long[Bins];
        for (var reach = 0; reach <= Levels; reach = reach == 0 ? 1 : 2 * reach)
        {
            Array.Clear(pooled);
            long sum = 0;
            var (low, high) = isVolume ? (0, EventBins - 1) : (Math.Max(events - (reach / 2), 0), Math.Min(events + (reach / 2), EventBins - 1));
            for (var l = Math.Max(level - reach, 0); l <= Math.Min(level + reach, Levels - 1); l++)
            {
                for (var e = low; e <= high; e++)
                {
                    sum += _totals[(l * EventBins) + e] > 0 ? AddTo(pooled, ((l * EventBins) + e) * Bins) : 0;
                }
            }

            if (sum >= Least)
            {
                break;
            }
        }

        return pooled;
    }

    private long AddTo(long[] pooled, int from)
    {
        long sum = 0;
        for (var bin = 0; bin < Bins; bin++)
        {
            pooled[bin] += _counts[from + bin];
            sum += _counts[from + bin];
        }

        return sum;
    }

    /// <summary>
    /// Root mean square of one side, deviations beyond three of it taken for three: attacks among the windows count little. A side that few windows deviate to is
    /// narrower than these few are far: theirs is a deviation of more than one.
    /// </summary>
    private double Half(long[] pooled, bool up)
    {
        var limit = double.PositiveInfinity;
        var (from, to) = up ? (Bins / 2, Bins) : (0, Bins / 2);
        double count = 0;
        for (var round = 0; round < 8; round++)
        {
            var squares = 0.0;
            count = 0;
            for (var bin = from; bin < to; bin++)
            {
                var size = Math.Min(_centres[bin], limit);
                squares += pooled[bin] * size * size;
                count += pooled[bin];
            }

            limit = 3 * (count > 0 ? Math.Sqrt(squares / count) : 0);
        }

        return limit / 3 * Math.Pow(Math.Min(2 * count / Math.Max(pooled.Sum(), 1), 1), 0.25);
    }
}
