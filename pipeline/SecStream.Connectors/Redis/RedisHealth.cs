using System.Diagnostics;

namespace SecStream.Connectors.Redis;

/// <summary>How Redis stands.</summary>
public sealed record RedisHealthStatus
{
    /// <summary>When this was found; null: nobody has asked yet.</summary>
    public DateTimeOffset? At { get; init; }

    /// <summary>Since when it can't be asked; null: it can.</summary>
    public DateTimeOffset? AwaySince { get; init; }

    /// <summary>Why it can't be asked.</summary>
    public string? Fault { get; init; }

    /// <summary>Bytes in use.</summary>
    public long UsedBytes { get; init; }

    /// <summary>Bytes it may use; null: no limit.</summary>
    public long? LimitBytes { get; init; }

    /// <summary>Time of a PING over the last minute, half of all.</summary>
    public TimeSpan? LatencyMedian { get; init; }

    /// <summary>Time of a PING over the last minute, all but one in a hundred.</summary>
    public TimeSpan? LatencyP99 { get; init; }

    /// <summary>Commands a second.</summary>
    public double CommandsPerSecond { get; init; }

    /// <summary>Keys that the server has thrown out for room, since this process began.</summary>
    public long Evicted { get; init; }

    /// <summary>Keys that have expired, since this process began.</summary>
    public long Expired { get; init; }

    /// <summary>Keys of the database.</summary>
    public long Keys { get; init; }

    /// <summary>What is above its threshold.</summary>
    public IEnumerable<RedisStrain> Strains => new[]
    {
        RedisThresholds.OfMemory(UsedBytes, LimitBytes), LatencyMedian is { } latency ? RedisThresholds.OfLatency(latency) : null,
    }.OfType<RedisStrain>();
}

/// <summary>Asks Redis now and then how it is: for metrics, health and the ledger. Beside all work; nothing waits for it.</summary>
/// <param name="connection">Redis.</param>
/// <param name="time">Clock.</param>
public sealed class RedisHealth(RedisConnection connection, TimeProvider time)
{
    private const int Samples = 60;
    private const int RoundsPerInfo = 5;

    private readonly Queue<TimeSpan> _latencies = new();
    private volatile RedisHealthStatus _status = new();
    private (string Run, long Evicted, long Expired)? _counted;

    /// <summary>How often it is asked. Default 1 s.</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How it stands. Any thread.</summary>
    public RedisHealthStatus Status => _status;

    /// <summary>Asks until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        for (var round = 0; !cancellation.IsCancellationRequested; round++)
        {
            // Figures that change slowly are asked for less often, but at once after an absence.
            var isFull = round % RoundsPerInfo == 0 || _status.AwaySince is not null;
            await AskAsync(isFull, cancellation).ConfigureAwait(false);
            await Task.Delay(Interval, time, cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>Asks once.</summary>
    /// <param name="isFull">Memory, keys and counters, too; not only for a sign of life.</param>
    /// <param name="cancellation">Gives up.</param>
    public async Task AskAsync(bool isFull, CancellationToken cancellation)
    {
        try
        {
            // A connect is not the time of an answer.
            var isConnected = connection.IsConnected;
            var started = Stopwatch.GetTimestamp();
            await connection.ExecuteAsync("PING", [], cancellation).ConfigureAwait(false);
            if (isConnected)
            {
                Note(Stopwatch.GetElapsedTime(started));
            }

            var info = isFull ? RedisInfo.Read((string?)await connection.ExecuteAsync("INFO", [], cancellation).ConfigureAwait(false) ?? "") : null;
            _status = Seen(info);
        }
        catch (RedisUnavailableException fault)
        {
            // One that does not answer is slow, too.
            if (connection.IsConnected)
            {
                Note(connection.Options.Timeout);
            }

            _status = Seen(null) with { AwaySince = _status.AwaySince ?? time.GetUtcNow(), Fault = fault.Message };
        }
    }

    private void Note(TimeSpan latency)
    {
        _latencies.Enqueue(latency);
        while (_latencies.Count > Samples)
        {
            _latencies.Dequeue();
        }
    }

    private RedisHealthStatus Seen(RedisInfo? info)
    {
        var sorted = _latencies.Order().ToList();
        var status = _status with
        {
            At = time.GetUtcNow(),
            AwaySince = null,
            Fault = null,
            LatencyMedian = sorted.Count > 0 ? sorted[(sorted.Count - 1) / 2] : null,
            LatencyP99 = sorted.Count > 0 ? sorted[(int)Math.Ceiling(sorted.Count * 0.99) - 1] : null,
        };
        if (info is null)
        {
            return status;
        }

        // A server that was started anew counts from nothing.
        var (evicted, expired) = _counted is not { } before ? (0, 0)
            : before.Run == info.Run ? (info.Evicted - before.Evicted, info.Expired - before.Expired)
            : (info.Evicted, info.Expired);
        _counted = (info.Run, info.Evicted, info.Expired);
        return status with
        {
            UsedBytes = info.UsedBytes,
            LimitBytes = info.LimitBytes,
            CommandsPerSecond = info.CommandsPerSecond,
            Evicted = _status.Evicted + Math.Max(0, evicted),
            Expired = _status.Expired + Math.Max(0, expired),
            Keys = info.Keys(connection.Options.Database),
        };
    }
}
