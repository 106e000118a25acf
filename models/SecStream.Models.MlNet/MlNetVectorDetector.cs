using Microsoft.ML;
using Microsoft.ML.Data;
using SecStream.Models.MlNet.SavedModels;
using SecStream.Models.Standardisation;
using SecStream.Models.Vectors;

namespace SecStream.Models.MlNet;

/// <summary>
/// A model of ML.NET behind our contract: rows go in as the column <c>Features</c>, the column <c>Score</c> comes out.
/// <para>Cost: some 2 µs a row in blocks, and 0.5 ms a call: judge many rows at once. Memory: what the model has.</para>
/// <para>Fails where the model does; what it assumes is in the notes of whoever trained it. A score that is not a number counts as 0.</para>
/// </summary>
internal sealed class MlNetVectorDetector : IVectorDetector
{
    private readonly MLContext _context = new();
    private readonly ITransformer _model;
    private readonly ModelBytes _bytes;
    private readonly Standardiser? _standardiser;
    private readonly double[] _usual;
    private readonly float _anchor;

    /// <summary>A detector.</summary>
    /// <param name="name">Its name in artefacts.</param>
    /// <param name="bytes">The model.</param>
    /// <param name="standardiser">Scales rows before the model sees them; null: it sees them as they are.</param>
    /// <param name="usual">A usual row: what a feature is compared with when a score is explained.</param>
    /// <param name="anchor">A value that the model wants behind those of every row; 0: none.</param>
    /// <exception cref="InvalidDataException">The model can't be read, or does not fit.</exception>
    public MlNetVectorDetector(string name, ModelBytes bytes, Standardiser? standardiser, double[] usual, float anchor)
    {
        Name = name;
        _bytes = bytes;
        _standardiser = standardiser;
        _usual = usual;
        _anchor = anchor;
        _model = bytes.Open(_context, FeatureRow.Width(usual.Length, anchor));
    }

    /// <summary>Its name in artefacts.</summary>
    public string Name { get; }

    /// <summary>SHA-256 of the model file: for the manifest.</summary>
    public string Sha256 => _bytes.Sha256;

    /// <inheritdoc/>
    public int FeatureCount => _usual.Length;

    /// <inheritdoc/>
    public void Score(ReadOnlySpan<double> rows, Span<double> scores)
    {
        if (Rows.Check(rows, FeatureCount, scores) == 0)
        {
            return;
        }

        var view = FeatureRow.View(_context, _standardiser is null ? rows : _standardiser.Apply(rows), FeatureCount, _anchor);
        var row = 0;
        foreach (var score in _model.Transform(view).GetColumn<float>(FeatureRow.Score))
        {
            scores[row++] = float.IsNaN(score) ? 0 : Math.Clamp(score, -float.MaxValue, float.MaxValue);
        }
    }

    /// <summary>By how much the score falls when a feature is put to its usual value.</summary>
    /// <inheritdoc/>
    public void Explain(ReadOnlySpan<double> row, Span<double> shares)
    {
        Rows.CheckOne(row, FeatureCount, shares);
        var rows = new double[(FeatureCount + 1) * FeatureCount];
        for (var r = 0; r <= FeatureCount; r++)
        {
            row.CopyTo(rows.AsSpan(r * FeatureCount, FeatureCount));
            if (r < FeatureCount)
            {
                rows[(r * FeatureCount) + r] = _usual[r];
            }
        }

        var scores = new double[FeatureCount + 1];
        Score(rows, scores);
        for (var f = 0; f < FeatureCount; f++)
        {
            shares[f] = scores[^1] - scores[f];
        }

        Shares.Normalise(shares);
    }

    /// <inheritdoc/>
    public void Save(BinaryWriter writer)
    {
        Artefact.WriteHead(writer, Name, 1);
        Artefact.Write<double>(writer, _usual);
        writer.Write(_anchor);
        writer.Write(_standardiser is not null);
        _standardiser?.Save(writer);
        _bytes.Save(writer);
    }

    /// <summary>Reads one of a certain name.</summary>
    /// <exception cref="InvalidDataException">It is damaged, of another kind, or its model is not the one that was saved.</exception>
    public static MlNetVectorDetector Load(BinaryReader reader, string name)
    {
        Artefact.Expect(reader, name, 1);
        return Artefact.Guard(reader, r =>
        {
            var usual = Artefact.Read<double>(r);
            var anchor = r.ReadSingle();
            var standardiser = r.ReadBoolean() ? Standardiser.Load(r) : null;
            return usual.Length > 0 && usual.All(double.IsFinite) && float.IsFinite(anchor) && (standardiser?.FeatureCount ?? usual.Length) == usual.Length
                ? new MlNetVectorDetector(name, ModelBytes.Load(r), standardiser, usual, anchor)
                : throw new InvalidDataException("the artefact is damaged: its usual row or anchor does not fit");
        });
    }
}
