using System.Text;
using SecStream.Core.Alerts;
using SecStream.Core.Pipeline;
using SecStream.Stages.Rules.Evaluation;

namespace SecStream.Conformance.Tests.Harness;

/// <summary>Documents and dead letters in memory; saves and goes back like a file that is cut to its length.</summary>
internal sealed class MemoryEventSink(bool keep) : IEventSink, IDisposable
{
    private readonly MemoryStream _events = new();
    private readonly MemoryStream _deadLetters = new();

    public IEnumerable<string> Events => Lines(_events);

    public IEnumerable<string> DeadLetters => Lines(_deadLetters);

    public void Write(IngestOutput output)
    {
        if (keep)
        {
            _events.Write(output.Events.Written);
            _deadLetters.Write(output.DeadLetters.Written);
        }
    }

    public void Save(BinaryWriter writer)
    {
        foreach (var stream in new[] { _events, _deadLetters })
        {
            writer.Write((int)stream.Length);
            writer.Write(stream.GetBuffer(), 0, (int)stream.Length);
        }
    }

    public void Restore(BinaryReader reader)
    {
        foreach (var stream in new[] { _events, _deadLetters })
        {
            stream.SetLength(0);
            stream.Write(reader.ReadBytes(reader.ReadInt32()));
        }
    }

    public void Dispose()
    {
        _events.Dispose();
        _deadLetters.Dispose();
    }

    private static string[] Lines(MemoryStream stream) =>
        Encoding.UTF8.GetString(stream.GetBuffer(), 0, (int)stream.Length).Split('\n', StringSplitOptions.RemoveEmptyEntries);
}

/// <summary>
/// The alerts that stand after every upsert and withdrawal so far, and whether each is settled. Breaches of the sink's contract are noted
/// rather than thrown, so that a failing run says all of them.
/// </summary>
internal sealed class AlertLog : IAlertSink
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, (Alert Alert, bool Settled)> _alerts;

    public AlertLog() => _alerts = new(StringComparer.Ordinal);

    private AlertLog(AlertLog other)
    {
        _alerts = new(other._alerts, StringComparer.Ordinal);
        Breaches.AddRange(other.Breaches);
    }

    /// <summary>What the sink was told although its contract rules it out.</summary>
    public List<string> Breaches { get; } = [];

    /// <summary>Alerts that stand.</summary>
    public IReadOnlyList<Alert> Alerts => [.. _alerts.Values.Select(a => a.Alert)];

    /// <summary>Ids of alerts that stand and were never said to be settled.</summary>
    public IEnumerable<string> Unsettled => _alerts.Where(a => !a.Value.Settled).Select(a => a.Key);

    /// <summary>Withdrawals so far.</summary>
    public int Withdrawals { get; private set; }

    /// <summary>A copy as of now. Nothing may be running.</summary>
    public AlertLog Copy() => new(this);

    public void Upsert(Alert alert, bool settled)
    {
        lock (_lock)
        {
            CheckOpen(alert.Id, "upsert");
            _alerts[alert.Id] = (alert, settled);
        }
    }

    public void Withdraw(string id, string? supersededBy)
    {
        lock (_lock)
        {
            CheckOpen(id, "withdrawal");
            Withdrawals++;
            if (!_alerts.Remove(id))
            {
                Breaches.Add($"withdrawal of {id}, which was never sent");
            }
        }
    }

    private void CheckOpen(string id, string what)
    {
        if (_alerts.TryGetValue(id, out var known) && known.Settled)
        {
            Breaches.Add($"{what} of {known.Alert.RuleCode} {id} after it was settled");
        }
    }
}
