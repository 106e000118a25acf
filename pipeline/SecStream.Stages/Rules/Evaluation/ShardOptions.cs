using SecStream.Core.Alerts;
using SecStream.Core.Events;

namespace SecStream.Stages.Rules.Evaluation;

/// <summary>Bounds of a shard. Times in microseconds of event time.</summary>
public sealed record ShardOptions
{
    /// <summary>H: how late an event may be and still be evaluated. Default 1 h.</summary>
    public long Horizon { get; init; } = EventClock.Hour;

    /// <summary>How often corrections are evaluated, at most. Default 10 s.</summary>
    public long CorrectionInterval { get; init; } = 10 * EventClock.Second;

    /// <summary>How often histories are folded and dropped. Default 5 min.</summary>
    public long SweepInterval { get; init; } = 5 * EventClock.Minute;

    /// <summary>A growing alert is sent again at most this often; <see cref="long.MaxValue"/>: only when settled. Default 10 s.</summary>
    public long RevisionInterval { get; init; } = 10 * EventClock.Second;

    /// <summary>State a shard may hold, in bytes; beyond it the keys idle longest are evicted. Default 16 MiB (1 GiB over 64 shards).</summary>
    public long MaxStateBytes { get; init; } = 16L << 20;
}

/// <summary>What a shard could not do exactly, for the ledger and metrics.</summary>
public sealed class ShardCounters
{
    /// <summary>Rows older than anything that is still kept.</summary>
    public long Unevaluated { get; set; }

    /// <summary>Keys evicted over the memory bound.</summary>
    public long Evicted { get; set; }

    /// <summary>Histories evaluated again because of late events.</summary>
    public long Corrections { get; set; }

    /// <summary>Occurrences dropped from histories beyond their bound.</summary>
    public long Lost { get; set; }

    /// <summary>Adds another shard's counts.</summary>
    public void Add(ShardCounters? other)
    {
        Unevaluated += other?.Unevaluated ?? 0;
        Evicted += other?.Evicted ?? 0;
        Corrections += other?.Corrections ?? 0;
        Lost += other?.Lost ?? 0;
    }
}

/// <summary>Takes alerts from a shard, on the shard's thread. Exceptions stop the lane.</summary>
public interface IAlertSink
{
    /// <summary>A new alert, or a new revision of one. A settled alert can't change any more.</summary>
    void Upsert(Alert alert, bool settled);

    /// <summary>An alert sent earlier is not one, after a correction.</summary>
    void Withdraw(string id, string? supersededBy);
}
