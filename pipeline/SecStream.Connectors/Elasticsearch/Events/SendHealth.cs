namespace SecStream.Connectors.Elasticsearch.Events;

/// <summary>How sending fares, for people and metrics. Thread-safe.</summary>
internal sealed class SendHealth(TimeProvider time)
{
    private readonly Lock _lock = new();
    private DateTimeOffset? _since;
    private string? _error;
    private string? _mend;

    /// <summary>Documents that the cluster took.</summary>
    public long Sent;

    /// <summary>Documents that were there before.</summary>
    public long Conflicts;

    /// <summary>Documents that had to be sent again.</summary>
    public long Retries;

    /// <summary>Documents that were put into others, because the cluster refused them as they were.</summary>
    public long Unindexed;

    /// <summary>Documents that the cluster refused for good.</summary>
    public long DeadLetters;

    /// <summary>Since when nothing is taken, why, and what to do.</summary>
    public (DateTimeOffset? Since, string? Error, string? Mend) Failure
    {
        get
        {
            lock (_lock)
            {
                return (_since, _error, _mend);
            }
        }
    }

    public void Failed(string error, string? mend)
    {
        lock (_lock)
        {
            _since ??= time.GetUtcNow();
            (_error, _mend) = (error, mend);
        }
    }

    public void Succeeded()
    {
        lock (_lock)
        {
            (_since, _error, _mend) = (null, null, null);
        }
    }
}
