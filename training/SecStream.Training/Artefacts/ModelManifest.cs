using System.Text.Json;
using System.Text.Json.Serialization;
using SecStream.Core.Alerts;
using SecStream.Training.Days;

namespace SecStream.Training.Artefacts;

/// <summary>
/// What a training says of the model it made: <c>manifest.json</c>. A function of the stored windows, the exclusions and the seed alone, so that the same training
/// gives the same bytes; when and by whom is in the registry.
/// </summary>
public sealed record ModelManifest
{
    /// <summary>Name of the file.</summary>
    public const string FileName = "manifest.json";

    /// <summary>Format of the artefact.</summary>
    public const int CurrentFormat = 1;

    private static readonly JsonSerializerOptions s_options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DictionaryKeyPolicy = null,
        WriteIndented = true,
        NewLine = "\n",
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower), new FiniteNumbers() },
    };

    /// <summary>Format of the artefact.</summary>
    public int Format { get; init; } = CurrentFormat;

    /// <summary>Seed of everything that is drawn.</summary>
    public required ulong Seed { get; init; }

    /// <summary>Days that were used, by what for.</summary>
    public required ManifestDays Days { get; init; }

    /// <summary>N_ref: windows scored a day over all classes. p · N_ref is the number of false alerts a day.</summary>
    public required double WindowsPerDay { get; init; }

    /// <summary>The classes: one a profile and length of window.</summary>
    public required IReadOnlyList<ManifestClass> Classes { get; init; }

    /// <summary>Profiles that have no model yet, and why.</summary>
    public IReadOnlyList<ManifestSkipped> Skipped { get; init; } = [];

    /// <summary>What was left out.</summary>
    public required ManifestExclusions Excluded { get; init; }

    /// <summary>False alerts a day, expected and measured, over all classes.</summary>
    public required IReadOnlyList<ManifestBudget> Budget { get; init; }

    /// <summary>The other files of the artefact.</summary>
    public IReadOnlyList<ManifestFile> Files { get; init; } = [];

    /// <summary>Whether windows of any class are judged; a model of too few windows can't be calibrated.</summary>
    [JsonIgnore]
    public bool CanJudge => Classes.Any(c => c.Refusal is null);

    /// <summary>The bytes of the file.</summary>
    public byte[] ToBytes() => [.. JsonSerializer.SerializeToUtf8Bytes(this, s_options), (byte)'\n'];

    /// <summary>Reads the bytes of the file.</summary>
    /// <exception cref="InvalidDataException">They are none of a manifest.</exception>
    public static ModelManifest Parse(ReadOnlySpan<byte> content)
    {
        try
        {
            return JsonSerializer.Deserialize<ModelManifest>(content, s_options) is { Format: CurrentFormat } manifest
                ? manifest
                : throw new InvalidDataException($"its format is not {CurrentFormat}; use the version of SecStream that wrote it");
        }
        catch (JsonException fault)
        {
            throw new InvalidDataException($"not a manifest: {fault.Message}", fault);
        }
    }
}

/// <summary>Days that were used: <c>2026-03-28</c>.</summary>
/// <param name="Fit">Days that were fitted.</param>
/// <param name="Calibrate">Days that calibrated.</param>
/// <param name="Evaluate">Days that evaluated.</param>
public sealed record ManifestDays(IReadOnlyList<string> Fit, IReadOnlyList<string> Calibrate, IReadOnlyList<string> Evaluate)
{
    /// <summary>First day; null: none.</summary>
    [JsonIgnore]
    public string? First => Fit.Concat(Calibrate).Concat(Evaluate).Order(StringComparer.Ordinal).FirstOrDefault();

    /// <summary>Last day; null: none.</summary>
    [JsonIgnore]
    public string? Last => Fit.Concat(Calibrate).Concat(Evaluate).Order(StringComparer.Ordinal).LastOrDefault();

