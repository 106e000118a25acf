using SecStream.Core.Observations;
using SecStream.Stages.Ingest;
using SecStream.Stages.Profiles;

namespace SecStream.Stages.Rules.Testing;

/// <summary>The anomalies that a test case states, as observations in order of time. Not thread-safe.</summary>
public sealed class StatedAnomalies(IngestPlan plan, IEnumerable<RuleTestEvent> events)
{
    private readonly AnomalyObservations _observations = new(plan);
    private readonly Queue<RuleTestEvent> _left = new(events.Where(e => e.Anomaly is not null).OrderBy(e => e.Time));

    /// <summary>Gives those whose window has ended when the clock is at a time.</summary>
    public void Give(long clock, RowBuffer[] rowsByShard)
    {
        while (_left.TryPeek(out var next) && next.Time <= clock)
        {
            _left.Dequeue();
            _observations.Emit(next.Anomaly!.At(next.Time), next.Anomaly.Schema(next), RuleTestAnomaly.Key(next), rowsByShard);
        }
    }
}
