using System.Text;
using SecStream.Core.Events;
using SecStream.Core.Features;
using SecStream.Training;
using SecStream.Training.Artefacts;
using SecStream.Training.Exclusions;

namespace SecStream.Host.Tests.Features;

/// <summary>Windows of a few keys over some days, in memory.</summary>
internal static class GeneratedWindows
{
    public const int Keys = 16;
    public const long Window = 5 * EventClock.Minute;
    public const int WindowsPerDay = (int)(EventClock.Day / Window);
    private const int FirstDay = 20_513;

    public static long First => FirstDay * EventClock.Day;

    public static FeatureSchema Schema { get; } = new()
    {
        Profile = "api-key",
        Version = "0123456789abcdef",
        KeyNames = ["secstream.api_key.id"],
        Windows = [Window],
        Features =
        [
            new FeatureDefinition { Name = "requests", Noun = "requests", IsCount = true },
            new FeatureDefinition { Name = "error_ratio", Noun = "share of errors", Scale = FeatureScale.Linear },
            new FeatureDefinition { Name = "latency", Noun = "ms on average" },
        ],
        Categories = [new CategoryDefinition("country", "source.geo.country_iso_code", 0.2)],
    };

    /// <summary>A model trained on 16 days: the fewest windows from which the tail of a calibration can be learned.</summary>
    public static Lazy<ArtefactDraft> Trained { get; } = new(() =>
        new TrainingRun(Store(days: 16), Evidence.None.Excluded, Evidence.None.Explained, new TrainingOptions()).Train(null, CancellationToken.None));

    public static IFeatureStore Store(int days) => new MemoryStore(days);

    private static FeatureVector Make(int key, long start)
    {
        var random = new Random((int)((((ulong)key * 1_000_003) + (ulong)(start / Window)) * 0x9E37_79B9_7F4A_7C15 >> 33));
        var window = FeatureVector.Of(Schema);
        window.Key = Encoding.UTF8.GetBytes($"key-{key}");
        (window.Start, window.End) = (start, start + Window);
        // None on the days that calibrate, where a few would decide alone how far the tail reaches.
        var hasSpikes = start < First + (2 * EventClock.Day) || start >= First + (12 * EventClock.Day);
        var hour = (int)(start / EventClock.Hour % 24);
        var requests = Math.Round((10 + (4 * key)) * (1.5 + Math.Sin(2 * Math.PI * hour / 24)) * (0.7 + (0.6 * random.NextDouble()))) + (hasSpikes && random.Next(3000) == 0 ? 400 : 0);
        window.Events = (long)requests;
        window.Values[0] = requests;
        window.Values[1] = 0.1 * random.NextDouble();
        window.Values[2] = random.Next(10) == 0 ? double.NaN : 20 + (30 * random.NextDouble());
        window.Categories[0].Add(new CategoryCount(1, "NL", window.Events - 1));
        window.Categories[0].Add(new CategoryCount(2, "B,\"E", 1));
        return window;
    }

    private sealed class MemoryStore(int days) : IFeatureStore
    {
        public IReadOnlyList<FeatureSchema> Schemas() => [Schema];

        public IReadOnlyList<long> Days(FeatureSchema schema) => [.. Enumerable.Range(FirstDay, days).Select(d => (long)d)];

        public IEnumerable<FeatureVector> Read(FeatureSchema schema, long window, long day) =>
            from place in Enumerable.Range(0, WindowsPerDay)
            from key in Enumerable.Range(0, Keys)
            select Make(key, (day * EventClock.Day) + (place * Window));
    }
}
