using System.Globalization;
using SecStream.Core.Alerts;

namespace SecStream.Connectors.Redis;

/// <summary>
/// Alerts, incidents and actions in Redis, for what reads there: applications, enforcers, dashboards. Its place in the outbox is kept in Redis with
/// what it holds, so a server that lost its last second, or all, gets that again; while Redis is away the outbox keeps everything. A revision is taken once;
/// a lower one never replaces a higher. Keys: see <c>RedisScripts</c>.
/// </summary>
public sealed class RedisAlertSink : IOutboxSink
{
    private const int MaxEntries = 64;
    private const int MaxBytes = 1 << 20;

    private readonly RedisConnection _connection;
    private readonly RedisInstance _instance;
    private readonly TimeProvider _time;
    private long _highest;
    private long _refused;

    /// <summary>Without connecting yet.</summary>
    /// <param name="connection">Redis.</param>
    /// <param name="instance">Whose outbox this is.</param>
    /// <param name="time">Clock.</param>
    public RedisAlertSink(RedisConnection connection, RedisInstance instance, TimeProvider time) => (_connection, _instance, _time) = (connection, instance, time);

    /// <inheritdoc/>
    public string Name => "redis";

    /// <summary>
    /// Keys that were not written since the start: actions beyond the limit, and keys of the guides that somebody else uses for another type.
    /// </summary>
    public long Refused => Interlocked.Read(ref _refused);

    private string PlaceKey => $"{_connection.Options.Prefix}place:{_instance.Id}";

    /// <inheritdoc/>
    /// <exception cref="RedisUnavailableException">Redis can't be asked.</exception>
    public async ValueTask<long?> GetPositionAsync(CancellationToken cancellation)
    {
        var place = (string?)await _connection.ExecuteAsync("GET", [PlaceKey], cancellation).ConfigureAwait(false);
        return long.TryParse(place, NumberStyles.None, CultureInfo.InvariantCulture, out var position) ? position : 0;
    }

    /// <inheritdoc/>
    /// <exception cref="RedisUnavailableException">Redis can't take them now.</exception>
    public async Task DeliverAsync(IReadOnlyList<OutboxEntry> entries, CancellationToken cancellation)
    {
        for (var from = 0; from < entries.Count;)
        {
            var (to, bytes) = (from, 0);
            while (to < entries.Count && to - from < MaxEntries && (to == from || bytes + entries[to].Document.Length <= MaxBytes))
            {
                bytes += entries[to++].Document.Length;
            }

            await DeliverAsync(entries, from, to, cancellation).ConfigureAwait(false);
            from = to;
        }
    }

    /// <summary>Lets go of what has expired; call it every minute, for nothing else does while no alerts come.</summary>
    /// <exception cref="RedisUnavailableException">Redis can't be asked.</exception>
    public async Task CleanUpAsync(CancellationToken cancellation) =>
        await _connection.EvaluateAsync(RedisScripts.Upkeep, PlaceKey, [RedisSettings.Write(_connection.Options, _time.GetUtcNow(), null, false)], cancellation).ConfigureAwait(false);

    private async Task DeliverAsync(IReadOnlyList<OutboxEntry> entries, int from, int to, CancellationToken cancellation)
    {
        var end = entries[to - 1].End;
        var isAgain = end > 0 && end <= Interlocked.Read(ref _highest);
        List<object> arguments = [RedisSettings.Write(_connection.Options, _time.GetUtcNow(), end > 0 ? end : null, isAgain)];
        for (var i = from; i < to; i++)
        {
            arguments.Add(RedisEntry.Write(entries[i], _connection.Options));
            arguments.Add(entries[i].Document.ToArray());
        }

        var answer = await _connection.EvaluateAsync(RedisScripts.Apply, PlaceKey, arguments, cancellation).ConfigureAwait(false);
        Interlocked.Add(ref _refused, ((long[])answer!)[1]);
        Interlocked.Exchange(ref _highest, Math.Max(end, _highest));
    }
}
