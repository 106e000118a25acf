using SecStream.Core.Features;
using SecStream.Models.Calibration;
using SecStream.Models.WindowModels.Figures;

namespace SecStream.Models.WindowModels;

/// <summary>
/// Fits and calibrates the model of one class: three passes over the days to fit, two over those to calibrate. The same windows, options and seed give the same
/// model, to the bit. Memory: some 300 bytes a feature and key while learning, and a sample of windows.
/// </summary>
public sealed class WindowModelTrainer
{
    private readonly FeatureSchema _schema;
    private readonly long _window;
    private readonly WindowModelOptions _options;

    /// <summary>A trainer.</summary>
    /// <param name="schema">What the vectors mean.</param>
    /// <param name="window">Length of the windows, µs.</param>
    /// <param name="options">How.</param>
    /// <exception cref="ArgumentException">The options cannot be used.</exception>
    public WindowModelTrainer(FeatureSchema schema, long window, WindowModelOptions options)
    {
        ArgumentNullException.ThrowIfNull(schema);
        ArgumentOutOfRangeException.ThrowIfLessThan(window, 1);
        _schema = schema;
        _window = window;
        _options = Vectors.OptionsCheck.Checked(options);
    }

    /// <summary>
    /// Fits and calibrates; what is too small to be calibrated says so in its figures and is lent the calibration of all classes when it becomes part of a set.
    /// </summary>
    /// <exception cref="ArgumentException">The split cannot be used.</exception>
    public WindowModel Fit(IFeatureDays days, TrainingSplit split, ulong seed, IProgress<TrainingProgress>? progress, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(days);
        ArgumentNullException.ThrowIfNull(split);
        split.Check();
        var pass = new TrainingPass(_schema, _window, days, split, progress, cancellationToken);
        var learner = new ClassLearner(_schema, new WeekCalendar(_window, _options.Holidays), _options, seed);
        var learned = learner.Learn(pass, split.Fit);
        var reference = new ReferenceHistograms(_schema, learner.Sample);
        return Calibrate(learned, Learned(learner, learned, split), pass, leaveOut: true, reference.Add, () => reference.Features);
    }

    /// <summary>Calibrates again, no window left out: what stands apart has turned out to be habit.</summary>
    internal WindowModel Recalibrate(WindowModel model, TrainingPass pass) => Calibrate(
        model.Content with { OwnFusion = null, ClassFusion = null }, model.Figures, pass, leaveOut: false, static _ => { }, () => model.Figures.Reference[..^1]);

    private WindowModel Calibrate(
        ClassModel learned, ClassFigures figures, TrainingPass pass, bool leaveOut, Action<FeatureVector> also, Func<Histogram[]> features)
    {
        var calibrator = new ClassCalibrator(learned, _window, _options.DetectorWeights, figures.FitWindows);
        var model = calibrator.Calibrate(pass, figures.Days.Calibration, leaveOut, also);
        calibrator.Own.Trim();
        calibrator.Class.Trim();
        figures = figures with
        {
            WindowsPerDay = calibrator.Windows / (double)figures.Days.Calibration.Count,
            Detectors = [.. Enumerable.Range(0, Detectors.Count).Where(d => ClassCalibrator.Speaks(model, d, own: true)).Select(d => Detector(calibrator, model, d))],
            Own = calibrator.OwnFused!.Figures,
            Class = calibrator.ClassFused!.Figures,
            Reference = [.. features(), ReferenceHistograms.OfP(calibrator.Own.Fused, model.OwnFusion?.Fused)],
            KeptApart = !leaveOut,
        };
        return new WindowModel(model, figures, new CollectedClass(calibrator.Own, calibrator.Class, _options.DetectorWeights));
    }

    private ClassFigures Learned(ClassLearner learner, ClassModel model, TrainingSplit split)
    {
        var none = new CalibrationFigures(0, 0, 0, 0, 0, 0, 0, 1, 0, 0, false, "not calibrated yet");
        return new ClassFigures
        {
            Profile = _schema.Profile,
            SchemaVersion = _schema.Version,
            Window = _window,
            Days = split,
            FitWindows = learner.Windows,
            WindowsPerDay = 0,
            Keys = model.Own,
            LearningKeys = model.Keys.Count - model.Own,
            BytesPerKey = WindowModel.KeyBytes(model) / (double)Math.Max(model.Keys.Count, 1),
            ClassBytes = WindowModel.ClassBytes(model),
            Features = [.. _schema.Features.Select((feature, f) => Feature(learner, model, feature, f))],
            Detectors = [],
            Own = none,
            Class = none,
            Reference = [],
        };
    }

    private static FeatureFigures Feature(ClassLearner learner, ClassModel model, FeatureDefinition feature, int f)
    {
        var sorted = learner.Sample.Select(v => v.Values[f]).Where(double.IsFinite).Order().ToArray();
        return new FeatureFigures(feature.Name, model.Baseline.Least(f), model.Baseline.Most(f), sorted.Length > 0 ? sorted[sorted.Length / 2] : 0, learner.Known(f));
    }

    private static DetectorFigures Detector(ClassCalibrator calibrator, ClassModel model, int detector) => new(
        Detectors.Names[detector],
        model.OwnFusion!.Weights[detector],
        calibrator.OwnDetectors[detector].Figures,
        ClassCalibrator.Speaks(model, detector, own: false) ? calibrator.ClassDetectors[detector].Figures : null);
}

/// <summary>What was collected of a class, for pooling.</summary>
internal sealed record CollectedClass(CollectedScores Own, CollectedScores Class, double[] Weights);
