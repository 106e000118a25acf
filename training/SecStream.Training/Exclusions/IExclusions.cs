using SecStream.Core.Features;

namespace SecStream.Training.Exclusions;

/// <summary>Which windows may not be learned from: what has alerted may be an attack, and a model that has learned an attack does not see it. Immutable, thread-safe.</summary>
public interface IExclusions
{
    /// <summary>Whether windows of a key are left out on a day.</summary>
    /// <param name="schema">Schema of the windows, which names the parts of the key.</param>
    /// <param name="key">The canonical key.</param>
    /// <param name="day">UTC day, number since 1970.</param>
    ExclusionReason? Excludes(FeatureSchema schema, ReadOnlySpan<byte> key, long day);

    /// <summary>Entities that are left out at some time, by reason.</summary>
    IReadOnlyDictionary<ExclusionReason, int> Entities { get; }
}

/// <summary>Why windows are left out. Of several the last named counts.</summary>
public enum ExclusionReason
{
    /// <summary>It has an alert that nobody has judged.</summary>
    Alerted,

    /// <summary>It is on the blacklist.</summary>
    Blacklisted,

    /// <summary>An analyst has said that an alert of it was true.</summary>
    Confirmed,
}
