using SecStream.Core.Events;
using SecStream.Core.Features;
using SecStream.Host.Tests.Features;
using SecStream.Models.WindowModels;
using SecStream.Training.Artefacts;
using SecStream.Training.Days;
using SecStream.Training.Registry;

namespace SecStream.Host.Tests.Harness;

/// <summary>A data folder whose registry holds models that were trained: the same content under several ids.</summary>
internal sealed class TrainedModels : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public TrainedModels() => Registry = new ModelRegistry(Data, TimeProvider.System);

    /// <summary>The day after the last that they know.</summary>
    public static long Today => UtcDay.Read(GeneratedWindows.Trained.Value.Id[..4] + "-" + GeneratedWindows.Trained.Value.Id[4..6] + "-" + GeneratedWindows.Trained.Value.Id[6..8])!.Value + 1;

    public string Data => _folder.File("data");

    public ModelRegistry Registry { get; }

    /// <summary>Keeps one more; the same number is the same model.</summary>
    public string Add(ulong number)
    {
        var trained = GeneratedWindows.Trained.Value;
        return Registry.Add(new ArtefactDraft(Today - 1, trained.Manifest with { Seed = number }, trained.Files), "test");
    }

    public ModelSet Load(string id) => Registry.Open(id).Load();

    /// <summary>An ordinary window of the class that they judge, which ends within a day.</summary>
    public static FeatureVector Window(long day)
    {
        var end = (day * EventClock.Day) + (12 * EventClock.Hour);
        var window = FeatureVector.Of(GeneratedWindows.Schema);
        (window.Key, window.Start, window.End, window.Events) = ("key-3"u8.ToArray(), end - GeneratedWindows.Window, end, 33);
        (window.Values[0], window.Values[1], window.Values[2]) = (33, 0.05, 35);
        window.Categories[0].AddRange([new CategoryCount(1, "NL", 32), new CategoryCount(2, "B,\"E", 1)]);
        return window;
    }

    public void Dispose() => _folder.Dispose();
}
