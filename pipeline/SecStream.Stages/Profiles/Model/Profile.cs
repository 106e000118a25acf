using SecStream.Core.Features;
using SecStream.Stages.Rules.Model;

namespace SecStream.Stages.Profiles.Model;

/// <summary>What is measured of every key of one kind (address, user, service …), compiled from a file of <c>profiles/</c>. Immutable.</summary>
public sealed record Profile
{
    /// <summary>Most windows of one length that a pane lies in.</summary>
    public const int MaxOverlap = 24;

    /// <summary>Most conditions a profile's features have together: rows say in 32 bits which hold.</summary>
    public const int MaxConditions = 32;

    /// <summary>Name: <c>api-key</c>.</summary>
    public required string Name { get; init; }

    /// <summary>For people.</summary>
    public required string Title { get; init; }

    /// <summary>File it came from, relative to the rule folder.</summary>
    public string File { get; init; } = "";

    /// <summary>Hash over all that the file says, names of fields resolved: 16 hex digits.</summary>
    public required string Content { get; init; }

    /// <summary>What its vectors mean.</summary>
    public required FeatureSchema Schema { get; init; }

    /// <summary>The fields its key is taken from; none: one key for the whole tenant.</summary>
    public required KeyPart[] Key { get; init; }

    /// <summary>Detection an event must match to be looked at; −1: every event that has the key.</summary>
    public int Where { get; init; } = -1;

    /// <summary>Detections that features ask for; a condition's bit in a row is its place here.</summary>
    public required int[] Conditions { get; init; }

    /// <summary>Lengths and slides, in order of length.</summary>
    public required WindowSpec[] Windows { get; init; }

    /// <summary>How each feature of the schema is computed.</summary>
    public required ProfileFeature[] Features { get; init; }

    /// <summary>Numbers a row carries.</summary>
    public required NumberField[] Numbers { get; init; }

    /// <summary>Fields whose values a row carries as hashes.</summary>
    public required HashField[] Hashes { get; init; }

    /// <summary>Fields whose values a row carries as hash and text: the schema's categories.</summary>
    public required HashField[] Categories { get; init; }

    /// <summary>Place in <see cref="Hashes"/> of what is taken as a step; −1: steps are not kept.</summary>
    public int StepSlot { get; init; } = -1;

    /// <summary>A row carries the place of the source.</summary>
    public bool HasLocation { get; init; }

    /// <summary>Windows with fewer occurrences are not told of.</summary>
    public int MinEvents { get; init; } = 1;

    /// <summary>Evaluated event time from which it is in force, µs (<see cref="Rules.RuleLineage"/>).</summary>
    public long From { get; init; } = long.MinValue;

    /// <summary>Evaluated event time from which it is in force no longer, µs.</summary>
    public long Until { get; init; } = long.MaxValue;

    /// <summary>Length of a pane, µs: what every window is made of.</summary>
    public long Pane => Windows.Min(w => w.Slide);

    /// <summary>Whether events of this evaluated time are looked at.</summary>
    public bool IsInForce(long time) => time >= From && time < Until;

    /// <summary>Whether it was in force for the whole of a window: half of one would look like a quiet key.</summary>
    public bool Covers(long start, long end) => start >= From && end <= Until;
}

/// <summary>Windows of one length.</summary>
/// <param name="Length">Length, µs.</param>
/// <param name="Slide">Distance of their ends, µs; the length itself for windows that don't overlap.</param>
public readonly record struct WindowSpec(long Length, long Slide)
{
    /// <summary>Windows an event lies in.</summary>
    public int Overlap => (int)(Length / Slide);

    /// <summary>End of the first window that an event of some time lies in.</summary>
    public long FirstEnd(long time) => Floor(time, Slide) + Slide;

    /// <summary>The greatest multiple of a length that is not above a time.</summary>
    public static long Floor(long time, long length)
    {
        var rest = time % length;
        return time - rest - (rest < 0 ? length : 0);
    }
}

/// <summary>How a feature is computed.</summary>
public enum FeatureType
{
    /// <summary>Occurrences.</summary>
    Count,

    /// <summary>Share of occurrences among others.</summary>
    Ratio,

    /// <summary>Mean of a number.</summary>
    Average,

    /// <summary>Quantile of a number, within 2 %.</summary>
    Percentile,

    /// <summary>Number of different values; beyond 32 within about 5 %.</summary>
    Distinct,

    /// <summary>Sum of a number.</summary>
    Sum,

    /// <summary>Entropy of a field's values in bits, over 256 classes of their hashes: at most 8.</summary>
    Entropy,

    /// <summary>Spread of places on earth, 0 (one place) – 1 (opposite places): 1 − length of the mean of their directions.</summary>
    LocationVariance,

    /// <summary>Spread of the time of day, 0 (one minute) – 1 (around the clock), likewise on the circle.</summary>
    TimeVariance,

    /// <summary>Variance of a number.</summary>
    NumberVariance,
}

/// <summary>How a feature is computed from rows.</summary>
/// <param name="Type">Kind of computation.</param>
/// <param name="Where">Bit of the condition its events meet; −1: all.</param>
/// <param name="Of">Ratio: bit of the condition of those it is a share of; −1: all.</param>
/// <param name="Slot">Place of its field among the profile's numbers or hashes; −1: none.</param>
/// <param name="Quantile">Percentile: 0–1.</param>
public sealed record ProfileFeature(FeatureType Type, int Where, int Of, int Slot, double Quantile);

/// <summary>A number that rows carry in thousandths of <c>value × factor</c>.</summary>
/// <param name="Fields">Field ids, in order of preference.</param>
/// <param name="Factor">What it is multiplied by.</param>
public sealed record NumberField(int[] Fields, double Factor);

/// <summary>A field whose values rows carry as hashes.</summary>
/// <param name="Fields">Field ids, in order of preference.</param>
public sealed record HashField(int[] Fields);
