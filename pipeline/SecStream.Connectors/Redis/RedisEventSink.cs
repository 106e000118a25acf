using System.Text.Json;
using SecStream.Core.Events;
using SecStream.Core.Pipeline;

namespace SecStream.Connectors.Redis;

/// <summary>
/// The latest events by category in Redis, as the guides have them (<c>security:auth:MILLISECONDS</c> …). A view, not a store: events beyond what it can hold
/// or should burden Redis with are left out, the serious ones last. Never waits: what is not there yet stands in a bounded queue, which is saved with the state,
/// so an outage or a restart costs nothing that the view would still show.
/// </summary>
public sealed class RedisEventSink : IEventSink
{
    private const int BatchCount = 64;
    private const int SeriousCount = 8_000;
    private const int OtherCount = 2_000;
    private const int PerMinute = 4_000;
    private const int MaxLine = 64 * 1024;

    private static readonly TimeSpan s_interval = TimeSpan.FromSeconds(1);

    private readonly RedisConnection _connection;
    private readonly TimeProvider _time;
    private readonly Lock _lock = new();
    private readonly LinkedList<byte[]> _serious = new();
    private readonly LinkedList<byte[]> _other = new();
    private readonly RedisEventBudget _seriousBudget;
    private readonly RedisEventBudget _otherBudget;
    private IReadOnlyList<byte[]> _underWay = [];
    private long _leftOut;
    private long _delivered;

    /// <summary>Without connecting yet.</summary>
    public RedisEventSink(RedisConnection connection, TimeProvider time)
    {
        (_connection, _time) = (connection, time);
        (_seriousBudget, _otherBudget) = (new(SeriousCount, PerMinute, time), new(OtherCount, PerMinute, time));
    }

    /// <summary>Events of a category that were left out since the start, because there were too many.</summary>
    public long LeftOut => Interlocked.Read(ref _leftOut);

    /// <summary>Events that Redis has taken since the start.</summary>
    public long Delivered => Interlocked.Read(ref _delivered);

    /// <inheritdoc/>
    public void Write(IngestOutput output)
    {
        var oldest = EventClock.ToMicroseconds(_time.GetUtcNow() - _connection.Options.KeepEvents);
        foreach (var mark in output.Marks.All)
        {
            if (mark.Time < oldest || mark.Length > MaxLine)
            {
                continue;
            }

            var line = output.Events.Written.Slice(mark.Start, mark.Length);
            if (RedisEventLine.IsOfCategory(line))
            {
                Take(line);
            }
        }
    }

    /// <summary>Sends what waits, every second, until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        while (!cancellation.IsCancellationRequested)
        {
            try
            {
                await SendAsync(cancellation).ConfigureAwait(false);
            }
            catch (RedisUnavailableException)
            {
                // It waits in the queue. That Redis is away shows by its health.
            }

            await Task.Delay(s_interval, _time, cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>Sends what waits now.</summary>
    /// <exception cref="RedisUnavailableException">Redis can't take it; it goes on waiting.</exception>
    public async Task SendAsync(CancellationToken cancellation)
    {
        while (Next() is { Count: > 0 } batch)
        {
            var isTaken = false;
            try
            {
                List<object> arguments = [RedisSettings.Write(_connection.Options, _time.GetUtcNow(), null, false), .. batch.Select(Read).OfType<byte[]>()];
                await _connection.EvaluateAsync(RedisScripts.Events, _connection.Options.Prefix + "items", arguments, cancellation).ConfigureAwait(false);
                isTaken = true;
                Interlocked.Add(ref _delivered, batch.Count);
            }
            finally
            {
                Settle(isTaken);
            }
        }
    }

    /// <inheritdoc/>
    public void Save(BinaryWriter writer)
    {
        lock (_lock)
        {
            byte[][] all = [.. _underWay, .. _serious, .. _other];
            writer.Write(all.Length);
            foreach (var line in all)
            {
                writer.Write(line.Length);
                writer.Write(line);
            }
        }
    }

    /// <inheritdoc/>
    public void Restore(BinaryReader reader)
    {
        for (var left = reader.ReadInt32(); left > 0; left--)
        {
            var line = reader.ReadBytes(reader.ReadInt32());
            lock (_lock)
            {
                _ = (RedisEventLine.IsSerious(line) ? _serious : _other).AddLast(line);
            }
        }
    }

    private void Take(ReadOnlySpan<byte> line)
    {
        var isSerious = RedisEventLine.IsSerious(line);
        if (!(isSerious ? _seriousBudget : _otherBudget).TryTake())
        {
            Interlocked.Increment(ref _leftOut);
            return;
        }

        var (queue, most) = isSerious ? (_serious, SeriousCount) : (_other, OtherCount);
        var copy = line.ToArray();
        lock (_lock)
        {
            // The latest count: those before would be the first to leave the view.
            if (queue.Count == most)
            {
                queue.RemoveFirst();
                _leftOut++;
            }

            queue.AddLast(copy);
        }
    }

    private IReadOnlyList<byte[]> Next()
    {
        lock (_lock)
        {
            var batch = new List<byte[]>(BatchCount);
            while (batch.Count < BatchCount && (_serious.Count > 0 ? _serious : _other) is { First: { } first } queue)
            {
                batch.Add(first.Value);
                queue.RemoveFirst();
            }

            return _underWay = batch;
        }
    }

    private void Settle(bool isTaken)
    {
        lock (_lock)
        {
            foreach (var line in isTaken ? [] : _underWay.Reverse())
            {
                _ = (RedisEventLine.IsSerious(line) ? _serious : _other).AddFirst(line);
            }

            _underWay = [];
        }
    }

    /// <summary>As the script reads it; null: it has no id or time, or can't be read.</summary>
    private byte[]? Read(byte[] line)
    {
        var facts = RedisFacts.Of(line);
        if (facts is not { Id: { Length: > 0 } id, Time: { } time })
        {
            return null;
        }

        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, RedisItems.Json))
        {
            json.WriteStartObject();
            json.WriteString("id", RedisNames.Of(id));
            json.WriteNumber("score", time.ToUnixTimeMilliseconds() / 1000.0);
            RedisItems.Write(json, new RedisItem("event", RedisNames.Of(id), time, facts.Severity ?? "low", "", facts), _connection.Options);
            json.WriteEndObject();
        }

        return stream.ToArray();
    }
}
