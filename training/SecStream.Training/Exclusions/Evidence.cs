using System.Net;

namespace SecStream.Training.Exclusions;

/// <summary>What is known of attacks beside the windows: alerts with what analysts say of them, and the blacklist. Immutable, thread-safe.</summary>
public sealed class Evidence
{
    /// <summary>Nothing is known.</summary>
    public static readonly Evidence None = new([], []);

    /// <summary>Makes it.</summary>
    /// <param name="alerts">Alerts, withdrawn ones left out.</param>
    /// <param name="blacklisted">Addresses and networks of the blacklist.</param>
    public Evidence(IReadOnlyCollection<EntityAlert> alerts, IReadOnlyCollection<IPNetwork> blacklisted)
    {
        Alerts = alerts;
        Excluded = new AlertExclusions(alerts, blacklisted);
        Explained = new AlertExclusions(alerts.Where(alert => !alert.IsOfModel || alert.Verdict == AlertVerdict.True), blacklisted);
    }

    /// <summary>The alerts.</summary>
    public IReadOnlyCollection<EntityAlert> Alerts { get; }

    /// <summary>What is not learned from.</summary>
    public IExclusions Excluded { get; }

    /// <summary>What is an attack for another reason than that a model finds it strange: no false alert of a model.</summary>
    public IExclusions Explained { get; }
}
