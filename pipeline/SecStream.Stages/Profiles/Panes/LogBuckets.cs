using System.Numerics;

namespace SecStream.Stages.Profiles.Panes;

/// <summary>
/// Classes of numbers whose width grows with the number, 32 to a doubling: any number is within 1.6 % of the middle of its class. Whole numbers below 64
/// have classes of their own; 0 and less share one.
/// </summary>
internal static class LogBuckets
{
    private const int Exact = 64;

    /// <summary>Class of a number.</summary>
    public static int Of(long number)
    {
        if (number < Exact)
        {
            return (int)Math.Max(0, number);
        }

        var log = BitOperations.Log2((ulong)number);
        return Exact + ((log - 6) * 32) + (int)((number >> (log - 5)) & 31);
    }

    /// <summary>The middle of a class.</summary>
    public static double Middle(int bucket)
    {
        if (bucket < Exact)
        {
            return bucket;
        }

        var log = ((bucket - Exact) / 32) + 6;
        var width = 1L << (log - 5);
        return ((1L << log) + (((bucket - Exact) % 32) * width)) + (width / 2.0);
    }
}
