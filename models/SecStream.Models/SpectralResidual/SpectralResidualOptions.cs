using SecStream.Models.Series;

namespace SecStream.Models.SpectralResidual;

/// <summary>Options of <see cref="SpectralResidualDetector"/>. Immutable.</summary>
public sealed record SpectralResidualOptions
{
    /// <summary>Points of the spectrum, 16 to 1024, even. Default 64.</summary>
    public int WindowCount { get; init; } = 64;

    /// <summary>Saliencies that one is compared with, 10 to 1 000 000. Default 100.</summary>
    public int HistoryCount { get; init; } = 100;

    /// <summary>What is too small to matter, against the mean of the window. Default 1 %.</summary>
    public DeadBand DeadBand { get; init; } = DeadBand.Default;

    internal void Check()
    {
        OptionCheck.Within(nameof(WindowCount), WindowCount, 16, 1024);
        OptionCheck.Within($"{nameof(WindowCount)} modulo 2", WindowCount % 2, 0, 0);
        OptionCheck.Within(nameof(HistoryCount), HistoryCount, 10, 1_000_000);
        DeadBand.Check();
    }
}
