namespace SecStream.Core.Features;

/// <summary>Judges windows of one profile and length. Has room of its own to work in: one a lane, not thread-safe. A judgement is a function of window and model alone.</summary>
public interface IWindowJudge
{
    /// <summary>The model: id of the artefact.</summary>
    string Model { get; }

    /// <summary>How strange a window is. Allocates nothing.</summary>
    Judgement Judge(FeatureVector window);

    /// <summary>Everything there is to say of a window that was judged.</summary>
    Anomaly Explain(FeatureVector window);
}

/// <summary>Models of all profiles, made by one training. Immutable, thread-safe.</summary>
public interface IModelSet
{
    /// <summary>Id of the artefact.</summary>
    string Id { get; }

    /// <summary>A judge for windows of a schema and length; null: the set has no model for them (another schema version included).</summary>
    IWindowJudge? JudgeOf(FeatureSchema schema, long window);

    /// <summary>What the model knows of a key's past, for "learning until …": first time at which the key can be judged by its own past; null: now.</summary>
    long? LearningUntil(FeatureSchema schema, ReadOnlySpan<byte> key);
}

/// <summary>Takes windows that nothing can change any more. Called by lanes, by several at once.</summary>
public interface IFeatureSink
{
    /// <summary>Takes a window; it is the caller's again after the call. A window may come again after a crash: same key, profile, start and end.</summary>
    void Write(FeatureVector window);
}

/// <summary>Stored windows.</summary>
public interface IFeatureStore
{
    /// <summary>Schemas of what is stored, the latest last for each profile.</summary>
    IReadOnlyList<FeatureSchema> Schemas();

    /// <summary>UTC days (numbers since 1970) that have windows of a schema, ascending.</summary>
    IReadOnlyList<long> Days(FeatureSchema schema);

    /// <summary>
    /// Windows of a schema and length that end within a day (its first microsecond excluded, its last included), each once, in order of end and key. The
    /// vector given is good until the next.
    /// </summary>
    IEnumerable<FeatureVector> Read(FeatureSchema schema, long window, long day);
}
