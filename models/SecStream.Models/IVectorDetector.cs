namespace SecStream.Models;

/// <summary>Judges feature vectors. Fitted once, immutable, thread-safe: an artefact of the trainer.</summary>
public interface IVectorDetector
{
    /// <summary>Features of a vector.</summary>
    int FeatureCount { get; }

    /// <summary>Judges rows.</summary>
    /// <param name="rows">The rows, one behind the other, <see cref="FeatureCount"/> values each; all finite.</param>
    /// <param name="scores">One a row: how strange it is, higher is stranger.</param>
    void Score(ReadOnlySpan<double> rows, Span<double> scores);

    /// <summary>What each feature has to do with the score of a row: shares that add up to 1 (or are all 0 where nothing is strange).</summary>
    /// <param name="row">The row.</param>
    /// <param name="shares">One a feature.</param>
    void Explain(ReadOnlySpan<double> row, Span<double> shares);

    /// <summary>Writes the artefact.</summary>
    void Save(BinaryWriter writer);
}

/// <summary>Fits a detector. The same rows and seed give the same detector, to the bit.</summary>
public interface IVectorTrainer
{
    /// <summary>Name for reports and manifests: <c>isolation-forest</c>.</summary>
    string Name { get; }

    /// <summary>Fits.</summary>
    /// <param name="rows">The rows, one behind the other; all finite. Mostly normal; nothing is known of any.</param>
    /// <param name="featureCount">Values of a row, 1 or more.</param>
    /// <param name="seed">For what is drawn.</param>
    IVectorDetector Fit(ReadOnlySpan<double> rows, int featureCount, ulong seed);
}
