using System.Runtime.Intrinsics;
using System.Runtime.InteropServices;

namespace SecStream.Models.Vectors;

/// <summary>Checks of rows that come from outside. A value that is not finite is an error of the feature boundary; no detector guesses what it means.</summary>
internal static class Rows
{
    /// <summary>Number of rows, after checking shape and values.</summary>
    /// <exception cref="ArgumentException">They are not whole rows, or a value is not finite.</exception>
    public static int Check(ReadOnlySpan<double> rows, int featureCount)
    {
        if (rows.Length % featureCount != 0)
        {
            throw new ArgumentException($"{rows.Length} values are not whole rows of {featureCount} features", nameof(rows));
        }

        var bad = FirstNotFinite(rows);
        return bad < 0
            ? rows.Length / featureCount
            : throw new ArgumentException(
                $"row {bad / featureCount}, feature {bad % featureCount}: {rows[bad]} is not finite; stop such values at the feature boundary", nameof(rows));
    }

    /// <summary>The same, with room for one score a row.</summary>
    public static int Check(ReadOnlySpan<double> rows, int featureCount, ReadOnlySpan<double> scores)
    {
        var count = Check(rows, featureCount);
        return scores.Length == count ? count : throw new ArgumentException($"{count} rows, but room for {scores.Length} scores", nameof(scores));
    }

    /// <summary>Checks what a trainer is given.</summary>
    public static int CheckTraining(ReadOnlySpan<double> rows, int featureCount)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(featureCount, 1);
        var count = Check(rows, featureCount);
        return count >= 2 ? count : throw new ArgumentException($"{count} rows are too few to learn from: 2 or more", nameof(rows));
    }

    /// <summary>Checks one row and the room for its shares.</summary>
    public static void CheckOne(ReadOnlySpan<double> row, int featureCount, ReadOnlySpan<double> shares)
    {
        if (row.Length != featureCount || shares.Length != featureCount)
        {
            throw new ArgumentException($"a row and its shares have {featureCount} values each; here {row.Length} and {shares.Length}", nameof(row));
        }

        Check(row, featureCount);
    }

    private static int FirstNotFinite(ReadOnlySpan<double> values)
    {
        const long exponent = 0x7FF0_0000_0000_0000;
        var bits = MemoryMarshal.Cast<double, long>(values);
        var i = 0;
        if (Vector256.IsHardwareAccelerated)
        {
            var mask = Vector256.Create(exponent);
            for (; i + 4 <= bits.Length; i += 4)
            {
                if (Vector256.EqualsAny(Vector256.Create(bits[i..]) & mask, mask))
                {
                    break;
                }
            }
        }

        for (; i < bits.Length; i++)
        {
            if ((bits[i] & exponent) == exponent)
            {
                return i;
            }
        }

        return -1;
    }
}
