using System.Globalization;

namespace SecStream.Stages.Alerting;

/// <summary>What a number of a sentence is.</summary>
internal enum FigureUnit
{
    /// <summary>A plain number.</summary>
    None,

    /// <summary>0–1, told in per cent.</summary>
    Share,

    /// <summary>Bytes, told in kB, MB …</summary>
    Bytes,
}

/// <summary>Numbers for sentences: as exact as is of use to a reader. What was counted is told whole, what was estimated with two figures.</summary>
internal static class Figures
{
    private const string ThinSpace = "\u202f";

    private static readonly string[] ByteUnits = ["bytes", "kB", "MB", "GB", "TB", "PB"];

    /// <summary>A number that was observed: <c>4 120</c>, <c>2.7</c>, <c>42 %</c>, <c>1.3 GB</c>.</summary>
    public static string Of(double value, FigureUnit unit) => unit switch
    {
        _ when !double.IsFinite(value) => "an unknown number of",
        FigureUnit.Share => Percent(value) + " %",
        FigureUnit.Bytes => Bytes(value, ByteUnit(value)) + " " + ByteUnits[ByteUnit(value)],
        _ when Math.Abs(value) >= 100 || Math.Floor(value) == value => Whole(value),
        _ => Rounded(value),
    };

    /// <summary>The usual range: <c>120–640</c>, <c>0–3 %</c>, <c>2–40 MB</c>; one number where both ends are the same, nothing where an end is not known.</summary>
    public static string Range(double low, double high, FigureUnit unit)
    {
        if (!double.IsFinite(low) || !double.IsFinite(high))
        {
            return "";
        }

        low = Math.Max(0, Math.Min(low, high));
        high = Math.Max(0, high);
        var scale = ByteUnit(high);
        Func<double, string> text = unit switch
        {
            FigureUnit.Share => high >= 0.01 ? value => Whole(value * 100) : Percent,
            FigureUnit.Bytes => value => Bytes(value, scale),
            _ => Rounded,
        };
        var suffix = unit switch { FigureUnit.Share => " %", FigureUnit.Bytes => " " + ByteUnits[scale], _ => "" };
        var (from, to) = (text(low), text(high));
        return (from == to ? to : $"{from}–{to}") + suffix;
    }

    /// <summary>Two figures: <c>640</c>, <c>13</c>, <c>2.7</c>, <c>0.04</c>.</summary>
    public static string Rounded(double value)
    {
        var size = Math.Abs(value);
        if (size is 0 or < 1e-9 || !double.IsFinite(value))
        {
            return "0";
        }

        var step = Math.Pow(10, Math.Floor(Math.Log10(size)) - 1);
        var rounded = Math.Round(value / step) * step;
        return Math.Abs(rounded) >= 10 ? Whole(rounded) : Math.Round(rounded, 10).ToString("0.##########", CultureInfo.InvariantCulture);
    }

    private static string Percent(double share) => share * 100 is var value and (>= 1 or 0) ? Whole(value) : Rounded(share * 100);

    private static int ByteUnit(double bytes)
    {
        var unit = 0;
        for (; Math.Abs(bytes) >= 1000 && unit < ByteUnits.Length - 1; unit++)
        {
            bytes /= 1000;
        }

        return unit;
    }

    private static string Bytes(double value, int unit) => Rounded(value / Math.Pow(1000, unit));

    private static string Whole(double value) => Math.Round(value).ToString("#,0", s_spaced);

    private static readonly NumberFormatInfo s_spaced = new() { NumberGroupSeparator = ThinSpace, NegativeSign = "-" };
}
