using SecStream.Core.Features;

namespace SecStream.Models.Baselines;

/// <summary>A feature's scale: where differences are taken.</summary>
internal static class FeatureScaling
{
    /// <summary>Least standard deviation of a share, where 1 is that of independent events.</summary>
    public const double LeastOfShares = 0.5;

    private const double LeastShare = 1e-3;

    /// <summary>To the scale. Counts and sums are never negative; what is, counts as 0.</summary>
    public static double To(FeatureScale scale, double value) => scale == FeatureScale.Log ? Math.Log(1 + Math.Max(value, 0)) : value;

    /// <summary>And back.</summary>
    public static double From(FeatureScale scale, double value) => scale == FeatureScale.Log ? Math.Max(Math.Exp(value) - 1, 0) : value;

    /// <summary>
    /// The smallest deviation that can be a standard deviation where so much is expected (on the scale): half a count, 2 % of what is on the logarithmic scale, a
    /// thousandth of the range elsewhere, or the dead band of the feature.
    /// </summary>
    public static double Least(FeatureDefinition feature, double expected, double range)
    {
        var value = From(feature.Scale, expected);
        var band = Band(feature, value);
        var (least, width) = feature.Scale == FeatureScale.Log
            ? (Math.Max(0.02, feature.IsCount ? 0.5 / (1 + value) : 0), To(feature.Scale, value + band) - expected)
            : (Math.Max(1e-3 * range, 1e-9), band);
        return Math.Max(least, width);
    }

    /// <summary>
    /// Deviation of a share of some events from what is expected: the signed root of the binomial deviance (McCullagh and Nelder 1989). One error in a window of one
    /// event is no wonder where one in a hundred is usual; ten in a window of ten are. In standard deviations if events were independent.
    /// </summary>
    public static double Deviance(double share, double expected, long events)
    {
        var e = Math.Clamp(expected, LeastShare, 1 - LeastShare);
        var x = Math.Clamp(share, 0, 1);
        var distance = (x > 0 ? x * Math.Log(x / e) : 0) + (x < 1 ? (1 - x) * Math.Log((1 - x) / (1 - e)) : 0);
        var size = Math.Sqrt(2 * events * Math.Max(distance, 0));
        return x >= e ? size : -size;
    }

    /// <summary>The share that deviates so much, nearly: normal, with the skewness of a binomial.</summary>
    public static double Share(double deviation, double expected, long events)
    {
        var (e, n) = (Math.Clamp(expected, 0, 1), (double)Math.Max(events, 1));
        return Math.Clamp(e + (deviation * Math.Sqrt(e * (1 - e) / n)) + (deviation * deviation * (1 - (2 * e)) / (6 * n)), 0, 1);
    }

    /// <summary>The dead band in units of the feature.</summary>
    public static double Band(FeatureDefinition feature, double expected) => Math.Max(feature.MinAbsolute, feature.MinRelative * Math.Abs(expected));
}
