using System.Globalization;

namespace SecStream.Training;

/// <summary>Lengths of windows for people.</summary>
public static class WindowLength
{
    /// <summary><c>5m</c>, <c>1h</c>, <c>1d</c>.</summary>
    public static string Show(long seconds) => seconds switch
    {
        > 0 when seconds % 86_400 == 0 => string.Create(CultureInfo.InvariantCulture, $"{seconds / 86_400}d"),
        > 0 when seconds % 3_600 == 0 => string.Create(CultureInfo.InvariantCulture, $"{seconds / 3_600}h"),
        > 0 when seconds % 60 == 0 => string.Create(CultureInfo.InvariantCulture, $"{seconds / 60}m"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{seconds}s"),
    };
}
