using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Serialization;
using SecStream.Core.Alerts;
using SecStream.Stages.Alerting;

namespace SecStream.Host.Replay;

/// <summary>One source of a replay.</summary>
public sealed record SourceSummary(
    string Name, string Format, long Events, long DeadLetters, long Skipped, long Late, long Unevaluated, long ClockSkew, string? FirstEvent, string? LastEvent);

/// <summary><c>summary.json</c>.</summary>
public sealed record ReplaySummary
{
    private static readonly JsonSerializerOptions s_json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DictionaryKeyPolicy = null,
        WriteIndented = true,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    /// <summary>Events accepted.</summary>
    public required long Events { get; init; }

    /// <summary>Lines that could not be parsed.</summary>
    public required long DeadLetters { get; init; }

    /// <summary>Events late by more than L.</summary>
    public required long Late { get; init; }

    /// <summary>Of these the ones later than H: not evaluated.</summary>
    public required long LateUnevaluated { get; init; }

    /// <summary>Settled alerts.</summary>
    public required long Alerts { get; init; }

    /// <summary>Incidents they form.</summary>
    public required long Incidents { get; init; }

    /// <summary>Alerts by rule code; rules without alerts are listed with 0.</summary>
    public required SortedDictionary<string, long> AlertsByRule { get; init; }

    /// <summary>Alerts by severity.</summary>
    public required SortedDictionary<string, long> AlertsBySeverity { get; init; }

    /// <summary>What could not be seen.</summary>
    public required IReadOnlyList<BlindSpot> BlindSpots { get; init; }

    /// <summary>The sources.</summary>
    public required IReadOnlyList<SourceSummary> Sources { get; init; }

    /// <summary>Content hashes of rules, GeoIP and lists.</summary>
    public required IReadOnlyDictionary<string, string> Versions { get; init; }

    /// <summary>Zone of times that name none.</summary>
    public required string Timezone { get; init; }

    /// <summary>Wall-clock time of the run.</summary>
    public required double ElapsedSeconds { get; init; }

    /// <summary>Processor time of the whole process.</summary>
    public required double CpuSeconds { get; init; }

    /// <summary>Events per second of wall-clock time.</summary>
    public required double EventsPerSecond { get; init; }

    /// <summary>Highest resident memory of the process, in bytes.</summary>
    public required long PeakBytes { get; init; }

    /// <summary>Sums a run up.</summary>
    internal static ReplaySummary Make(Topology topology, Knowledge knowledge, AlertBook book, int alerts, TimeSpan elapsed)
    {
        var sources = topology.Sources().Select(s => Source(s.Source, s.Counters, s.Format)).ToList();
        var final = book.FinalIncidents();
        var members = final.SelectMany(incident => incident.Alerts).ToList();
        using var process = Process.GetCurrentProcess();
        var events = sources.Sum(s => s.Events);
        return new ReplaySummary
        {
            Events = events,
            DeadLetters = sources.Sum(s => s.DeadLetters),
            Late = sources.Sum(s => s.Late + s.Unevaluated),
            LateUnevaluated = sources.Sum(s => s.Unevaluated),
            Alerts = alerts,
            Incidents = final.Count,
            AlertsByRule = Count(knowledge.Plan.Rules.Rules.Select(r => r.Code), members.Select(m => m.Rule.Code)),
            AlertsBySeverity = Count(Enum.GetValues<Severity>().Select(NameOf), members.Select(m => NameOf(m.Rule.Severity))),
            BlindSpots = SecStream.Host.BlindSpots.Of(topology, knowledge),
            Sources = sources,
            Versions = knowledge.Versions,
            Timezone = sources.Count > 0 ? topology.Sources().First().Source.Options.Zone.Id : "UTC",
            ElapsedSeconds = Math.Round(elapsed.TotalSeconds, 3),
            CpuSeconds = Math.Round(process.TotalProcessorTime.TotalSeconds, 3),
            EventsPerSecond = Math.Round(events / Math.Max(elapsed.TotalSeconds, 1e-6)),
            PeakBytes = process.PeakWorkingSet64,
        };
    }

    /// <summary>The summary as indented JSON.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, s_json);

    private static SourceSummary Source(SourceSpec spec, Stages.Ingest.PartitionCounters counters, string format) => new(
        spec.Source.Name,
        format,
        counters.Events,
        counters.DeadLetters.Values.Sum(),
        counters.Skipped,
        counters.Late,
        counters.Unevaluated,
        counters.Skewed,
        counters.Events > 0 ? Time(counters.FirstTime) : null,
        counters.Events > 0 ? Time(counters.LastTime) : null);

    private static string NameOf(Severity severity) => severity.ToString().ToLowerInvariant();

    private static string Time(long time)
    {
        Span<byte> text = stackalloc byte[Core.Text.IsoTimestamp.Length];
        Core.Text.IsoTimestamp.Write(time, text);
        return System.Text.Encoding.ASCII.GetString(text);
    }

    private static SortedDictionary<string, long> Count(IEnumerable<string> all, IEnumerable<string> found)
    {
        var counts = new SortedDictionary<string, long>(StringComparer.Ordinal);
        foreach (var name in all)
        {
            counts[name] = 0;
        }

        foreach (var name in found)
        {
            counts[name] = counts.GetValueOrDefault(name) + 1;
        }

        return counts;
    }
}
