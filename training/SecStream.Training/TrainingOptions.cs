using SecStream.Models.WindowModels;
using SecStream.Training.Days;

namespace SecStream.Training;

/// <summary>How a model is trained.</summary>
public sealed record TrainingOptions
{
    /// <summary>Seed of everything that is drawn. Default 1.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>Which days are used for what.</summary>
    public DaySplitOptions Days { get; init; } = new();

    /// <summary>Profiles that are trained; none: all.</summary>
    public IReadOnlyCollection<string> Profiles { get; init; } = [];

    /// <summary>Options of the models.</summary>
    public WindowModelOptions Models { get; init; } = new();
}
