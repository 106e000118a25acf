using SecStream.Core.Events;

namespace SecStream.Stages.Profiles.Windows;

/// <summary>Bounds of a shard's profiles. Times in microseconds of event time.</summary>
public sealed record ProfileShardOptions
{
    /// <summary>H: how late an event may be and still be counted. Default 1 h.</summary>
    public long Horizon { get; init; } = EventClock.Hour;

    /// <summary>How often windows that late events changed are told of again, at most. Default 10 s.</summary>
    public long CorrectionInterval { get; init; } = 10 * EventClock.Second;

    /// <summary>State a shard may hold, in bytes; beyond it the keys idle longest are evicted. Default 16 MiB (1 GiB over 64 shards).</summary>
    public long MaxStateBytes { get; init; } = 16L << 20;
}

/// <summary>What shards of profiles did, and what they could not do exactly: for metrics and the ledger.</summary>
public sealed class ProfileCounters
{
    /// <summary>Rows older than anything that can still be changed.</summary>
    public long Unevaluated { get; set; }

    /// <summary>Rows of events that had been counted.</summary>
    public long Duplicates { get; set; }

    /// <summary>Keys evicted over the memory bound.</summary>
    public long Evicted { get; set; }

    /// <summary>Windows under way that were lost with them: a key was not seen for as long.</summary>
    public long LostWindows { get; set; }

    /// <summary>Times identities were forgotten before H was over, for want of room: a copy of such an event counts twice.</summary>
    public long Forgotten { get; set; }

    /// <summary>Windows told of.</summary>
    public long Closed { get; set; }

    /// <summary>Windows told of again after late events.</summary>
    public long Revised { get; set; }

    /// <summary>Windows that became final.</summary>
    public long Final { get; set; }

    /// <summary>Windows not told of, for they had fewer events than their profile asks for.</summary>
    public long Thin { get; set; }

    /// <summary>Adds another shard's counts.</summary>
    public void Add(ProfileCounters other)
    {
        Unevaluated += other.Unevaluated;
        Duplicates += other.Duplicates;
        Evicted += other.Evicted;
        LostWindows += other.LostWindows;
        Forgotten += other.Forgotten;
        Closed += other.Closed;
        Revised += other.Revised;
        Final += other.Final;
        Thin += other.Thin;
    }
}
