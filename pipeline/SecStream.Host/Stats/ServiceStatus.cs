using System.Text.Json;
using System.Text.Json.Serialization;

namespace SecStream.Host.Stats;

/// <summary>A source, as <c>status.json</c> tells of it.</summary>
public sealed record SourceStatus
{
    /// <summary>Name.</summary>
    public required string Name { get; init; }

    /// <summary><c>file</c> or <c>journal</c>.</summary>
    public required string Kind { get; init; }

    /// <summary>Format; empty before the first event.</summary>
    public string Format { get; init; } = "";

    /// <summary>Position of the next record.</summary>
    public long Position { get; init; }

    /// <summary>It had nothing more when it was asked last.</summary>
    public bool CaughtUp { get; init; }

    /// <summary>How far the watermark lies behind the present, s; null before the first event.</summary>
    public double? LagSeconds { get; init; }

    /// <summary>Watermark, event time; null before the first event.</summary>
    public DateTimeOffset? Watermark { get; init; }

    /// <summary>Events accepted.</summary>
    public long Events { get; init; }

    /// <summary>Records that could not be parsed.</summary>
    public long DeadLetters { get; init; }

    /// <summary>Events late by more than L.</summary>
    public long Late { get; init; }

    /// <summary>Events later than H.</summary>
    public long Unevaluated { get; init; }

    /// <summary>Events ahead of their arrival.</summary>
    public long Skewed { get; init; }
}

/// <summary>A journal of a listener.</summary>
/// <param name="Name">Name.</param>
/// <param name="Records">Records appended since the start.</param>
/// <param name="Bytes">Bytes on disk.</param>
/// <param name="UnreleasedBytes">Bytes that were not read yet.</param>
/// <param name="Dropped">Records dropped since the start.</param>
/// <param name="Full">An append would wait.</param>
public sealed record JournalStatus(string Name, long Records, long Bytes, long UnreleasedBytes, long Dropped, bool Full);

/// <summary>Segments of a kind of output.</summary>
/// <param name="Class">Retention class of events, <c>dead_letters</c>, <c>outbox</c>.</param>
/// <param name="Count">Segments.</param>
/// <param name="Bytes">Bytes on disk.</param>
public sealed record SegmentStatus(string Class, int Count, long Bytes);

/// <summary><c>state/status.json</c>: how a running service does. Replaced as a whole every few seconds.</summary>
public sealed record ServiceStatus
{
    private static readonly JsonSerializerOptions s_json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        WriteIndented = true,
    };

    /// <summary>When the service started.</summary>
    public required DateTimeOffset Started { get; init; }

    /// <summary>When this was written.</summary>
    public required DateTimeOffset Now { get; init; }

    /// <summary>Process that wrote it.</summary>
    public int ProcessId { get; init; } = Environment.ProcessId;

    /// <summary>Address of the HTTP interface; null: off.</summary>
    public string? Url { get; init; }

    /// <summary>The sources.</summary>
    public IReadOnlyList<SourceStatus> Sources { get; init; } = [];

    /// <summary>Rules in force.</summary>
    public int Rules { get; init; }

    /// <summary>Alerts raised since the start, by rule.</summary>
    public IReadOnlyDictionary<string, long> AlertsByRule { get; init; } = new Dictionary<string, long>();

    /// <summary>By severity.</summary>
    public IReadOnlyDictionary<string, long> AlertsBySeverity { get; init; } = new Dictionary<string, long>();

    /// <summary>By state.</summary>
    public IReadOnlyDictionary<string, long> AlertsByState { get; init; } = new Dictionary<string, long>();

    /// <summary>Memory of all keys' state.</summary>
    public long StateBytes { get; init; }

    /// <summary>Resident memory of the process.</summary>
    public long ResidentBytes { get; init; } = Environment.WorkingSet;

    /// <summary>Journals.</summary>
    public IReadOnlyList<JournalStatus> Journals { get; init; } = [];

    /// <summary>Segments.</summary>
    public IReadOnlyList<SegmentStatus> Segments { get; init; } = [];

    /// <summary>When the last snapshot was complete; null: none yet.</summary>
    public DateTimeOffset? SnapshotAt { get; init; }

    /// <summary>Content hashes of rules, GeoIP and lists.</summary>
    public IReadOnlyDictionary<string, string> Versions { get; init; } = new Dictionary<string, string>();

    /// <summary>Open entries of the ledger.</summary>
    public int OpenBlindSpots { get; init; }

    /// <summary>The file of a data folder.</summary>
    public static string PathIn(string directory) => Path.Combine(directory, "state", "status.json");

    /// <summary>The status as JSON.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, s_json);

    /// <summary>Reads the status of a data folder; null when there is none, or what is there is none.</summary>
    public static ServiceStatus? Read(string directory)
    {
        try
        {
            return JsonSerializer.Deserialize<ServiceStatus>(File.ReadAllBytes(PathIn(directory)), s_json);
        }
        catch (Exception fault) when (fault is JsonException or FileNotFoundException or DirectoryNotFoundException)
        {
            // A view for people, written anew every few seconds: a missing or torn one says no more than that the service does not write it.
            return null;
        }
    }

    /// <summary>Writes the status of a data folder, so that a reader sees the old or the new one, whole. Not flushed to disk: after a crash it is stale anyway.</summary>
    /// <exception cref="IOException">It can't be written.</exception>
    public void Write(string directory)
    {
        var path = PathIn(directory);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path + ".tmp", ToJson());
        File.Move(path + ".tmp", path, overwrite: true);
    }
}
