namespace SecStream.Host.Api.Health;

/// <summary>What a check is for.</summary>
[Flags]
public enum HealthKinds
{
    /// <summary>Information: shown, and decides nothing.</summary>
    None = 0,

    /// <summary>Without it the process should be started anew: the driver loop ticks.</summary>
    Live = 1,

    /// <summary>Without it nothing should be sent here: journal writable, sources open, stores reachable.</summary>
    Ready = 2,

    /// <summary>Without it the start is not over: state restored.</summary>
    Startup = 4,
}

/// <summary>A check as it stands.</summary>
/// <param name="Name">What was looked at: <c>journal.http</c>, <c>store.alerts</c>, <c>caught_up</c>.</param>
/// <param name="IsHealthy">Whether it is well.</param>
/// <param name="Kinds">What it is for.</param>
/// <param name="Detail">A sentence for people; no secrets.</param>
public sealed record HealthCheck(string Name, bool IsHealthy, HealthKinds Kinds, string Detail);

/// <summary>Says how the service is. Thread-safe, quick, asks no disk: it is called by probes.</summary>
public interface IHealthSource
{
    /// <summary>Last tick of the driver loop; live is younger than 30 s. Null: it has not begun.</summary>
    DateTimeOffset? LastTick { get; }

    /// <summary>The checks as they stand.</summary>
    IReadOnlyList<HealthCheck> Checks();
}
