using Microsoft.ML;
using SecStream.Models.Vectors;

namespace SecStream.Models.MlNet.SavedModels;

/// <summary>
/// A model that a data team trained with ML.NET and saved with <c>mlContext.Model.Save(model, data.Schema, path)</c>. It must take one column <c>Features</c>
/// (vector of Single, the profile's features in their order) and give a column <c>Score</c> (Single; higher is stranger).
/// </summary>
public static class SavedModel
{
    /// <summary>Name in artefacts and lists.</summary>
    public const string Name = "mlnet-model";

    /// <summary>SHA-256 of a model file as manifests have it: 64 hex digits.</summary>
    public static string Hash(byte[] zip) => new ModelBytes(zip, "").Sha256;

    /// <summary>Makes a detector of a model file.</summary>
    /// <param name="zip">The file.</param>
    /// <param name="source">Its name, for messages.</param>
    /// <param name="features">Names of the features, in their order. Where the model has names too, they must be the same.</param>
    /// <param name="usual">A usual row: the medians of the profile's features. A score is explained against it.</param>
    /// <param name="sha256">The hash that the manifest has; null: there is none yet.</param>
    /// <exception cref="InvalidDataException">It is another file, no model, or takes or gives something else; the message names the mend.</exception>
    public static IVectorDetector Open(byte[] zip, string source, IReadOnlyList<string> features, ReadOnlySpan<double> usual, string? sha256 = null)
    {
        ArgumentNullException.ThrowIfNull(zip);
        ArgumentNullException.ThrowIfNull(features);
        ArgumentOutOfRangeException.ThrowIfZero(features.Count);
        Rows.CheckOne(usual, features.Count, usual);
        var bytes = new ModelBytes(zip, source);
        if (sha256 is not null)
        {
            bytes.Expect(sha256);
        }

        bytes.Open(new MLContext(), features.Count, features);
        return new MlNetVectorDetector(Name, bytes, null, usual.ToArray(), anchor: 0);
    }
}
