namespace SecStream.Connectors.Elasticsearch.Events;

/// <summary>How sending fares, for people and metrics. Thread-safe.</summary>
internal sealed class SendHealth(TimeProvider time)
{
    private const int MaxTypes = 32;

    private readonly Lock _lock = new();

    /// <summary>The usual reasons count from 0 on: whoever watches an increase sees the first one, too.</summary>
    private readonly Dictionary<string, long> _refused = new(StringComparer.Ordinal)
    {
        ["document_parsing_exception"] = 0, ["mapper_parsing_exception"] = 0, ["illegal_argument_exception"] = 0, [TooLarge] = 0,
    };

    private DateTimeOffset? _since;
    private string? _error;
    private string? _mend;

    /// <summary>Type of a refusal by size, whatever words the cluster or a proxy has for it.</summary>
    public const string TooLarge = "too_large";

    /// <summary>Told how long a bulk request took.</summary>
    public Action<TimeSpan>? Answered;

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

    /// <summary>The same by the type of the error.</summary>
    public IReadOnlyDictionary<string, long> Refused
    {
        get
        {
            lock (_lock)
            {
                return new Dictionary<string, long>(_refused, StringComparer.Ordinal);
            }
        }
    }

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

    /// <summary>Counts a refusal; the first of all is told. Types come from the cluster: beyond some they are one.</summary>
    public bool Refuse(string type)
    {
        lock (_lock)
        {
            var name = _refused.ContainsKey(type) || _refused.Count < MaxTypes ? type : "other";
            _refused[name] = _refused.GetValueOrDefault(name) + 1;
        }

        return Interlocked.Increment(ref DeadLetters) == 1;
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
