using SecStream.Core.Features;
using SecStream.Models.WindowModels.Figures;

namespace SecStream.Models.WindowModels;

/// <summary>The model of one class: windows of a profile and length. Immutable, thread-safe; a part of a <see cref="ModelSet"/>.</summary>
public sealed class WindowModel
{
    internal WindowModel(ClassModel content, ClassFigures figures, CollectedClass? collected) => (Content, Figures, Collected) = (content, figures, collected);

    /// <summary>What its vectors mean.</summary>
    public FeatureSchema Schema => Content.Schema;

    /// <summary>Length of the windows, µs.</summary>
    public long Window => Content.Calendar.Window;

    /// <summary>What the manifest says of it.</summary>
    public ClassFigures Figures { get; }

    internal ClassModel Content { get; }

    /// <summary>Scores of the calibration days; only until the set is made.</summary>
    internal CollectedClass? Collected { get; }

    /// <summary>Whether windows of its class can be judged.</summary>
    internal bool CanJudge => Content.OwnFusion?.Fused is not null || Content.ClassFusion?.Fused is not null;

    internal WindowModel With(ClassFigures figures) => new(Content, figures, Collected);

    internal WindowModel Settled() => new(Content, Figures, null);

    /// <summary>Bytes that grow with the keys.</summary>
    internal static long KeyBytes(ClassModel model) => model.Baseline.KeyBytes + (model.Habits?.KeyBytes ?? 0) + (24L * model.Keys.Count);

    /// <summary>Bytes that do not.</summary>
    internal static long ClassBytes(ClassModel model) => model.Baseline.ClassBytes + (model.Actions?.Bytes ?? 0) + (model.Forest?.Bytes ?? 0);
}
