namespace SecStream.Host.Ledger;

/// <summary>From when on something counts as a blind spot.</summary>
public sealed record CollectorOptions
{
    /// <summary>A source is silent after this, or ten times its usual gap if that is longer. Default 15 min.</summary>
    public TimeSpan SilentAfter { get; init; } = TimeSpan.FromMinutes(15);

    /// <summary>No source is expected to speak less often than this. Default 3 d.</summary>
    public TimeSpan LongestSilence { get; init; } = TimeSpan.FromDays(3);

    /// <summary>Shares are measured over this time, and counted events keep an entry open for as long after the last. Default 5 min.</summary>
    public TimeSpan Window { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Share of a source's lines that may be unparseable, 0–1. Default 0: each one counts.</summary>
    public double ParseFailureShare { get; init; }

    /// <summary>Share of a source's events that may be late, 0–1. Default 0.05.</summary>
    public double LateShare { get; init; } = 0.05;

    /// <summary>A source that is not caught up for longer than this is behind. Default 1 min.</summary>
    public TimeSpan BehindAfter { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>A rule is blind when no event could reach it for this long. Default 24 h.</summary>
    public TimeSpan BlindAfter { get; init; } = TimeSpan.FromHours(24);

    /// <summary>Ages from which files are stale, by kind (<see cref="KnownFile.Kind"/>); kinds that are not there never are. Default: GeoIP 60 d, intel 7 d.</summary>
    public IReadOnlyDictionary<string, TimeSpan> StaleAfter { get; init; } = new Dictionary<string, TimeSpan>(StringComparer.Ordinal)
    {
        ["geoip"] = TimeSpan.FromDays(60),
        ["intel"] = TimeSpan.FromDays(7),
    };
}
