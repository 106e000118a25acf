using SecStream.Models.Ecod;
using SecStream.Models.ExtendedIsolationForest;
using SecStream.Models.Fused;
using SecStream.Models.Hbos;
using SecStream.Models.IsolationForest;
using SecStream.Models.KnnCoreset;
using SecStream.Models.RobustCovariance;

namespace SecStream.Models.Vectors;

/// <summary>All detectors of feature vectors: trainers with their default options, and reading an artefact whatever its kind.</summary>
public static class VectorDetectors
{
    /// <summary>Trainers with default options.</summary>
    public static IReadOnlyList<IVectorTrainer> Trainers { get; } =
    [
        new IsolationForestTrainer(new IsolationForestOptions()),
        new ExtendedIsolationForestTrainer(new ExtendedIsolationForestOptions()),
        new RobustCovarianceTrainer(new RobustCovarianceOptions()),
        new KnnCoresetTrainer(new KnnCoresetOptions()),
        new HbosTrainer(new HbosOptions()),
        new EcodTrainer(new EcodOptions()),
        new FusedTrainer(new FusedOptions()),
    ];

    /// <summary>Reads the artefact of a detector.</summary>
    /// <param name="reader">Where it begins; the stream must be able to seek.</param>
    /// <exception cref="InvalidDataException">It is damaged, or of an unknown kind.</exception>
    public static IVectorDetector Load(BinaryReader reader)
    {
        ArgumentNullException.ThrowIfNull(reader);
        var start = reader.BaseStream.Position;
        var (name, _) = Artefact.ReadHead(reader);
        reader.BaseStream.Position = start;
        return name switch
        {
            IsolationForestDetector.ArtefactName => IsolationForestDetector.Load(reader),
            ExtendedIsolationForestDetector.ArtefactName => ExtendedIsolationForestDetector.Load(reader),
            RobustCovarianceDetector.ArtefactName => RobustCovarianceDetector.Load(reader),
            KnnCoresetDetector.ArtefactName => KnnCoresetDetector.Load(reader),
            HbosDetector.ArtefactName => HbosDetector.Load(reader),
            EcodDetector.ArtefactName => EcodDetector.Load(reader),
            FusedDetector.ArtefactName => FusedDetector.Load(reader),
            _ => throw new InvalidDataException($"the artefact is of a detector that is not known here: {name}"),
        };
    }
}
