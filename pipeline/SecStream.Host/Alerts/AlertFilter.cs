using System.Globalization;
using SecStream.Core.Alerts;
using SecStream.Core.Events;

namespace SecStream.Host.Alerts;

/// <summary>Which alerts are asked for. What is null or empty does not restrict.</summary>
internal sealed record AlertFilter
{
    /// <summary>Stands for every status.</summary>
    public const string AnyStatus = "all";

    /// <summary>Severities.</summary>
    public IReadOnlySet<Severity> Severities { get; init; } = new HashSet<Severity>();

    /// <summary>Rule codes, compared without case.</summary>
    public IReadOnlySet<string> Rules { get; init; } = new HashSet<string>(StringComparer.OrdinalIgnoreCase);

    /// <summary>Part of the name of the entity or of anybody involved, without case.</summary>
    public string? Entity { get; init; }

    /// <summary>Opened at or after, microseconds.</summary>
    public long? Since { get; init; }

    /// <summary>Opened before, microseconds.</summary>
    public long? Until { get; init; }

    /// <summary>Statuses; empty: all but withdrawn.</summary>
    public IReadOnlySet<string> Statuses { get; init; } = new HashSet<string>(StringComparer.OrdinalIgnoreCase);

    /// <summary>Whether an alert is asked for.</summary>
    public bool Matches(StoredAlert alert) => MatchesStatus(alert.Status) && MatchesContent(alert);

    /// <summary>Whether an alert is asked for, whatever its status.</summary>
    public bool MatchesContent(StoredAlert alert) =>
        (Severities.Count == 0 || Severities.Contains(alert.Severity))
        && (Rules.Count == 0 || alert.Rule.Split(',').Any(Rules.Contains))
        && (Entity is null || Contains(alert.Entity) || alert.Related.Any(Contains))
        && (Since is null || alert.Opened >= Since)
        && (Until is null || alert.Opened < Until);

    /// <summary>Reads a list of severities: <c>critical,high</c>.</summary>
    /// <exception cref="ConfigurationException">A name is none of a severity.</exception>
    public static IReadOnlySet<Severity> ReadSeverities(IEnumerable<string> values)
    {
        var found = new HashSet<Severity>();
        foreach (var name in Split(values))
        {
            // Numbers are names to the parser of enums; to people they are a mistake.
            found.Add(Enum.TryParse<Severity>(name, ignoreCase: true, out var severity) && char.IsAsciiLetter(name[0])
                ? severity
                : throw new ConfigurationException($"--severity {name}: use low, medium, high, critical, or several with commas"));
        }

        return found;
    }

    /// <summary>Reads a list of names.</summary>
    public static IReadOnlySet<string> ReadNames(IEnumerable<string> values) => Split(values).ToHashSet(StringComparer.OrdinalIgnoreCase);

    /// <summary>Reads a time: an instant, a date, or how long ago (<c>90m</c>, <c>24h</c>, <c>7d</c>).</summary>
    /// <exception cref="ConfigurationException">It is neither.</exception>
    public static long? ReadTime(string option, string? text, DateTimeOffset now)
    {
        if (text is null)
        {
            return null;
        }

        if (ReadSpan(text) is { } ago)
        {
            return EventClock.ToMicroseconds(now) - ago;
        }

        return DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var instant)
            ? EventClock.ToMicroseconds(instant)
            : throw new ConfigurationException($"{option} {text}: use a time such as 2026-03-02T10:00:00Z, a date, or how long ago, such as 90m, 24h, 7d");
    }

    /// <summary>Reads a span of time such as <c>90m</c>, <c>24h</c>, <c>7d</c>, in microseconds; null when it is none.</summary>
    public static long? ReadSpan(string text)
    {
        var unit = text.Length is < 2 or > 8 ? 0 : text[^1] switch
        {
            's' => EventClock.Second,
            'm' => EventClock.Minute,
            'h' => EventClock.Hour,
            'd' => EventClock.Day,
            _ => 0,
        };
        return unit > 0 && long.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number * unit : null;
    }

    private static IEnumerable<string> Split(IEnumerable<string> values) =>
        values.SelectMany(v => v.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));

    private bool MatchesStatus(string status) =>
        Statuses.Count == 0
            ? !status.Equals("withdrawn", StringComparison.OrdinalIgnoreCase)
            : Statuses.Contains(AnyStatus) || Statuses.Contains(status);

    private bool Contains(string text) => text.Contains(Entity!, StringComparison.OrdinalIgnoreCase);
}
