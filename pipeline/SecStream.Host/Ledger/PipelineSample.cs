using SecStream.Stages.Rules.Evaluation;

namespace SecStream.Host.Ledger;

/// <summary>Counters of a source at one moment. Numbers only grow, save when a restart sets them back.</summary>
/// <param name="Name">The source.</param>
/// <param name="Events">Events accepted.</param>
/// <param name="Skipped">Blank lines.</param>
/// <param name="DeadLetters">Records that could not be parsed, by error class.</param>
/// <param name="Late">Events late by more than L.</param>
/// <param name="Unevaluated">Events later than H.</param>
/// <param name="Skewed">Events ahead of their arrival.</param>
/// <param name="CaughtUp">It had nothing more when it was asked last.</param>
public sealed record SourceSample(
    string Name, long Events, long Skipped, IReadOnlyDictionary<string, long> DeadLetters, long Late, long Unevaluated, long Skewed, bool CaughtUp)
{
    /// <summary>How far behind the present it is, when it is not caught up and that is known.</summary>
    public TimeSpan? Lag { get; init; }

    /// <summary>Why records are missing from it (<see cref="BlindSpotKinds.SourceGap"/>); null: none are.</summary>
    public string? Gap { get; init; }

    /// <summary>Records read, of whatever kind.</summary>
    internal long Records => Events + Skipped + DeadLetters.Values.Sum();
}

/// <summary>A file that enrichment reads, and when it was renewed.</summary>
/// <param name="Kind"><c>geoip</c>, <c>intel</c>, <c>blacklist</c>, <c>allow</c> or <c>entities</c>.</param>
/// <param name="Path">Where it lies.</param>
/// <param name="Renewed">Its modification time.</param>
public readonly record struct KnownFile(string Kind, string Path, DateTimeOffset Renewed);

/// <summary>A rule that no event could reach so far.</summary>
public readonly record struct BlindRule(string Code, string Title, string Why);

/// <summary>What the collector looks at: the pipeline at one moment, without anything live in it.</summary>
public sealed record PipelineSample
{
    /// <summary>The sources.</summary>
    public required IReadOnlyList<SourceSample> Sources { get; init; }

    /// <summary>Keys evicted so far.</summary>
    public long Evicted { get; init; }

    /// <summary>Occurrences dropped beyond the bound of a history so far.</summary>
    public long Lost { get; init; }

    /// <summary>A GeoIP file with locations is loaded.</summary>
    public bool KnowsLocations { get; init; }

    /// <summary>Rules that no event since the start could reach.</summary>
    public IReadOnlyList<BlindRule> BlindRules { get; init; } = [];

    /// <summary>Files of the enrichment.</summary>
    public IReadOnlyList<KnownFile> Files { get; init; } = [];

    /// <summary>Takes a sample of the running pipeline.</summary>
    /// <param name="topology">The pipeline.</param>
    /// <param name="knowledge">What is in force.</param>
    /// <param name="isCaughtUp">By number of the source (<see cref="Engine.Pump.IsCaughtUp"/>).</param>
    /// <param name="files">Files of the enrichment (<see cref="KnownFiles.Of"/>).</param>
    public static PipelineSample Of(Topology topology, Knowledge knowledge, Func<int, bool> isCaughtUp, IReadOnlyList<KnownFile> files)
    {
        var counters = topology.Counters();
        return new PipelineSample
        {
            Sources = [.. topology.Sources().Select((s, p) => new SourceSample(
                s.Source.Source.Name,
                s.Counters.Events,
                s.Counters.Skipped,
                new Dictionary<string, long>(s.Counters.DeadLetters, StringComparer.Ordinal),
                s.Counters.Late,
                s.Counters.Unevaluated,
                s.Counters.Skewed,
                isCaughtUp(p)) { Gap = BlindSpots.GapOf(s.Source.Source) })],
            Evicted = counters.Evicted,
            Lost = counters.Lost,
            KnowsLocations = knowledge.Enrichment.Geo.KnowsLocations,
            BlindRules = [.. BlindSpots.BlindRules(topology, knowledge)],
            Files = files,
        };
    }
}
