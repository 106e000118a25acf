using SecStream.Training.Artefacts;
using SecStream.Training.Days;

namespace SecStream.Training.Tests.Harness;

/// <summary>Artefacts without a training.</summary>
internal static class Drafts
{
    public const long Day = 20_500;

    /// <summary>An artefact whose content follows from a number.</summary>
    public static ArtefactDraft Make(int number, long lastDay = Day) =>
        new(lastDay, Manifest(lastDay), [(Artefact.ModelFile, [1, 2, 3, (byte)number]), (Artefact.ReportFile, "{}\n"u8.ToArray())]);

    /// <summary>A manifest: fitted, calibrated and evaluated on two days each, the last one last.</summary>
    public static ModelManifest Manifest(long lastDay = Day) => new()
    {
        Seed = 1,
        Days = ManifestDays.Of(new DaySplit([lastDay - 5, lastDay - 4], [lastDay - 3, lastDay - 2], [lastDay - 1, lastDay])),
        WindowsPerDay = 144,
        Classes =
        [
            new ManifestClass
            {
                Profile = "api-key", SchemaVersion = "1", WindowSeconds = 3600, Features = [], Days = ManifestDays.Of(new DaySplit([], [], [])), Keys = 6, LearningKeys = 0,
                FitWindows = 1000, CalibrationWindows = 1000, EvaluationWindows = 1000, WindowsPerDay = 144, Floor = 1e-6,
            },
        ],
        Excluded = new ManifestExclusions(new Dictionary<string, long>(), new Dictionary<string, long>()),
        Budget = [],
    };
}
