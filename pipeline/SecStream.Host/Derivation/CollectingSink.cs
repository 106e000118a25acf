using SecStream.Core.Alerts;
using SecStream.Core.Pipeline;
using SecStream.Stages.Rules.Evaluation;

namespace SecStream.Host.Derivation;

/// <summary>Keeps the alerts that stand at the end. All lanes use it.</summary>
internal sealed class CollectingSink : IAlertSink
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, Alert> _alerts = new(StringComparer.Ordinal);

    /// <summary>The alerts that stand. Good to read once the engine has ended.</summary>
    public IReadOnlyDictionary<string, Alert> Alerts => _alerts;

    /// <inheritdoc/>
    public void Upsert(Alert alert, bool settled)
    {
        lock (_lock)
        {
            _alerts[alert.Id] = alert;
        }
    }

    /// <inheritdoc/>
    public void Withdraw(string id, string? supersededBy)
    {
        lock (_lock)
        {
            _alerts.Remove(id);
        }
    }
}

/// <summary>Drops documents: for runs that only ask which alerts come out.</summary>
internal sealed class NoEventSink : IEventSink
{
    /// <inheritdoc/>
    public void Write(IngestOutput output)
    {
    }

    /// <inheritdoc/>
    public void Save(BinaryWriter writer)
    {
    }

    /// <inheritdoc/>
    public void Restore(BinaryReader reader)
    {
    }
}
