using System.Diagnostics;
using SecStream.Core.Alerts;
using SecStream.Core.Pipeline;
using SecStream.Engine;
using SecStream.Stages.Rules.Evaluation;

namespace SecStream.Host.Replay;

/// <summary>Progress of a replay, for people.</summary>
public readonly record struct ReplayProgress(long BytesRead, long BytesTotal, double Seconds);

/// <summary>Runs sources to their end through the production pipeline. What comes out is settled.</summary>
internal static class ReplayRun
{
    /// <summary>Runs to the end.</summary>
    public static async Task RunAsync(Topology topology, Func<ValueTask> tick, CancellationToken cancellation)
    {
        var watch = Stopwatch.StartNew();
        var next = TimeSpan.FromSeconds(1);
        await topology.Engine.RunAsync(
            async (pump, cancel) =>
            {
                while (!pump.AllEnded)
                {
                    await pump.PumpAsync(cancel).ConfigureAwait(false);
                    if (watch.Elapsed > next)
                    {
                        next = watch.Elapsed + TimeSpan.FromSeconds(1);
                        await tick().ConfigureAwait(false);
                    }
                }
            },
            cancellation).ConfigureAwait(false);
    }
}

/// <summary>Collects alerts from all lanes. Alerts are rare, so a lock costs nothing; the order in which they come does not matter.</summary>
internal sealed class AlertCollector : IAlertSink
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, Alert> _alerts = new(StringComparer.Ordinal);

    /// <summary>The alerts, by id.</summary>
    public IReadOnlyCollection<Alert> Alerts => _alerts.Values;

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
