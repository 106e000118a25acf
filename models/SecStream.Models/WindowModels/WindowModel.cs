using SecStream.Core.Features;
using SecStream.Models.WindowModels.Figures;

namespace SecStream.Models.WindowModels;

/// <summary>The model of one class: windows of a profile and length. Immutable, thread-safe; a part of a <see cref="ModelSet"/>.</summary>
public sealed class WindowModel
{
    internal WindowModel(FeatureSchema schema, long window, ClassFigures figures) => (Schema, Window, Figures) = (schema, window, figures);

    /// <summary>What its vectors mean.</summary>
    public FeatureSchema Schema { get; }

    /// <summary>Length of the windows, µs.</summary>
    public long Window { get; }

    /// <summary>What the manifest says of it.</summary>
    public ClassFigures Figures { get; }
}
