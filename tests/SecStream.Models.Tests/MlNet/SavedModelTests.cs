using Microsoft.ML;
using Microsoft.ML.Data;
using SecStream.Models.MlNet;
using SecStream.Models.MlNet.SavedModels;
using SecStream.Models.Tests.Vectors;

namespace SecStream.Models.Tests.MlNet;

/// <summary>Models that a data team brings: those that fit are used, the others are told what is wrong.</summary>
public sealed class SavedModelTests
{
    private static readonly string[] s_features = ["requests", "errors", "bytes"];

    [Fact]
    public void Open_PipelineWithNormalisation_GivesWhatMlNetGives()
    {
        var rows = GeneratedRows.Make(300, 3);
        var context = new MLContext(1);
        var view = View(context, rows);
        var model = context.Transforms.NormalizeMeanVariance("Features").Append(context.AnomalyDetection.Trainers.RandomizedPca("Features", rank: 1)).Fit(view);
        var detector = Open(Saved(context, model, view.Schema));
        Assert.Equal(model.Transform(view).GetColumn<float>("Score").Select(s => (double)s), GeneratedRows.Scores(detector, rows));
    }

    [Fact]
    public void Save_AndLoad_KeepsScoresAndFile()
    {
        var zip = Fitted(3);
        var detector = Open(zip);
        var loaded = MlNetDetectors.Load(new BinaryReader(new MemoryStream(GeneratedRows.Saved(detector))));
        var rows = GeneratedRows.Make(50, 3, seed: 5);
        Assert.Equal(GeneratedRows.Scores(detector, rows), GeneratedRows.Scores(loaded, rows));
        Assert.Equal(SavedModel.Hash(zip), ((MlNetVectorDetector)loaded).Sha256);
    }

    [Fact]
    public void Open_HashOfTheManifest_MustBeThatOfTheFile()
    {
        var zip = Fitted(3);
        SavedModel.Open(zip, "team.zip", s_features, [0, 0, 0], SavedModel.Hash(zip).ToUpperInvariant());
        var error = Assert.Throws<InvalidDataException>(() => SavedModel.Open(zip, "team.zip", s_features, [0, 0, 0], new string('0', 64)));
        Assert.Contains("team.zip", error.Message, StringComparison.Ordinal);
        Assert.Contains(SavedModel.Hash(zip), error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_NoModel_SaysSo()
    {
        Assert.Contains("no model of ML.NET", Refused([]), StringComparison.Ordinal);
        Assert.Contains("no model of ML.NET", Refused([1, 2, 3]), StringComparison.Ordinal);
        Assert.Contains("no model of ML.NET", Refused(Fitted(3)[..500]), StringComparison.Ordinal);
    }

    [Fact]
    public void Open_OtherNumberOfFeatures_NamesBoth()
    {
        var message = Refused(Fitted(4));
        Assert.Contains("Vector<Single, 4>", message, StringComparison.Ordinal);
        Assert.Contains("Vector<Single, 3>", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_WithoutInputSchema_NamesTheMend()
    {
        var context = new MLContext(1);
        var view = View(context, GeneratedRows.Make(100, 3));
        var model = context.AnomalyDetection.Trainers.RandomizedPca("Features", rank: 1).Fit(view);
        Assert.Contains("data.Schema", Refused(Saved(context, model, null)), StringComparison.Ordinal);
    }

    [Fact]
    public void Open_ModelOfOtherColumns_NamesThem()
    {
        var context = new MLContext(1);
        var view = context.Data.LoadFromEnumerable(Enumerable.Range(0, 100).Select(i => new Other { Requests = i, Errors = i % 7 }));
        var model = context.Transforms.Concatenate("Features", "Requests", "Errors")
            .Append(context.AnomalyDetection.Trainers.RandomizedPca("Features", rank: 1)).Fit(view);
        var message = Refused(Saved(context, model, view.Schema));
        Assert.Contains("Requests (Single)", message, StringComparison.Ordinal);
        Assert.Contains("no column 'Features'", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_ModelThatNeedsAColumnMore_SaysWhich()
    {
        var context = new MLContext(1);
        var rows = Enumerable.Range(0, 100).Select(i => new More { Features = [i, i % 7, 1], Extra = i });
        var view = context.Data.LoadFromEnumerable(rows);
        var model = context.Transforms.Concatenate("All", "Features", "Extra").Append(context.AnomalyDetection.Trainers.RandomizedPca("All", rank: 1)).Fit(view);
        Assert.Contains("Extra", Refused(Saved(context, model, view.Schema)), StringComparison.Ordinal);
    }

    [Fact]
    public void Open_TransformWithoutScore_SaysSo()
    {
        var context = new MLContext(1);
        var view = View(context, GeneratedRows.Make(100, 3));
        var model = context.Transforms.NormalizeMeanVariance("Features").Fit(view);
        Assert.Contains("no column 'Score'", Refused(Saved(context, model, view.Schema)), StringComparison.Ordinal);
    }

    [Fact]
    public void Open_FeaturesInAnotherOrder_NamesTheFirst()
    {
        var context = new MLContext(1);
        var plain = context.Data.LoadFromEnumerable(Enumerable.Range(0, 100).Select(i => new Named { requests = i, bytes = i % 7, errors = i % 5 }));
        var view = context.Transforms.Concatenate("Features", "requests", "bytes", "errors").Fit(plain).Transform(plain);
        var model = context.AnomalyDetection.Trainers.RandomizedPca("Features", rank: 1).Fit(view);
        Assert.Contains("feature 2 is 'bytes' in the model and 'errors' here", Refused(Saved(context, model, view.Schema)), StringComparison.Ordinal);
    }

    [Fact]
    public void Explain_OddFeature_IsComparedWithTheUsualRow()
    {
        var detector = SavedModel.Open(Fitted(3), "team.zip", s_features, [0, 0, 0]);
        var shares = new double[3];
        detector.Explain([0.1, 0.1, 9], shares);
        Assert.Equal(2, Array.IndexOf(shares, shares.Max()));
    }

    private static IVectorDetector Open(byte[] zip) => SavedModel.Open(zip, "team.zip", s_features, [0, 0, 0]);

    private static string Refused(byte[] zip)
    {
        var message = Assert.Throws<InvalidDataException>(() => Open(zip)).Message;
        Assert.StartsWith("team.zip: ", message, StringComparison.Ordinal);
        return message;
    }

    private static byte[] Fitted(int features)
    {
        var context = new MLContext(1);
        var rows = GeneratedRows.Make(200, features);
        var view = View(context, rows, features);
        return Saved(context, context.AnomalyDetection.Trainers.RandomizedPca("Features", rank: 1).Fit(view), view.Schema);
    }

    private static byte[] Saved(MLContext context, ITransformer model, DataViewSchema? schema)
    {
        using var stream = new MemoryStream();
        context.Model.Save(model, schema, stream);
        return stream.ToArray();
    }

    private static IDataView View(MLContext context, double[] rows, int features = 3) => FeatureRow.View(context, rows, features);

    private sealed class Other
    {
        public float Requests { get; set; }

        public float Errors { get; set; }
    }

    private sealed class More
    {
        [VectorType(3)]
        public float[] Features { get; set; } = [];

        public float Extra { get; set; }
    }

    private sealed class Named
    {
        public float requests { get; set; }

        public float bytes { get; set; }

        public float errors { get; set; }
    }
}
