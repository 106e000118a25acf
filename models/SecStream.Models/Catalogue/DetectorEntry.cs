namespace SecStream.Models.Catalogue;

/// <summary>What a detector judges.</summary>
public enum DetectorKind
{
    /// <summary>Points of one series, as they come.</summary>
    Series,

    /// <summary>Rows of features, with a trained model.</summary>
    Vector,

    /// <summary>Rows of features, as they come.</summary>
    Stream,
}

/// <summary>A detector in the list of all.</summary>
/// <param name="Name">Its name: what options, reports and artefacts call it.</param>
/// <param name="Kind">What it judges.</param>
/// <param name="Paper">Whose idea it is.</param>
public sealed record DetectorEntry(string Name, DetectorKind Kind, string Paper)
{
    /// <summary>Why it can't be used in this build; null: it can.</summary>
    public string? Unavailable { get; init; }

    /// <summary>Makes a series detector with default options; null: it is of another kind, or not available.</summary>
    public Func<ISeriesDetector>? MakeSeries { get; init; }

    /// <summary>Its trainer with default options; null: it is of another kind, not available, or brought as a file.</summary>
    public IVectorTrainer? Trainer { get; init; }
}
