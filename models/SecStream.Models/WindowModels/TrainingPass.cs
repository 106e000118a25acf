using SecStream.Core.Features;

namespace SecStream.Models.WindowModels;

/// <summary>Reads days once after another, tells how far it is and lets itself be ended.</summary>
internal sealed class TrainingPass(
    FeatureSchema schema, long window, IFeatureDays source, TrainingSplit split, IProgress<TrainingProgress>? progress, CancellationToken cancellationToken, int daysDone = 0)
{
    private readonly double _allDays = (3.0 * split.Fit.Count) + (2.0 * split.Calibration.Count) + split.Evaluation.Count;
    private long _windows;
    private int _days = daysDone;

    /// <summary>Reads days; returns how many windows they had.</summary>
    public long Over(string phase, IReadOnlyList<long> days, Action<FeatureVector> take)
    {
        var before = _windows;
        foreach (var day in days)
        {
            foreach (var vector in source.Read(day))
            {
                if (vector.Window != window)
                {
                    throw new InvalidDataException($"day {day} of {schema.Profile} gave a window of {vector.Window} µs; asked for were windows of {window} µs");
                }

                take(vector);
                if ((++_windows & 0xFFFF) == 0)
                {
                    cancellationToken.ThrowIfCancellationRequested();
                }
            }

            cancellationToken.ThrowIfCancellationRequested();
            _days++;
            progress?.Report(new TrainingProgress(schema.Profile, window, phase, day, _windows, Math.Min(_days / _allDays, 1)));
        }

        return _windows - before;
    }
}
