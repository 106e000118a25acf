namespace SecStream.Connectors.Redis;

/// <summary>So many at once, and so many a minute over time. One thread.</summary>
/// <param name="burst">At once.</param>
/// <param name="perMinute">Over time.</param>
/// <param name="time">Clock.</param>
internal sealed class RedisEventBudget(int burst, int perMinute, TimeProvider time)
{
    private double _left = burst;
    private long _at = time.GetTimestamp();

    /// <summary>Takes one; false: there is none left now.</summary>
    public bool TryTake()
    {
        if (_left < 1)
        {
            var now = time.GetTimestamp();
            _left = Math.Min(burst, _left + (time.GetElapsedTime(_at, now).TotalMinutes * perMinute));
            _at = now;
        }

        if (_left < 1)
        {
            return false;
        }

        _left--;
        return true;
    }
}
