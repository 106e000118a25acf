using SecStream.Core.Features;
using SecStream.Models.Calibration;
using SecStream.Models.WindowModels.Figures;

namespace SecStream.Models.WindowModels;

/// <summary>Everything collected for the calibrations of one kind of keys; kept until the set is made, to be pooled.</summary>
internal sealed class CollectedScores(long window)
{
    /// <summary>[detector].</summary>
    public ScoreCollector[] Detectors { get; } = [.. Enumerable.Range(0, WindowModels.Detectors.Count).Select(_ => new ScoreCollector(window))];

    /// <summary>−ln of the harmonic mean.</summary>
    public ScoreCollector Fused { get; } = new(window);

    /// <summary>Lets go of what a pool does not need: some 4 MB stay.</summary>
    public void Trim()
    {
        Fused.Trim();
        Array.ForEach(Detectors, d => d.Trim());
    }
}

/// <summary>
/// Calibrates a class in two passes over the calibration days: the detectors, then their fusion. Keys judged by the class alone are new keys, and the others (of a large class one in eight) judged as
/// if they were new: a class without new keys must be ready for them too.
/// </summary>
internal sealed class ClassCalibrator(ClassModel model, long window, double[] weights, long fitWindows)
{
    private const int PretendOneIn = 8;
    private const long LargeClass = 2_000_000;
    private readonly ulong _pretendOneIn = fitWindows >= LargeClass ? PretendOneIn : 1UL;
    private readonly KeyTable _strangers = new();
    private readonly WindowScorer _scorer = new(model);

    /// <summary>Of keys with a past.</summary>
    public CollectedScores Own { get; } = new(window);

    /// <summary>Of keys judged by the class.</summary>
    public CollectedScores Class { get; } = new(window);

    /// <summary>Calibration of the fusion.</summary>
    public CalibrationOutcome? OwnFused { get; private set; }

    /// <summary>The same for keys judged by the class.</summary>
    public CalibrationOutcome? ClassFused { get; private set; }

    /// <summary>[detector].</summary>
    public CalibrationOutcome[] OwnDetectors { get; private set; } = [];

    /// <summary>[detector].</summary>
    public CalibrationOutcome[] ClassDetectors { get; private set; } = [];

    /// <summary>Windows of the calibration days.</summary>
    public long Windows { get; private set; }

    /// <summary>Calibrates.</summary>
    /// <param name="pass">Reads.</param>
    /// <param name="days">Which days.</param>
    /// <param name="leaveOut">Whether windows that score apart from all others are left out.</param>
    /// <param name="also">Is given every window once.</param>
    public ClassModel Calibrate(TrainingPass pass, IReadOnlyList<long> days, bool leaveOut, Action<FeatureVector> also)
    {
        Windows = pass.Over("calibrate", days, vector =>
        {
            also(vector);
            Score(vector, Take);
        });
        OwnDetectors = Fit(Own, leaveOut);
        ClassDetectors = Fit(Class, leaveOut);
        var (own, ofClass) = (Fusion(OwnDetectors, null), Fusion(ClassDetectors, null));
        pass.Over("calibrate the fusion", days, vector => Score(vector, (collected, key, start) =>
        {
            var fusion = ReferenceEquals(collected, Own) ? own : ofClass;
            collected.Fused.Add(fusion.Fuse(_scorer.Scores), key, start);
        }));
        OwnFused = CalibrationFit.OfFusion(Own.Fused, leaveOut);
        ClassFused = CalibrationFit.OfFusion(Class.Fused, leaveOut);
        return model with { OwnFusion = Fusion(OwnDetectors, OwnFused), ClassFusion = Fusion(ClassDetectors, ClassFused) };
    }

    /// <summary>Whether a detector has a say: the forest and behaviour know nothing of strangers.</summary>
    public static bool Speaks(ClassModel model, int detector, bool own) => detector switch
    {
        Detectors.Baseline => model.Judged.Length > 0,
        Detectors.Forest => own && model.Forest is not null,
        Detectors.Behaviour => own && model.Habits is not null,
        _ => model.Actions is not null,
    };

    private void Score(FeatureVector vector, Action<CollectedScores, int, long> take)
    {
        var hash = KeyTable.Hash(vector.Key);
        var key = model.Keys.Find(hash);
        var own = key >= 0 && key < model.Own;
        if (own)
        {
            _scorer.Score(vector, key);
            take(Own, key, vector.Start);
        }

        // Other bits than those that place it in the table.
        if (!own || (hash >> 40) % _pretendOneIn == 0)
        {
            _scorer.Score(vector, -1);
            take(Class, _strangers.FindOrAdd(hash, int.MaxValue), vector.Start);
        }
    }

    private void Take(CollectedScores collected, int key, long start)
    {
        for (var detector = 0; detector < Detectors.Count; detector++)
        {
            if (Speaks(model, detector, ReferenceEquals(collected, Own)))
            {
                collected.Detectors[detector].Add(_scorer.Scores[detector], key, start);
            }
        }
    }

    private static CalibrationOutcome[] Fit(CollectedScores collected, bool leaveOut) =>
        [.. collected.Detectors.Select((scores, detector) => CalibrationFit.OfDetector(scores, Detectors.IsContinuous(detector), leaveOut))];

    private FusionCalibration Fusion(CalibrationOutcome[] detectors, CalibrationOutcome? fused)
    {
        ScoreCalibration?[] calibrations = [.. detectors.Select(d => d.Calibration)];
        return new FusionCalibration(calibrations, FusionCalibration.Normalise(calibrations, weights), fused?.Calibration);
    }
}
