using SecStream.Models.Catalogue;
using SecStream.Models.MlNet.RandomizedPca;
using SecStream.Models.MlNet.SavedModels;
using SecStream.Models.Vectors;
#if FULL_PACKAGES
using SecStream.Models.MlNet.TimeSeries;
#endif

namespace SecStream.Models.MlNet;

/// <summary>The detectors of ML.NET, as far as its packages were to be had when this was built.</summary>
public static class MlNetDetectors
{
#if FULL_PACKAGES
    private const string? WithoutSeries = null;
#else
    private const string? WithoutSeries =
        "Microsoft.ML.TimeSeries does not restore in package profile local; build with SECSTREAM_PROFILE=full where the registry holds it";
#endif

    /// <summary>All of them, those that are not available with the reason.</summary>
    public static IReadOnlyList<DetectorEntry> Entries { get; } =
    [
        new("mlnet-pca", DetectorKind.Vector, "Halko, Martinsson, Tropp 2011 (ML.NET randomised PCA)") { Trainer = new RandomizedPcaTrainer(new RandomizedPcaOptions()) },
        new(SavedModel.Name, DetectorKind.Vector, "whatever a data team trained (ML.NET .zip)"),
        new("mlnet-iid-spike", DetectorKind.Series, "Laxhammar 2014 (ML.NET IID spike)")
        {
            Unavailable = WithoutSeries,
#if FULL_PACKAGES
            MakeSeries = () => MlNetSeries.IidSpike(new MlNetSeriesOptions()),
#endif
        },
        new("mlnet-ssa-spike", DetectorKind.Series, "Golyandina, Nekrutkin, Zhigljavsky 2001 (ML.NET SSA spike)")
        {
            Unavailable = WithoutSeries,
#if FULL_PACKAGES
            MakeSeries = () => MlNetSeries.SsaSpike(new MlNetSeriesOptions()),
#endif
        },
        new("mlnet-sr-cnn", DetectorKind.Series, "Ren and others 2019 (ML.NET SR-CNN)")
        {
            Unavailable = WithoutSeries,
#if FULL_PACKAGES
            MakeSeries = () => MlNetSeries.SrCnn(new MlNetSeriesOptions()),
#endif
        },
    ];

    /// <summary>Reads the artefact of a detector of ML.NET, or of one of our own.</summary>
    /// <param name="reader">Where it begins; the stream must be able to seek.</param>
    /// <exception cref="InvalidDataException">It is damaged, or of an unknown kind.</exception>
    public static IVectorDetector Load(BinaryReader reader)
    {
        ArgumentNullException.ThrowIfNull(reader);
        var start = reader.BaseStream.Position;
        var (name, _) = Artefact.ReadHead(reader);
        reader.BaseStream.Position = start;
        return name is RandomizedPcaTrainer.ArtefactName or SavedModel.Name ? MlNetVectorDetector.Load(reader, name) : VectorDetectors.Load(reader);
    }
}
