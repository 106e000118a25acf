using SecStream.Models.IsolationForest;

namespace SecStream.Models.Vectors;

/// <summary>All detectors of feature vectors: trainers with their default options, and reading an artefact whatever its kind.</summary>
public static class VectorDetectors
{
    /// <summary>Trainers with default options.</summary>
    public static IReadOnlyList<IVectorTrainer> Trainers { get; } =
    [
        new IsolationForestTrainer(new IsolationForestOptions()),
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
            _ => throw new InvalidDataException($"the artefact is of a detector that is not known here: {name}"),
        };
    }
}
