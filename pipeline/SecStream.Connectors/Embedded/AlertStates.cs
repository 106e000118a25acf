namespace SecStream.Connectors.Embedded;

/// <summary>The states of an alert, and which wins.</summary>
public static class AlertStates
{
    /// <summary>Nobody has looked yet.</summary>
    public const string Open = "open";

    /// <summary>Somebody works on it.</summary>
    public const string Acknowledged = "acknowledged";

    /// <summary>It was true and is dealt with.</summary>
    public const string Resolved = "resolved";

    /// <summary>It was no attack.</summary>
    public const string FalsePositive = "false_positive";

    /// <summary>The machine took it back after a correction.</summary>
    public const string Withdrawn = "withdrawn";

    /// <summary>What an analyst may decide.</summary>
    public static readonly IReadOnlyList<string> Decidable = [Open, Acknowledged, Resolved, FalsePositive];

    /// <summary>
    /// The state as it stands: what an analyst said last; but what the machine has withdrawn needs no more work unless an analyst has closed it.
    /// </summary>
    public static string Of(bool isWithdrawn, string? verdict) =>
        isWithdrawn && verdict is (null or Open or Acknowledged) ? Withdrawn : verdict ?? Open;
}
