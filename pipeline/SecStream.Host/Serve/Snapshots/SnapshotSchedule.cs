namespace SecStream.Host.Serve.Snapshots;

/// <summary>When the next snapshot is due: every <paramref name="every"/>, but so that work stands still for a twentieth of the time at most.</summary>
internal sealed class SnapshotSchedule(TimeProvider time, TimeSpan every)
{
    private const int Share = 20;

    private static readonly TimeSpan s_second = TimeSpan.FromSeconds(1);
    private long _from = time.GetTimestamp();
    private TimeSpan _interval = TimeSpan.Zero;
    private TimeSpan _soon = TimeSpan.Zero;

    /// <summary>Whether one is due now; the first is due at once.</summary>
    public bool IsDue => time.GetElapsedTime(_from) >= _interval;

    /// <summary>Whether one is due when somebody waits for it: a full journal has room again only after a snapshot.</summary>
    public bool IsDueSoon => time.GetElapsedTime(_from) >= _soon;

    /// <summary>One was taken just now.</summary>
    public void Taken(TimeSpan standstill)
    {
        _from = time.GetTimestamp();
        _soon = standstill * Share > s_second ? standstill * Share : s_second;
        _interval = standstill * Share > every ? standstill * Share : every;
    }
}
