using SecStream.Core.Features;

namespace SecStream.Models.Baselines;

/// <summary>A feature's scale: where differences are taken.</summary>
internal static class FeatureScaling
{
    /// <summary>To the scale. Counts and sums are never negative; what is, counts as 0.</summary>
    public static double To(FeatureScale scale, double value) => scale == FeatureScale.Log ? Math.Log(1 + Math.Max(value, 0)) : value;

    /// <summary>And back.</summary>
    public static double From(FeatureScale scale, double value) => scale == FeatureScale.Log ? Math.Max(Math.Exp(value) - 1, 0) : value;

    /// <summary>
    /// The smallest deviation that can be a standard deviation where so much is expected (on the scale): half a count, 2 % of what is on the logarithmic scale, a thousandth of the range
    /// elsewhere, or the dead band of the feature.
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

    /// <summary>The dead band in units of the feature.</summary>
    public static double Band(FeatureDefinition feature, double expected) => Math.Max(feature.MinAbsolute, feature.MinRelative * Math.Abs(expected));
}
