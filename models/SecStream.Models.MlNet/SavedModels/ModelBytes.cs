using System.Security.Cryptography;
using Microsoft.ML;
using Microsoft.ML.Data;
using SecStream.Models.Vectors;

namespace SecStream.Models.MlNet.SavedModels;

/// <summary>
/// A model file of ML.NET (.zip), its hash, and where it came from. A model file can name types that are made when it is read, so only files from people one
/// trusts may be: the hash that the manifest has of a file says that it is theirs.
/// </summary>
internal sealed class ModelBytes
{
    private const int MostColumns = 20;
    private readonly byte[] _zip;
    private readonly string _source;

    public ModelBytes(byte[] zip, string source)
    {
        _zip = zip;
        _source = source;
        Sha256 = Convert.ToHexStringLower(SHA256.HashData(zip));
    }

    /// <summary>SHA-256 of the file, hex.</summary>
    public string Sha256 { get; }

    /// <summary>Reads the model and checks that it takes rows of so many features and gives a score.</summary>
    /// <exception cref="InvalidDataException">It can't be read, or takes or gives something else.</exception>
    public ITransformer Open(MLContext context, int featureCount) => Open(context, featureCount, []);

    /// <summary>The same; where the model knows names of its features, they must be these.</summary>
    public ITransformer Open(MLContext context, int featureCount, IReadOnlyList<string> features)
    {
        var (model, input) = Read(context);
        CheckInput(input, featureCount, features);
        CheckOutput(model, context, featureCount);
        return model;
    }

    /// <summary>Checks the hash against the one that the manifest has.</summary>
    /// <exception cref="InvalidDataException">It is another file.</exception>
    public void Expect(string sha256)
    {
        if (!string.Equals(sha256, Sha256, StringComparison.OrdinalIgnoreCase))
        {
            throw new InvalidDataException($"{_source}: its SHA-256 is {Sha256}, the manifest has {sha256}: it is not the file that was entered there");
        }
    }

    /// <summary>Writes hash and file.</summary>
    public void Save(BinaryWriter writer)
    {
        writer.Write(_source);
        writer.Write(Sha256);
        Artefact.Write<byte>(writer, _zip);
    }

    /// <summary>Reads them, and compares.</summary>
    public static ModelBytes Load(BinaryReader reader)
    {
        var (source, sha256) = (reader.ReadString(), reader.ReadString());
        var bytes = new ModelBytes(Artefact.Read<byte>(reader), source);
        bytes.Expect(sha256);
        return bytes;
    }

    private (ITransformer Model, DataViewSchema Input) Read(MLContext context)
    {
        ITransformer model;
        DataViewSchema? input;
        try
        {
            using var stream = new MemoryStream(_zip, writable: false);
            model = context.Model.Load(stream, out input);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // ML.NET names no set of exceptions for what can be wrong with a file; whichever it is, this file can't be used, and the cause goes along.
            throw new InvalidDataException($"{_source}: this is no model of ML.NET that can be read here: {e.Message}", e);
        }

        return input is null
            ? throw new InvalidDataException($"{_source}: it was saved without its input schema; save it with mlContext.Model.Save(model, data.Schema, path)")
            : (model, input);
    }

    private void CheckInput(DataViewSchema input, int featureCount, IReadOnlyList<string> features)
    {
        if (input.GetColumnOrNull(FeatureRow.Column) is not { } column)
        {
            throw new InvalidDataException($"{_source}: it takes no column '{FeatureRow.Column}' but {Names(input)}; train it on one vector of Single of that name");
        }

        if (column.Type is not VectorDataViewType { ItemType: NumberDataViewType item } vector || item != NumberDataViewType.Single || vector.Size != featureCount)
        {
            throw new InvalidDataException($"{_source}: its column '{FeatureRow.Column}' is {column.Type}; wanted is Vector<Single, {featureCount}>");
        }

        if (features.Count == 0 || !column.HasSlotNames())
        {
            return;
        }

        VBuffer<ReadOnlyMemory<char>> names = default;
        column.GetSlotNames(ref names);
        var known = names.DenseValues().Select(n => n.ToString()).ToList();
        var wrong = Enumerable.Range(0, featureCount).FirstOrDefault(f => known[f].Length > 0 && known[f] != features[f], -1);
        if (wrong >= 0)
        {
            throw new InvalidDataException($"{_source}: feature {wrong + 1} is '{known[wrong]}' in the model and '{features[wrong]}' here; train it on the features in this order");
        }
    }

    private void CheckOutput(ITransformer model, MLContext context, int featureCount)
    {
        DataViewSchema output;
        try
        {
            output = model.GetOutputSchema(FeatureRow.View(context, [], featureCount).Schema);
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException or FormatException)
        {
            // What ML.NET throws when a step of the model misses a column.
            throw new InvalidDataException($"{_source}: it needs more than the column '{FeatureRow.Column}': {e.Message}", e);
        }

        if (output.GetColumnOrNull(FeatureRow.Score)?.Type != NumberDataViewType.Single)
        {
            throw new InvalidDataException($"{_source}: it gives no column '{FeatureRow.Score}' of Single but {Names(output)}; it must end in an anomaly detector or a regression");
        }
    }

    private static string Names(DataViewSchema schema) =>
        schema.Count == 0 ? "none" : string.Join(", ", schema.Take(MostColumns).Select(c => $"{c.Name} ({c.Type})"));
}
