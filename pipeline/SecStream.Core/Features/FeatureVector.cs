using SecStream.Core.Observations;

namespace SecStream.Core.Features;

/// <summary>A value of a field seen in a window.</summary>
/// <param name="Hash">Hash of the whole value (<see cref="Text.StableHash"/>, seed 0).</param>
/// <param name="Text">The value, cut to 64 characters.</param>
/// <param name="Count">Occurrences.</param>
public readonly record struct CategoryCount(ulong Hash, string Text, long Count);

/// <summary>An event of a window, for the evidence of an alert.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Time">Its time, µs.</param>
/// <param name="Count">Occurrences it stands for.</param>
public readonly record struct WindowEvent(EventId Id, long Time, int Count);

/// <summary>
/// What a profile knows of one key in one window. A function of the window's events alone, whatever order they came in. May be reused by whoever
/// gives it: keep a copy, not a reference.
/// </summary>
public sealed class FeatureVector
{
    /// <summary>Most values of a field kept for a window: the most frequent, then by hash.</summary>
    public const int MaxCategories = 16;

    /// <summary>Most actions kept for a window: the first.</summary>
    public const int MaxSteps = 64;

    /// <summary>What the values mean.</summary>
    public required FeatureSchema Schema { get; init; }

    /// <summary>The canonical key, parts separated by NUL (UTF-8).</summary>
    public byte[] Key { get; set; } = [];

    /// <summary>Start of the window, µs.</summary>
    public long Start { get; set; }

    /// <summary>End of the window, exclusive, µs.</summary>
    public long End { get; set; }

    /// <summary>Occurrences in it, 1 or more: a window without events is none.</summary>
    public long Events { get; set; }

    /// <summary>One a feature; <see cref="double.NaN"/>: not known in this window.</summary>
    public required double[] Values { get; init; }

    /// <summary>One list a category of the schema.</summary>
    public required List<CategoryCount>[] Categories { get; init; }

    /// <summary>Hashes of the actions in the order of events, when the schema says so.</summary>
    public List<ulong> Steps { get; init; } = [];

    /// <summary>The first events; not stored.</summary>
    public List<WindowEvent> Evidence { get; init; } = [];

    /// <summary>Length of the window, µs.</summary>
    public long Window => End - Start;

    /// <summary>An empty vector of a schema.</summary>
    public static FeatureVector Of(FeatureSchema schema) => new()
    {
        Schema = schema,
        Values = new double[schema.Features.Length],
        Categories = [.. schema.Categories.Select(_ => new List<CategoryCount>())],
    };

    /// <summary>A copy that shares nothing.</summary>
    public FeatureVector Copy() => new()
    {
        Schema = Schema,
        Key = [.. Key],
        Start = Start,
        End = End,
        Events = Events,
        Values = [.. Values],
        Categories = [.. Categories.Select(list => new List<CategoryCount>(list))],
        Steps = [.. Steps],
        Evidence = [.. Evidence],
    };
}
