using System.Collections.Concurrent;
using SecStream.Models;
using SecStream.Models.Fused;
using SecStream.Models.IsolationForest;
using SecStream.Models.MlNet;
using SecStream.Models.Vectors;

namespace SecStream.Host.Benchmark.Tabular;

/// <summary>What to measure.</summary>
internal sealed record TabularOptions
{
    /// <summary>Folder of the sets.</summary>
    public required string Data { get; init; }

    /// <summary>Seeds: every detector is fitted so many times.</summary>
    public int Seeds { get; init; } = 5;

    /// <summary>Rows of a set at most, for detectors whose cost grows faster than the forest's.</summary>
    public int MaxRows { get; init; } = 10_000;

    /// <summary>File of reference figures: columns <c>name</c> and <c>auc</c>.</summary>
    public string? Reference { get; init; }

    /// <summary>Names of the detectors; all where it is empty.</summary>
    public IReadOnlyList<string> Detectors { get; init; } = [];
}

/// <summary>
/// Fits and scores every detector on every set, with its default options: one configuration for all. Labels are used for nothing but the figures. Each set's rows are
/// both the training rows and those that are judged, as is usual for these sets.
/// </summary>
internal sealed class TabularBenchmark(TabularOptions options, Action<string> say)
{
    private const double WorthNaming = 0.02;
    private const ulong SampleSeed = 7;
    private static readonly string s_forest = new IsolationForestTrainer(new IsolationForestOptions()).Name;
    private static readonly string s_fused = new FusedTrainer(new FusedOptions()).Name;
    private readonly IReadOnlyList<IVectorTrainer> _trainers = Chosen(options.Detectors);

    /// <summary>Measures.</summary>
    /// <exception cref="ConfigurationException">The folder has no set, or a detector is unknown.</exception>
    public TabularResult Run(CancellationToken cancellation)
    {
        var reference = ReferenceFigures.Read(options.Reference);
        var files = LabelledSetReader.Files(options.Data);
        var (figures, skipped) = (new ConcurrentBag<SetFigure>(), new ConcurrentBag<SkippedFile>());
        var done = 0;
        var parallel = new ParallelOptions { CancellationToken = cancellation, MaxDegreeOfParallelism = Environment.ProcessorCount };
        Parallel.ForEach(Partitioner.Create(files, EnumerablePartitionerOptions.NoBuffering), parallel, file =>
        {
            var note = Measure(file, reference, figures, skipped, cancellation);
            say($"{Interlocked.Increment(ref done)}/{files.Count} {note}");
        });
        if (figures.IsEmpty)
        {
            throw new ConfigurationException($"--data {options.Data}: no file there is a set (.csv or .csv.gz, last column 'label'); {skipped.Count} others were skipped");
        }

        SetFigure[] sets = [.. figures.OrderBy(f => f.Set, StringComparer.Ordinal)];
        return Sum(sets, [.. skipped.OrderBy(s => s.File, StringComparer.Ordinal)], Speeds());
    }

    private static IReadOnlyList<IVectorTrainer> Chosen(IReadOnlyList<string> names)
    {
        // Those of others are measured when they are named: they cost more, and the targets are about ours.
        IReadOnlyList<IVectorTrainer> all = [.. VectorDetectors.Trainers, .. MlNetDetectors.Entries.Select(e => e.Trainer).OfType<IVectorTrainer>()];
        var unknown = names.FirstOrDefault(n => all.All(t => t.Name != n));
        return unknown is null
            ? [.. all.Where(t => names.Count == 0 ? VectorDetectors.Trainers.Contains(t) : names.Contains(t.Name) || t.Name == s_forest)]
            : throw new ConfigurationException($"--detector {unknown}: there is none of this name; known are {string.Join(", ", all.Select(t => t.Name))}");
    }

    private string Measure(
        string file, Dictionary<string, double> reference, ConcurrentBag<SetFigure> figures, ConcurrentBag<SkippedFile> skipped, CancellationToken cancellation)
    {
        LabelledSet set;
        try
        {
            set = LabelledSetReader.Read(file);
        }
        catch (InvalidDataException e)
        {
            // Other files may lie in the folder; the report names them with the reason.
            skipped.Add(new SkippedFile(Path.GetFileName(file), e.Message));
            return $"{Path.GetFileName(file)} skipped: {e.Message}";
        }

        var part = set.Sample(options.MaxRows, SampleSeed);
        var detectors = new List<DetectorFigure>();
        foreach (var trainer in _trainers)
        {
            cancellation.ThrowIfCancellationRequested();
            detectors.Add(DetectorRun.Measure(trainer, trainer.Name == s_forest ? set : part, options.Seeds, cancellation));
        }

        double? known = reference.TryGetValue(set.Name, out var auc) ? auc : null;
        figures.Add(new SetFigure(set.Name, set.Count, set.FeatureCount, set.Anomalies.Count(a => a), known, detectors));
        return $"{set.Name}, {set.Count} rows";
    }

    private Dictionary<string, (double Fit, double Score)> Speeds()
    {
        say("speed on generated rows");
        return _trainers.ToDictionary(t => t.Name, DetectorRun.Speed);
    }

    private TabularResult Sum(SetFigure[] sets, SkippedFile[] skipped, Dictionary<string, (double Fit, double Score)> speeds)
    {
        SetFigure[] known = [.. sets.Where(s => s.Reference is not null)];
        DetectorSummary[] summary =
        [
            .. _trainers.Select(t => new DetectorSummary(
                t.Name,
                sets.Average(s => s.RocAuc(t.Name)),
                sets.Average(s => s.Detectors.First(d => d.Detector == t.Name).AveragePrecision),
                sets.Average(s => s.RocAuc(t.Name) > s.RocAuc(s_forest) ? 1.0 : 0.0),
                speeds[t.Name].Fit,
                speeds[t.Name].Score)),
        ];
        return new TabularResult
        {
            Seeds = options.Seeds,
            MaxRows = options.MaxRows,
            Skipped = skipped,
            Subsampled = [.. sets.Where(s => s.Rows > options.MaxRows).Select(s => s.Set)],
            Sets = sets,
            Summary = summary,
            ReferenceMean = known.Length > 0 ? known.Average(s => s.Reference!.Value) : null,
            BelowReference = [.. known.Where(s => s.RocAuc(s_forest) < s.Reference!.Value - WorthNaming).Select(s => s.Set)],
            Targets = Targets(summary),
        };
    }

    private static Target[] Targets(DetectorSummary[] summary)
    {
        var forest = summary.First(s => s.Detector == s_forest);
        return
        [
            new("isolation forest, mean ROC-AUC", forest.MeanRocAuc, "≥", 0.750, ""),
            new("isolation forest, scoring", forest.ScoreRowsPerSecond, "≥", 1_000_000, "rows per CPU-second"),
            .. summary.Where(s => s.Detector == s_fused).SelectMany(fused => new Target[]
            {
                new("fused, mean ROC-AUC", fused.MeanRocAuc, "≥", 0.770, ""),
                new("fused better than the forest", fused.BetterThanForest, "≥", 2 / 3.0, "of the sets"),
            }),
        ];
    }
}
