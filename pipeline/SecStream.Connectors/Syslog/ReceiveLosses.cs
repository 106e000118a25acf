namespace SecStream.Connectors.Syslog;

/// <summary>Messages that a listener could not take, one reason, one stretch of time.</summary>
/// <param name="Number">Counts the stretches of a listener; a stretch keeps its number while it grows.</param>
/// <param name="Reason">Why, for people.</param>
/// <param name="Count">Messages (connections where the reason says so).</param>
/// <param name="Since">When the first was lost.</param>
/// <param name="Until">When the last was lost.</param>
public sealed record ReceiveLoss(long Number, string Reason, long Count, DateTimeOffset Since, DateTimeOffset Until);

/// <summary>Gathers losses into stretches: those of one reason that follow each other within a minute are one. Thread-safe.</summary>
public sealed class ReceiveLosses(TimeProvider time)
{
    private const int Kept = 256;
    private static readonly TimeSpan s_pause = TimeSpan.FromMinutes(1);

    private readonly Lock _gate = new();
    private readonly List<ReceiveLoss> _stretches = [];
    private long _numbers;

    /// <summary>Everything lost since the start.</summary>
    public long Total { get; private set; }

    /// <summary>The last 256 stretches, oldest first.</summary>
    public IReadOnlyList<ReceiveLoss> Stretches
    {
        get
        {
            lock (_gate)
            {
                return [.. _stretches];
            }
        }
    }

    internal void Add(string reason, long count)
    {
        lock (_gate)
        {
            var now = time.GetUtcNow();
            Total += count;
            var open = _stretches.FindLastIndex(s => s.Reason == reason && now - s.Until <= s_pause);
            if (open >= 0)
            {
                _stretches[open] = _stretches[open] with { Count = _stretches[open].Count + count, Until = now };
                return;
            }

            _stretches.Add(new ReceiveLoss(_numbers++, reason, count, now, now));
            if (_stretches.Count > Kept)
            {
                _stretches.RemoveAt(0);
            }
        }
    }
}
