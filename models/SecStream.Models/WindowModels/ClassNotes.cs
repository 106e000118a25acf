using SecStream.Core.Alerts;
using SecStream.Models.Calibration;
using SecStream.Models.WindowModels.Figures;

namespace SecStream.Models.WindowModels;

/// <summary>Says in sentences what whoever promotes a model should know.</summary>
internal static class ClassNotes
{
    private const double LeastExpected = 30;
    private const double Few = 0.4;

    public static string[] Of(WindowModel model, ModelSet set)
    {
        var notes = new List<string>();
        var figures = model.Figures;
        if (figures.Keys == 0)
        {
            notes.Add($"no key has been seen for {model.Content.LearningDays} days: all are judged by the class");
        }

        Calibration(notes, "keys with a past", figures.Own, set.Highest(figures.Own));
        Calibration(notes, "keys judged by the class", figures.Class, set.Highest(figures.Class));
        notes.AddRange(figures.Detectors
            .Where(d => d.Own.Refusal is not null && !figures.Own.FromParent && figures.Keys > 0)
            .Select(d => $"{d.Name} has no say: {d.Own.Refusal}"));
        if (figures.LeftOut > 0)
        {
            notes.Add($"{figures.LeftOut} of {figures.Own.Windows} windows of the calibration days score apart from all others and were left out as attacks; look at them");
        }

        if (figures.Class.Refusal is null && figures.Class.Shift > CalibrationFit.MostShift)
        {
            notes.Add("keys judged by the class: a few keys that differ from all others decide the threshold; "
                + $"without the ten largest scores it would move by {figures.Class.Shift * 100:0} %");
        }

        if (figures.KeptApart)
        {
            notes.Add("some windows score apart from all others, and the like comes again on the evaluation days: taken for habit, so that attacks like them are no anomaly");
        }

        return [.. notes];
    }

    /// <summary>What the evaluation days say against the calibration.</summary>
    public static IEnumerable<string> OfEvaluation(ClassFigures figures, SeverityFigures low)
    {
        var expected = low.MostP * figures.WindowsPerDay;
        var (perDay, _, most) = SetEvaluation.Interval([figures], low.Severity);
        if (expected * figures.Evaluation.Length >= LeastExpected && most < Few * expected)
        {
            yield return $"the evaluation days have {perDay:0.0} alerts a day where {expected:0.0} were to be expected: scores of the calibration days are higher. "
                + "Were there attacks on them, the like is no anomaly to this model: leave these keys and days out and train again";
        }
    }

    private static void Calibration(List<string> notes, string who, CalibrationFigures figures, Severity? highest)
    {
        if (figures.Refusal is not null)
        {
            notes.Add($"{who} are not judged: {figures.Refusal}");
        }
        else if (highest is null)
        {
            notes.Add($"{who} reach no severity: {figures.EffectiveWindows:0} independent windows of calibration allow no p below {figures.Floor:0.0e+0}");
        }
        else if (highest < Severity.Critical)
        {
            notes.Add($"{who} reach {highest} at most: {figures.EffectiveWindows:0} independent windows of calibration allow no p below {figures.Floor:0.0e+0}");
        }

        if (figures.FromParent)
        {
            notes.Add($"{who} are too few to be calibrated alone: lent is the calibration of all classes");
        }
    }
}
