using SecStream.Models.Calibration;
using SecStream.Models.WindowModels.Figures;

namespace SecStream.Models.WindowModels;

/// <summary>Lends classes that are too small for a calibration of their own that of all classes together. Deviations are on one scale in all classes, so their tails can be pooled.</summary>
internal static class ParentCalibration
{
    /// <summary>The models, the small ones with what they are lent, in the same order.</summary>
    public static List<WindowModel> Lend(IReadOnlyList<WindowModel> models)
    {
        if (!models.Any(m => IsSmall(m.Figures.Own) || IsSmall(m.Figures.Class)))
        {
            return [.. models];
        }

        var own = Pool(models, c => c.Own, leaveOut: true);
        var ofClass = Pool(models, c => c.Class, leaveOut: false);
        return [.. models.Select(m => Lend(m, own, ofClass))];
    }

    private static bool IsSmall(CalibrationFigures figures) => figures.Refusal is not null && figures.Windows > 0 && figures.Excesses < 200 && figures.LeftOut == 0;

    private static Pooled Pool(IReadOnlyList<WindowModel> models, Func<CollectedClass, CollectedScores> part, bool leaveOut)
    {
        var pool = new CollectedScores(models.Max(m => m.Window));
        foreach (var (number, model) in models.Index())
        {
            var collected = part(model.Collected!);
            for (var d = 0; d < Detectors.Count; d++)
            {
                pool.Detectors[d].Merge(collected.Detectors[d], number);
            }

            pool.Fused.Merge(collected.Fused, number);
        }

        return new Pooled(
            [.. pool.Detectors.Select((scores, d) => CalibrationFit.OfDetector(scores, Detectors.IsContinuous(d), leaveOut))],
            CalibrationFit.OfFusion(pool.Fused, leaveOut));
    }

    private static WindowModel Lend(WindowModel model, Pooled own, Pooled ofClass)
    {
        var (content, figures) = (model.Content, model.Figures);
        if (IsSmall(figures.Own) && own.Fused.Calibration is not null)
        {
            content = content with { OwnFusion = Fusion(model, own, isOwn: true) };
            figures = figures with { Own = own.Fused.Figures with { FromParent = true } };
        }

        if (IsSmall(figures.Class) && ofClass.Fused.Calibration is not null)
        {
            content = content with { ClassFusion = Fusion(model, ofClass, isOwn: false) };
            figures = figures with { Class = ofClass.Fused.Figures with { FromParent = true } };
        }

        return new WindowModel(content, figures, model.Collected);
    }

    private static FusionCalibration Fusion(WindowModel model, Pooled pooled, bool isOwn)
    {
        ScoreCalibration?[] detectors =
            [.. pooled.Detectors.Select((d, number) => ClassCalibrator.Speaks(model.Content, number, isOwn) ? d.Calibration : null)];
        return new FusionCalibration(detectors, FusionCalibration.Normalise(detectors, model.Collected!.Weights), pooled.Fused.Calibration);
    }

    private sealed record Pooled(CalibrationOutcome[] Detectors, CalibrationOutcome Fused);
}
