using SecStream.Models.ChangePoint;
using SecStream.Models.Ewma;
using SecStream.Models.IidSpike;
using SecStream.Models.Iqr;
using SecStream.Models.RobustZScore;
using SecStream.Models.SeasonalBaseline;
using SecStream.Models.SequenceModel;
using SecStream.Models.SeriesEnsemble;
using SecStream.Models.SpectralResidual;
using SecStream.Models.SsaSpike;
using SecStream.Models.WindowedZScore;

namespace SecStream.Models.Tests.Series;

/// <summary>The series detectors by name, and what tests do with all of them.</summary>
internal static class Detectors
{
    private const long Minute = 60_000_000;

    public static IReadOnlyDictionary<string, Func<ISeriesDetector>> All { get; } = new SortedDictionary<string, Func<ISeriesDetector>>(StringComparer.Ordinal)
    {
        ["windowed-z-score"] = () => new WindowedZScoreDetector(new WindowedZScoreOptions()),
        ["robust-z-score"] = () => new RobustZScoreDetector(new RobustZScoreOptions()),
        ["iqr"] = () => new IqrDetector(new IqrOptions()),
        ["ewma"] = () => new EwmaDetector(new EwmaOptions()),
        ["iid-spike"] = () => new IidSpikeDetector(new IidSpikeOptions()),
        ["ssa-spike"] = () => new SsaSpikeDetector(new SsaSpikeOptions { HistoryCount = 200 }),
        ["spectral-residual"] = () => new SpectralResidualDetector(new SpectralResidualOptions()),
        ["change-point"] = () => new ChangePointDetector(new ChangePointOptions()),
        ["seasonal-baseline"] = () => new SeasonalBaselineDetector(new SeasonalBaselineOptions()),
        ["series-ensemble"] = () => new SeriesEnsembleDetector(new SeriesEnsembleOptions { HistoryCount = 300 }),
        ["sequence"] = () => new SequenceModelDetector(new SequenceModelOptions { MaxEntryCount = 200 }),
    };

    public static IEnumerable<object[]> Names => All.Keys.Select(name => new object[] { name });

    /// <summary>Those that judge values, not symbols.</summary>
    public static IEnumerable<object[]> NamesOfValues => All.Keys.Where(name => name != "sequence").Select(name => new object[] { name });

    /// <summary>A time in 10 minute steps from a Monday on.</summary>
    public static long Time(int point) => 1_767_571_200_000_000 + (point * 10L * Minute);

    /// <summary>A series with season, noise, spikes and a jump; whole numbers for the sequence model.</summary>
    public static double[] Values(string name, int count, int seed)
    {
        var random = new Random(seed);
        var values = new double[count];
        for (var i = 0; i < count; i++)
        {
            var level = i > count / 2 ? 140 : 100;
            var spike = random.Next(60) == 0 ? 80 : 0;
            values[i] = name == "sequence"
                ? random.Next(5) == 0 ? random.Next(9) : i % 4
                : level + (20 * Math.Sin(2 * Math.PI * i / 12)) + (6 * random.NextDouble()) + spike;
        }

        return values;
    }

    public static byte[] Saved(Action<BinaryWriter> save)
    {
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream);
        save(writer);
        writer.Flush();
        return stream.ToArray();
    }

    public static double[] Run(ISeriesDetector detector, double[] values, int from = 0) =>
        [.. values.Select((value, i) => detector.Next(Time(from + i), value))];
}
