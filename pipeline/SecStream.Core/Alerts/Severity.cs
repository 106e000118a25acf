namespace SecStream.Core.Alerts;

/// <summary>Severity of events, rules and alerts, in rising order.</summary>
public enum Severity : byte
{
    /// <summary>Look when there is time (risk score 21).</summary>
    Low = 0,

    /// <summary>Look today (risk score 47).</summary>
    Medium = 1,

    /// <summary>Look soon (risk score 73).</summary>
    High = 2,

    /// <summary>Look now (risk score 99).</summary>
    Critical = 3,
}
