using SecStream.Core.Features;
using SecStream.Models.WindowModels;

namespace SecStream.Models.Baselines;

/// <summary>
/// Learns a <see cref="ClassBaseline"/> in three passes over the same windows: levels and courses of keys (<see cref="Learn"/>, <see cref="Solve"/>), the season of
/// the class and corrections of levels (<see cref="Season"/>, <see cref="Settle"/>), spreads (<see cref="Refine"/>, <see cref="Build"/>). Sums in the order of
/// windows: the same windows give the same baseline, to the bit.
/// </summary>
internal sealed partial class BaselineLearner(FeatureDefinition[] features, WeekCalendar calendar)
{
    private readonly int _count = features.Length;
    private readonly List<KeyPast> _pasts = [];
    private readonly double[] _least = Filled(features.Length, double.PositiveInfinity);
    private readonly double[] _most = Filled(features.Length, double.NegativeInfinity);
    private readonly double[] _poolSquares = new double[features.Length];
    private readonly double[] _poolN = new double[features.Length];
    private int _own;

    /// <summary>What is known of the keys, by number.</summary>
    public IReadOnlyList<KeyPast> Pasts => _pasts;

    /// <summary>First pass: a window of a key; a key unseen so far has the next number.</summary>
    public void Learn(FeatureVector window, int key)
    {
        if (key == _pasts.Count)
        {
            _pasts.Add(new KeyPast(_count, window.Start));
        }

        var past = _pasts[key];
        past.BeginWindow();
        var coarse = WeekCalendar.Coarse(calendar.SlotOf(window.Start));
        for (var f = 0; f < _count; f++)
        {
            var value = window.Values[f];
            if (!double.IsFinite(value))
            {
                continue;
            }

            _least[f] = Math.Min(_least[f], value);
            _most[f] = Math.Max(_most[f], value);
            // What a key of the class usually spreads by is no burst for any of its keys.
            var usual = _poolN[f] > 0 ? Math.Sqrt(_poolSquares[f] / _poolN[f]) : double.PositiveInfinity;
            _poolSquares[f] += past.Take(f, coarse, FeatureScaling.To(features[f].Scale, value), window.Start, usual);
            _poolN[f]++;
        }
    }

    /// <summary>Puts the keys into another order: those with a past first.</summary>
    /// <param name="order">Numbers so far, in the new order.</param>
    /// <param name="own">How many have a past of their own.</param>
    public void Reorder(int[] order, int own)
    {
        var pasts = order.Select(number => _pasts[number]).ToArray();
        _pasts.Clear();
        _pasts.AddRange(pasts);
        _own = own;
    }

    private static double[] Filled(int length, double value)
    {
        var values = new double[length];
        Array.Fill(values, value);
        return values;
    }
}
