using System.Text;
using SecStream.Core.Alerts;
using SecStream.Core.Events;
using SecStream.Core.Features;
using SecStream.Training.Days;

namespace SecStream.Training.Gate;

/// <summary>What a model finds of one key without a pause: what becomes one alert.</summary>
public sealed record AnomalyEpisode
{
    /// <summary>A pause of so long ends an episode, as it does for alerts; µs.</summary>
    public const long Gap = EventClock.Hour;

    /// <summary>The profile.</summary>
    public required string Profile { get; init; }

    /// <summary>The key: its parts by name. Comes from logs: whoever shows it escapes it.</summary>
    public required IReadOnlyList<(string Field, string Value)> Key { get; init; }

    /// <summary>Highest severity of its windows.</summary>
    public required Severity Severity { get; init; }

    /// <summary>Start of its earliest window, µs.</summary>
    public required long Start { get; init; }

    /// <summary>End of its last window, µs.</summary>
    public required long End { get; init; }

    /// <summary>Windows in it.</summary>
    public required int Windows { get; init; }

    /// <summary>Highest grade.</summary>
    public required double Grade { get; init; }

    /// <summary>The key for people, not escaped.</summary>
    public string KeyText => string.Join(", ", Key.Select(k => k.Value));

    /// <summary>Whether two episodes of a key are of the same time.</summary>
    internal bool Meets(AnomalyEpisode other) => Start <= other.End + Gap && other.Start <= End + Gap;
}

/// <summary>A window that a model finds strange.</summary>
internal readonly record struct FoundWindow(long Start, long End, Severity Severity, double Grade);

/// <summary>Joins strange windows of keys to episodes.</summary>
internal static class EpisodeJoin
{
    /// <summary>Episodes of a key, by time: they end with a pause and at midnight UTC.</summary>
    public static List<AnomalyEpisode> Join(FeatureSchema schema, ReadOnlySpan<byte> key, IEnumerable<FoundWindow> windows)
    {
        var names = NamesOf(schema, key);
        var episodes = new List<AnomalyEpisode>();
        AnomalyEpisode? open = null;
        foreach (var window in windows.OrderBy(w => w.End).ThenBy(w => w.Start))
        {
            if (open is not null && window.End - open.End <= AnomalyEpisode.Gap && UtcDay.OfWindowEnd(window.End) == UtcDay.OfWindowEnd(open.End))
            {
                open = open with
                {
                    Start = Math.Min(open.Start, window.Start),
                    End = window.End,
                    Severity = (Severity)Math.Max((byte)open.Severity, (byte)window.Severity),
                    Grade = Math.Max(open.Grade, window.Grade),
                    Windows = open.Windows + 1,
                };
                episodes[^1] = open;
                continue;
            }

            open = new AnomalyEpisode
            {
                Profile = schema.Profile,
                Key = names,
                Severity = window.Severity,
                Start = window.Start,
                End = window.End,
                Windows = 1,
                Grade = window.Grade,
            };
            episodes.Add(open);
        }

        return episodes;
    }

    private static List<(string, string)> NamesOf(FeatureSchema schema, ReadOnlySpan<byte> key)
    {
        var names = new List<(string, string)>();
        foreach (var range in key.Split((byte)0))
        {
            names.Add((names.Count < schema.KeyNames.Length ? schema.KeyNames[names.Count] : "", Encoding.UTF8.GetString(key[range])));
        }

        return names;
    }
}
