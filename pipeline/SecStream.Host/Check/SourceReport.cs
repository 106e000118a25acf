namespace SecStream.Host.Check;

/// <summary>Lines of one class that could not be parsed, with the first of them.</summary>
/// <param name="Class">Error class.</param>
/// <param name="Count">Lines.</param>
/// <param name="Position">Offset of the first in its source.</param>
/// <param name="Example">Its beginning, as it is.</param>
internal sealed record DeadLetterClass(string Class, long Count, long Position, string Example);

/// <summary>A rule that could not have seen anything in a source, and why.</summary>
internal sealed record BlindRule(string Rule, string Title, string Why);

/// <summary>What reading a source through the production pipeline showed.</summary>
internal sealed record SourceReport
{
    /// <summary>Path.</summary>
    public required string Name { get; init; }

    /// <summary>Why it can't be used, in a sentence with the mend; null when it can.</summary>
    public string? Unusable { get; init; }

    /// <summary>Format detected; empty when none.</summary>
    public string Format { get; init; } = "";

    /// <summary>Lines that are events.</summary>
    public long Events { get; init; }

    /// <summary>Lines that could not be parsed.</summary>
    public IReadOnlyList<DeadLetterClass> DeadLetters { get; init; } = [];

    /// <summary>Events of all lines that are not blank, 0 to 1.</summary>
    public double ParsedRatio { get; init; }

    /// <summary>Events out of order by more than the lateness, of which some were too late to be evaluated.</summary>
    public long Late { get; init; }

    /// <summary>Events not evaluated for lateness.</summary>
    public long Unevaluated { get; init; }

    /// <summary>Events ahead of their time.</summary>
    public long ClockSkew { get; init; }

    /// <summary>Zone in which times without one are read.</summary>
    public string Timezone { get; init; } = "";

    /// <summary>Year of the first line, where lines carry none; null where they do.</summary>
    public int? Year { get; init; }

    /// <summary>First event time, ISO 8601.</summary>
    public string? FirstEvent { get; init; }

    /// <summary>Last event time, ISO 8601.</summary>
    public string? LastEvent { get; init; }

    /// <summary>Now minus the last event, in seconds; null when only a part was read.</summary>
    public double? LagSeconds { get; init; }

    /// <summary>Only the first lines were read.</summary>
    public bool IsPartial { get; init; }

    /// <summary>Alerts the rules would raise on it alone.</summary>
    public int Alerts { get; init; }

    /// <summary>Rules that can see something in it.</summary>
    public IReadOnlyList<string> SeenBy { get; init; } = [];

    /// <summary>Rules that can't.</summary>
    public IReadOnlyList<BlindRule> Blind { get; init; } = [];
}
