using SecStream.Core.Features;

namespace SecStream.Models.WindowModels;

/// <summary>Windows of one schema and length to learn from, day by day. What must not be learned from (alerted keys, confirmed attacks) is left out already.</summary>
public interface IFeatureDays
{
    /// <summary>
    /// Windows that end within a UTC day (number since 1970), each once, in order of end and key; the vector given is good until the next. A day is read several
    /// times, and gives the same each time. A day without windows gives none.
    /// </summary>
    IEnumerable<FeatureVector> Read(long day);
}

/// <summary>What each day is for. No day serves two ends: a calibration on days that were learned from would promise too much.</summary>
/// <param name="Fit">Days that baselines, forest, behaviour and sequences are learned from, ascending; 7 or more, better 14.</param>
/// <param name="Calibration">Days that scores become probabilities by, ascending, best after those.</param>
/// <param name="Evaluation">Days that tell how many false alerts to expect; may be none, then nothing is told.</param>
public sealed record TrainingSplit(IReadOnlyList<long> Fit, IReadOnlyList<long> Calibration, IReadOnlyList<long> Evaluation)
{
    internal void Check()
    {
        var all = Fit.Concat(Calibration).Concat(Evaluation).ToList();
        if (all.Distinct().Count() != all.Count)
        {
            throw new ArgumentException("a day serves two ends: take each for fitting, calibration or evaluation alone");
        }

        if (Fit.Count == 0 || Calibration.Count == 0)
        {
            throw new ArgumentException($"{Fit.Count} days to fit and {Calibration.Count} to calibrate: both need one or more");
        }

        foreach (var days in new[] { Fit, Calibration, Evaluation })
        {
            if (!days.SequenceEqual(days.Order()))
            {
                throw new ArgumentException("days must be in ascending order");
            }
        }
    }
}

/// <summary>How far a training is.</summary>
/// <param name="Profile">The class: profile.</param>
/// <param name="Window">The class: length of the windows, µs.</param>
/// <param name="Phase">What is done: <c>learn</c>, <c>refine</c>, <c>calibrate</c>, <c>calibrate the fusion</c>, <c>evaluate</c>.</param>
/// <param name="Day">The day just read.</param>
/// <param name="Windows">Windows read in this class so far, over all passes.</param>
/// <param name="Share">Part of this class that is done, 0–1.</param>
public sealed record TrainingProgress(string Profile, long Window, string Phase, long Day, long Windows, double Share);
