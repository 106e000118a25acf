namespace SecStream.Models.Vectors;

/// <summary>Turns contributions to a score into shares.</summary>
internal static class Shares
{
    /// <summary>What speaks for normal counts as nothing; the rest is scaled to add up to 1, or stays 0 where nothing is strange.</summary>
    public static void Normalise(Span<double> contributions)
    {
        var largest = 0.0;
        foreach (var value in contributions)
        {
            largest = Math.Max(largest, double.IsNaN(value) ? 0 : value);
        }

        var sum = 0.0;
        foreach (ref var value in contributions)
        {
            value = largest > 0 && value > 0 ? value / largest : 0;
            sum += value;
        }

        if (sum > 0)
        {
            foreach (ref var value in contributions)
            {
                value /= sum;
            }
        }
    }
}
