using System.Globalization;
using SecStream.Connectors.Embedded;
using SecStream.Connectors.Outbox;
using SecStream.Connectors.Redis;
using SecStream.Host.Ledger;

namespace SecStream.Host.Serve.Stack;

/// <summary>
/// All that has to do with Redis: alerts and actions go there, the blacklist is kept the same on both sides, and how the server stands is watched. The
/// pipeline waits for none of it.
/// </summary>
internal sealed class RedisParts : IAsyncDisposable
{
    private const string Name = "redis";
    private const double UsualEntryBytes = 1024;
    private static readonly TimeSpan s_upkeep = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan s_rateOver = TimeSpan.FromMinutes(5);

    private readonly RedisConnection _connection;
    private readonly RedisInstance _instance;
    private readonly TimeProvider _time;
    private readonly Queue<(long At, long Delivered)> _delivered = new();
    private (long Position, long Delivered)? _first;
    private RedisBlacklist? _blacklist;

    private RedisParts(RedisOptions options, RedisInstance instance, TimeProvider time)
    {
        (_connection, _instance, _time) = (new RedisConnection(options, time), instance, time);
        Sink = new RedisAlertSink(_connection, instance, time);
        Events = new RedisEventSink(_connection, time);
        Health = new RedisHealth(_connection, time);
    }

    /// <summary>Takes alerts, incidents and actions.</summary>
    public RedisAlertSink Sink { get; }

    /// <summary>Takes the latest events by category.</summary>
    public RedisEventSink Events { get; }

    /// <summary>How the server stands.</summary>
    public RedisHealth Health { get; }

    /// <summary>How the blacklist stands; null: it is not kept yet.</summary>
    public RedisBlacklistStatus? Blacklist => _blacklist?.Status;

    /// <summary>Without connecting yet.</summary>
    /// <param name="options">The server.</param>
    /// <param name="data">The data folder.</param>
    /// <param name="time">Clock.</param>
    public static RedisParts Open(RedisOptions options, string data, TimeProvider time) =>
        new(options, RedisInstance.Open(Path.Combine(data, "state", "outbox")), time);

    /// <summary>Watches over the server, keeps the blacklist and lets go of what has expired, until cancelled.</summary>
    /// <exception cref="Exception">A defect; the rest has stopped, too.</exception>
    public async Task RunAsync(Blacklist list, CancellationToken cancellation)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        _blacklist = new RedisBlacklist(_connection, _instance, list, _time);
        Task[] all = [Health.RunAsync(ending.Token), _blacklist.RunAsync(ending.Token), Events.RunAsync(ending.Token), KeepUpAsync(ending.Token)];
        var first = await Task.WhenAny(all).ConfigureAwait(false);
        await ending.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll(all).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await first.ConfigureAwait(false);
    }

    /// <summary>Tells the ledger what is amiss.</summary>
    /// <param name="collector">The ledger's.</param>
    /// <param name="sink">How the delivery of alerts fares; null: not known.</param>
    public void AddTo(LedgerCollector collector, Func<SinkStatus?> sink)
    {
        collector.Add(() => Observe(sink()));
        collector.AddCounter(BlindSpotKinds.SinkStrained, Name + " (evicted keys)", () => Health.Status.Evicted,
            () => "Redis throws keys out for room: blocks and alerts may be missing there. Set maxmemory-policy noeviction and shorten redis.keep, or raise maxmemory");
        collector.AddCounter(BlindSpotKinds.SinkStrained, Name + " (refused keys)", () => Sink.Refused,
            () => "keys were not written: there are as many actions as may be in force at once, or a key of the guides is used by somebody else for another type");
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _connection.DisposeAsync();

    /// <summary>What is amiss now. One thread.</summary>
    internal IEnumerable<Observation> Observe(SinkStatus? sink)
    {
        var health = Health.Status;
        if (health.AwaySince is { } since && sink?.Error is null)
        {
            yield return new Observation(BlindSpotKinds.SinkFailing, Name, health.Fault ?? "Redis can't be reached") { Since = since };
        }

        if (Blacklist is { } blacklist)
        {
            if (blacklist.Fault is { } fault && health.AwaySince is null)
            {
                yield return new Observation(BlindSpotKinds.SinkFailing, Name + " (blacklist)", fault) { Since = blacklist.Since };
            }

            if (blacklist.Refused.Count > 0)
            {
                var some = string.Join("; ", blacklist.Refused.OrderBy(pair => pair.Key, StringComparer.Ordinal).Take(3).Select(pair => $"{pair.Key}: {pair.Value}"));
                yield return new Observation(
                    BlindSpotKinds.BlacklistRefused, Name, string.Create(CultureInfo.InvariantCulture, $"{blacklist.Refused.Count} entries of the blacklist in Redis are not in force: {some}"));
            }
        }

        foreach (var strain in (RedisStrain?[])[.. health.AwaySince is null ? health.Strains : [], RedisThresholds.OfRate(RateOf(sink)), RedisThresholds.OfBacklog(BacklogOf(sink))])
        {
            if (strain is not null)
            {
                yield return new Observation(BlindSpotKinds.SinkStrained, $"{Name} ({strain.What})", $"{strain.Detail}{(strain.IsCritical ? ", which is critical" : "")}: {strain.Mend}");
            }
        }
    }

    private async Task KeepUpAsync(CancellationToken cancellation)
    {
        using var timer = new PeriodicTimer(s_upkeep, _time);
        while (await timer.WaitForNextTickAsync(cancellation).ConfigureAwait(false))
        {
            try
            {
                await Sink.CleanUpAsync(cancellation).ConfigureAwait(false);
            }
            catch (RedisUnavailableException)
            {
                // That Redis is away shows by its health; what has expired goes with the next round.
            }
        }
    }

    /// <summary>Entries a minute over the last minutes.</summary>
    private double RateOf(SinkStatus? sink)
    {
        if (sink is null)
        {
            return 0;
        }

        _delivered.Enqueue((_time.GetTimestamp(), sink.Delivered));
        while (_time.GetElapsedTime(_delivered.Peek().At) > s_rateOver)
        {
            _delivered.Dequeue();
        }

        // Over a whole span at least of a minute: a start that catches up is no rate yet.
        var span = _time.GetElapsedTime(_delivered.Peek().At);
        return span < s_upkeep ? 0 : (sink.Delivered - _delivered.Peek().Delivered) / span.TotalMinutes;
    }

    /// <summary>Entries that wait: the outbox knows bytes, and their mean size shows from what was delivered.</summary>
    private double BacklogOf(SinkStatus? sink)
    {
        if (sink is null)
        {
            return 0;
        }

        var (position, delivered) = _first ??= (sink.Position, sink.Delivered);
        var mean = sink.Delivered > delivered && sink.Position > position ? (sink.Position - position) / (double)(sink.Delivered - delivered) : UsualEntryBytes;
        return sink.Lag / mean;
    }
}
