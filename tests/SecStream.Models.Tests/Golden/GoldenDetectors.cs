using SecStream.Models.Ecod;
using SecStream.Models.ExtendedIsolationForest;
using SecStream.Models.Fused;
using SecStream.Models.Hbos;
using SecStream.Models.IsolationForest;
using SecStream.Models.KnnCoreset;
using SecStream.Models.MlNet;
using SecStream.Models.MlNet.RandomizedPca;
using SecStream.Models.RobustCovariance;
using SecStream.Models.SequenceModel;
using SecStream.Models.SeriesEnsemble;
using SecStream.Models.SsaSpike;
using SecStream.Models.StreamingForest;
using SecStream.Models.Tests.Series;
using SecStream.Models.Tests.Vectors;

namespace SecStream.Models.Tests.Golden;

/// <summary>Small detectors of every kind, made the same way each time.</summary>
internal static class GoldenDetectors
{
    private const int Features = 3;
    private const int Learned = 400;
    private const int Judged = 60;
    private const int Seed = 20;

    /// <summary>Trainers whose artefacts are small.</summary>
    public static IReadOnlyList<IVectorTrainer> Trainers { get; } =
    [
        new IsolationForestTrainer(new IsolationForestOptions { Trees = 8, SampleSize = 16 }),
        new ExtendedIsolationForestTrainer(new ExtendedIsolationForestOptions { Trees = 8, SampleSize = 16 }),
        new RobustCovarianceTrainer(new RobustCovarianceOptions()),
        new KnnCoresetTrainer(new KnnCoresetOptions { CoresetSize = 40, Neighbour = 3 }),
        new HbosTrainer(new HbosOptions()),
        new EcodTrainer(new EcodOptions { Points = 100 }),
        new FusedTrainer(new FusedOptions { CalibrationRows = 150, Members = [new FusedMember(new HbosTrainer(new HbosOptions()), 1), new FusedMember(new RobustCovarianceTrainer(new RobustCovarianceOptions()), 2)] }),
        new RandomizedPcaTrainer(new RandomizedPcaOptions()),
    ];

    public static ISeriesDetector Series(string name) => name switch
    {
        "ssa-spike" => new SsaSpikeDetector(new SsaSpikeOptions { HistoryCount = 80 }),
        "series-ensemble" => new SeriesEnsembleDetector(new SeriesEnsembleOptions { HistoryCount = 300 }),
        "sequence" => new SequenceModelDetector(new SequenceModelOptions { MaxEntryCount = 100 }),
        _ => Detectors.All[name](),
    };

    public static StreamingForestDetector Stream() => new(new StreamingForestOptions { Trees = 5, Depth = 5, Window = 64 }, Features, 3);

    /// <summary>Everything as this build does it.</summary>
    public static IEnumerable<GoldenState> Make() => [.. Detectors.All.Keys.Select(MakeSeries), .. Trainers.Select(MakeVector), MakeStream()];

    /// <summary>Judges what is recorded, from the recorded state.</summary>
    public static double[] Continue(GoldenState golden)
    {
        using var reader = new BinaryReader(new MemoryStream(golden.State));
        if (Detectors.All.ContainsKey(golden.Detector))
        {
            var series = Series(golden.Detector);
            series.Restore(reader);
            return [.. golden.Next.Select((value, i) => series.Next(golden.From + (i * 600_000_000L), value))];
        }

        if (golden.Detector == "streaming-forest")
        {
            var stream = Stream();
            stream.Restore(reader);
            return Run(stream, golden.Next);
        }

        return GeneratedRows.Scores(MlNetDetectors.Load(reader), golden.Next);
    }

    private static GoldenState MakeSeries(string name)
    {
        var values = Detectors.Values(name, Learned + Judged, Seed);
        var detector = Series(name);
        Detectors.Run(detector, values[..Learned]);
        var state = Detectors.Saved(detector.Save);
        return new GoldenState
        {
            Detector = name,
            Version = state[4],
            FeatureCount = 1,
            From = Detectors.Time(Learned),
            Next = values[Learned..],
            Scores = GoldenState.Recorded(Detectors.Run(detector, values[Learned..], Learned)),
            State = state,
        };
    }

    private static GoldenState MakeVector(IVectorTrainer trainer)
    {
        var detector = trainer.Fit(GeneratedRows.Make(Learned, Features), Features, Seed);
        var rows = GeneratedRows.Make(Judged, Features, strange: 3, seed: Seed);
        var state = GeneratedRows.Saved(detector);
        var (name, version) = SecStream.Models.Vectors.Artefact.ReadHead(new BinaryReader(new MemoryStream(state)));
        return new GoldenState
        {
            Detector = name, Version = version, FeatureCount = Features, Next = rows, Scores = GoldenState.Recorded(GeneratedRows.Scores(detector, rows)), State = state,
        };
    }

    private static GoldenState MakeStream()
    {
        var detector = Stream();
        Run(detector, GeneratedRows.Make(Learned, Features));
        var rows = GeneratedRows.Make(Judged, Features, strange: 3, seed: Seed);
        var state = Detectors.Saved(detector.Save);
        var (name, version) = SecStream.Models.Vectors.Artefact.ReadHead(new BinaryReader(new MemoryStream(state)));
        return new GoldenState { Detector = name, Version = version, FeatureCount = Features, Next = rows, Scores = GoldenState.Recorded(Run(detector, rows)), State = state };
    }

    private static double[] Run(StreamingForestDetector detector, double[] rows) =>
        [.. Enumerable.Range(0, rows.Length / Features).Select(r => detector.Next(rows.AsSpan(r * Features, Features)))];
}
