using SecStream.Models.Calibration;
using SecStream.Models.WindowModels.Figures;

namespace SecStream.Models.WindowModels;

/// <summary>
/// Lends classes that are too small for a tail of their own that of the fused scores of all classes together. Each class fuses by its own detectors' calibrations, which put the scores of all
/// classes on one scale; the pool was collected so. What the class itself has counted is a lower bound all the same: a habit that only it has is no anomaly.
/// </summary>
internal static class ParentCalibration
{
    /// <summary>The models, the small ones with what they are lent, in the same order.</summary>
    public static List<WindowModel> Lend(IReadOnlyList<WindowModel> models)
    {
        if (!models.Any(m => IsSmall(m.Figures.Own) || IsSmall(m.Figures.Class)))
        {
            return [.. models];
        }

        var own = Pool(models, c => c.Own);
        var ofClass = Pool(models, c => c.Class);
        return [.. models.Select(m => Lend(m, own, ofClass))];
    }

    private static bool IsSmall(CalibrationFigures figures) => figures.Refusal is not null && figures.Windows > 0 && figures.Excesses < 200 && figures.LeftOut == 0;

    private static CalibrationOutcome Pool(IReadOnlyList<WindowModel> models, Func<CollectedClass, CollectedScores> part)
    {
        var pool = new ScoreCollector(models.Max(m => m.Window));
        foreach (var (number, model) in models.Index())
        {
            var collected = part(model.Collected!);
            pool.Merge(collected.Fused, number);
        }

        return CalibrationFit.OfFusion(pool, leaveOut: true);
    }

    private static WindowModel Lend(WindowModel model, CalibrationOutcome own, CalibrationOutcome ofClass)
    {
        var (content, figures) = (model.Content, model.Figures);
        if (IsSmall(figures.Own) && Lent(content.OwnFusion, own, model.Collected!.Own.Fused) is { } lentOwn)
        {
            content = content with { OwnFusion = lentOwn };
            figures = figures with { Own = own.Figures with { FromParent = true } };
        }

        if (IsSmall(figures.Class) && Lent(content.ClassFusion, ofClass, model.Collected!.Class.Fused) is { } lentClass)
        {
            content = content with { ClassFusion = lentClass };
            figures = figures with { Class = ofClass.Figures with { FromParent = true } };
        }

        return new WindowModel(content, figures, model.Collected);
    }

    /// <summary>The class's own fusion with the tail of all; null where no detector of it has a say, or all together have no tail either.</summary>
    private static FusionCalibration? Lent(FusionCalibration? fusion, CalibrationOutcome pooled, ScoreCollector counted) =>
        fusion is not null && pooled.Calibration is { } tail && Array.Exists(fusion.Detectors, d => d is not null)
            ? new FusionCalibration(fusion.Detectors, fusion.Weights, tail.NotBelow(counted))
            : null;
}
