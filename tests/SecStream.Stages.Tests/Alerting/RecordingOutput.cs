using System.Text;
using SecStream.Stages.Alerting;

namespace SecStream.Stages.Tests.Alerting;

/// <summary>Keeps every change, and what a store that keeps the last revision holds.</summary>
public sealed class RecordingOutput : IAlertOutput
{
    public List<AlertChange> Alerts { get; } = [];

    public List<AlertChange> Incidents { get; } = [];

    /// <summary>Everything put out, in order, as text.</summary>
    public List<string> Log { get; } = [];

    /// <summary>Last revision of every alert.</summary>
    public Dictionary<string, AlertChange> Store { get; } = [];

    public void OnAlert(in AlertChange change)
    {
        Alerts.Add(change);
        Store[change.Id] = change;
        Log.Add(Line(change));
    }

    public void OnIncident(in AlertChange change)
    {
        Incidents.Add(change);
        Log.Add(Line(change));
    }

    private static string Line(in AlertChange change) =>
        $"{change.Kind} {change.Tenant} {change.Entity} {change.Id} {change.Revision} {change.IsSettled} {Encoding.UTF8.GetString(change.Document.Span)}";
}