    /// <summary>Whether the model has learned from a day: what it does on it says nothing of days to come.</summary>
    public bool HasLearnedFrom(long day) => Fit.Contains(UtcDay.Show(day)) || Calibrate.Contains(UtcDay.Show(day));

    /// <summary>The days of a split.</summary>
    public static ManifestDays Of(DaySplit split) =>
        new([.. split.Fit.Select(UtcDay.Show)], [.. split.Calibrate.Select(UtcDay.Show)], [.. split.Evaluate.Select(UtcDay.Show)]);
}

/// <summary>The model of a profile's windows of one length.</summary>
public sealed record ManifestClass
{
    /// <summary>The profile.</summary>
    public required string Profile { get; init; }

    /// <summary>Version of its schema; windows of another version are not judged.</summary>
    public required string SchemaVersion { get; init; }

    /// <summary>Length of the windows, seconds.</summary>
    public required long WindowSeconds { get; init; }

    /// <summary>Names of the features.</summary>
    public required IReadOnlyList<string> Features { get; init; }

    /// <summary>Days of its windows, by what for.</summary>
    public required ManifestDays Days { get; init; }

    /// <summary>Keys that are judged by their own past.</summary>
    public required long Keys { get; init; }

    /// <summary>Keys seen too shortly: judged by the class.</summary>
    public required long LearningKeys { get; init; }

    /// <summary>Windows fitted.</summary>
    public required long FitWindows { get; init; }

    /// <summary>Windows that the calibration rests on.</summary>
    public required long CalibrationWindows { get; init; }

    /// <summary>Windows judged on the days that evaluate.</summary>
    public required long EvaluationWindows { get; init; }

    /// <summary>Windows scored a day: this class's part of N_ref.</summary>
    public required double WindowsPerDay { get; init; }

    /// <summary>Highest severity that keys with a past can reach; null: none.</summary>
    public Severity? Reachable { get; init; }

    /// <summary>The same for keys judged by the class.</summary>
    public Severity? ReachableLearning { get; init; }

    /// <summary>Least probability that the calibration may state.</summary>
    public required double Floor { get; init; }

    /// <summary>Why it is not judged; null: it is.</summary>
    public string? Refusal { get; init; }

    /// <summary>What whoever promotes it should know.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];
}

/// <summary>A profile without a model.</summary>
/// <param name="Profile">The profile.</param>
/// <param name="Reason">Why: "learning until 2026-03-15 …".</param>
public sealed record ManifestSkipped(string Profile, string Reason);

/// <summary>What was left out, by reason.</summary>
/// <param name="Entities">Entities, whether they have windows or not.</param>
/// <param name="Windows">Windows of days that fit or calibrate.</param>
public sealed record ManifestExclusions(IReadOnlyDictionary<string, long> Entities, IReadOnlyDictionary<string, long> Windows);

/// <summary>False alerts a day of one severity.</summary>
public sealed record ManifestBudget
{
    /// <summary>The severity; what is more severe counts, too.</summary>
    public required Severity Severity { get; init; }

    /// <summary>How many there may be.</summary>
    public required double Budget { get; init; }

    /// <summary>Probability from which a window has this severity.</summary>
    public required double Threshold { get; init; }

    /// <summary>How many are expected at most: threshold · N_ref where the severity can be reached, else none.</summary>
    public required double Expected { get; init; }

    /// <summary>Classes in which it can be reached.</summary>
    public required int ReachableClasses { get; init; }

    /// <summary>How many windows there were on the days that evaluate, where nothing but a model speaks for an attack.</summary>
    public required double Measured { get; init; }

    /// <summary>Lower end of the 95 % interval of what was measured.</summary>
    public required double MeasuredLow { get; init; }

    /// <summary>Upper end of it.</summary>
    public required double MeasuredHigh { get; init; }
}

/// <summary>A file of an artefact.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Bytes">Its length.</param>
/// <param name="Sha256">Its content, hex.</param>
public sealed record ManifestFile(string Name, long Bytes, string Sha256);
