using SecStream.Models.Series;

namespace SecStream.Models.SequenceModel;

/// <summary>Options of <see cref="SequenceModelDetector"/>. Immutable.</summary>
public sealed record SequenceModelOptions
{
    /// <summary>Most symbols that a symbol is predicted from, 0 to 10. Default 4.</summary>
    public int MaxOrder { get; init; } = 4;

    /// <summary>Symbols before the first score, 1 or more. Default 100.</summary>
    public int LearningCount { get; init; } = 100;

    /// <summary>Most counts held, 64 to 16 777 216: when they are full all are halved and those of one sight go. Default 16 384.</summary>
    public int MaxEntryCount { get; init; } = 16_384;

    internal void Check()
    {
        OptionCheck.Within(nameof(MaxOrder), MaxOrder, 0, 10);
        OptionCheck.Within(nameof(LearningCount), LearningCount, 1, 1_000_000);
        OptionCheck.Within(nameof(MaxEntryCount), MaxEntryCount, 64, 1 << 24);
    }
}
