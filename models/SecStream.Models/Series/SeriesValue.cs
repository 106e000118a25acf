namespace SecStream.Models.Series;

/// <summary>What detectors take: finite values, held within bounds whose squares and sums are finite too.</summary>
internal static class SeriesValue
{
    private const double Bound = 1e100;

    /// <summary>Takes a value; false when it is not finite.</summary>
    public static bool TryTake(double value, out double taken)
    {
        taken = Math.Clamp(value, -Bound, Bound);
        return double.IsFinite(value);
    }
}
