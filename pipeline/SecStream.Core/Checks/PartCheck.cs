namespace SecStream.Core.Checks;

/// <summary>What came of a check.</summary>
public enum PartCheckResult : byte
{
    /// <summary>As it should be.</summary>
    Ok = 0,

    /// <summary>It works, but something is missing or can't be told; the detail says what.</summary>
    Warning = 1,

    /// <summary>It won't work like this.</summary>
    Failed = 2,
}

/// <summary>One thing that a part of the stack (Kafka, Elasticsearch, Redis …) needs, tried. Immutable.</summary>
/// <param name="Name">What was tried, the part first: <c>kafka: write secstream.alerts.v1</c>.</param>
/// <param name="Result">What came of it.</param>
/// <param name="Detail">What was found, in one sentence.</param>
/// <param name="Mend">What puts it right, a command where there is one; null when nothing is to be done.</param>
public sealed record PartCheck(string Name, PartCheckResult Result, string Detail, string? Mend = null)
{
    /// <summary>A check that went well.</summary>
    public static PartCheck Ok(string name, string detail) => new(name, PartCheckResult.Ok, detail);

    /// <summary>A check that found something to tell.</summary>
    public static PartCheck Warning(string name, string detail, string? mend = null) => new(name, PartCheckResult.Warning, detail, mend);

    /// <summary>A check that failed, with the mend.</summary>
    public static PartCheck Failed(string name, string detail, string mend) => new(name, PartCheckResult.Failed, detail, mend);
}
