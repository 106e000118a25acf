namespace SecStream.Host.Serve.Snapshots;

/// <summary>When the next snapshot is due: every <paramref name="every"/>, but so that work stands still for a twentieth of the time at most.</summary>
internal sealed class SnapshotSchedule(TimeProvider time, TimeSpan every)
{
    private const int Share = 20;

    private long _from = time.GetTimestamp();
    private TimeSpan _interval = TimeSpan.Zero;

    /// <summary>Whether one is due now; the first is due at once.</summary>
    public bool IsDue => time.GetElapsedTime(_from) >= _interval;

    /// <summary>One was taken just now.</summary>
    public void Taken(TimeSpan standstill)
    {
        _from = time.GetTimestamp();
        _interval = standstill * Share > every ? standstill * Share : every;
    }
}
