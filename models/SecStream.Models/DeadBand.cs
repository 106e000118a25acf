using SecStream.Models.Series;

namespace SecStream.Models;

/// <summary>
/// The smallest deviation that means anything, so that a tiny change of a constant series is no alert. A deviation up to the larger of the two bounds scores 0,
/// and no scale is taken for smaller than it.
/// </summary>
/// <param name="MinimumAbsolute">In units of the value, 0 or more.</param>
/// <param name="MinimumRelative">As a share of what is expected, 0 or more: 0.01 is 1 %.</param>
public readonly record struct DeadBand(double MinimumAbsolute, double MinimumRelative)
{
    /// <summary>The score of a deviation that is infinitely many scales away.</summary>
    public const double Most = 1e6;

    /// <summary>1 %, and 1e-9 in units of the value.</summary>
    public static DeadBand Default => new(1e-9, 0.01);

    /// <summary>Nothing is too small.</summary>
    public static DeadBand None => default;

    /// <summary>The larger of the two bounds, in units of the value.</summary>
    public double Width(double expected) => Math.Max(MinimumAbsolute, MinimumRelative * Math.Abs(expected));

    /// <summary>A deviation in units of its scale: 0 within the band, at most <see cref="Most"/>.</summary>
    /// <param name="deviation">Distance from what is expected; its sign does not matter.</param>
    /// <param name="scale">Its usual size, 0 or more.</param>
    /// <param name="expected">What is expected.</param>
    public double Score(double deviation, double scale, double expected)
    {
        var size = Math.Abs(deviation);
        var width = Width(expected);
        if (size <= width)
        {
            return 0;
        }

        var unit = Math.Max(scale, width);
        return unit > 0 ? Math.Min(size / unit, Most) : Most;
    }

    internal void Check()
    {
        OptionCheck.Within(nameof(MinimumAbsolute), MinimumAbsolute, 0, double.MaxValue);
        OptionCheck.Within(nameof(MinimumRelative), MinimumRelative, 0, 1e6);
    }
}
