using System.Globalization;

namespace SecStream.Stages.Rules.Loading;

/// <summary>Reads durations as Sigma writes them: a whole number and s, m, h or d.</summary>
public static class Durations
{
    /// <summary>Longest duration that is accepted.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromDays(366);

    /// <summary>Reads <c>30s</c>, <c>15m</c>, <c>1h</c>, <c>7d</c>; false for anything else, for 0 and for more than <see cref="Longest"/>.</summary>
    public static bool TryParse(string? text, out TimeSpan duration)
    {
        duration = TimeSpan.Zero;
        if (text is not { Length: >= 2 and <= 12 } || !long.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var number))
        {
            return false;
        }

        var unit = text[^1] switch
        {
            's' => TimeSpan.TicksPerSecond,
            'm' => TimeSpan.TicksPerMinute,
            'h' => TimeSpan.TicksPerHour,
            'd' => TimeSpan.TicksPerDay,
            _ => 0,
        };
        if (unit == 0 || number == 0 || number > Longest.Ticks / unit)
        {
            return false;
        }

        duration = new TimeSpan(number * unit);
        return true;
    }
}
