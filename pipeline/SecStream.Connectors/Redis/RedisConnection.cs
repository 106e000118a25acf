using System.Globalization;
using StackExchange.Redis;

namespace SecStream.Connectors.Redis;

/// <summary>
/// The connection to Redis that sink, blacklist and health share. Nothing waits longer than its time-out, and no more than
/// <see cref="MaxOutstanding"/> commands wait for answers: beyond, callers are refused at once. It connects when first needed and again after a loss; a
/// connection that has gone silent is replaced, for the client would wait for it as long as the system does. Thread-safe.
/// </summary>
public sealed class RedisConnection : IAsyncDisposable
{
    /// <summary>Commands that may wait for an answer at once.</summary>
    public const int MaxOutstanding = 32;

    private const int SilencesBeforeRenewal = 3;
    private static readonly TimeSpan s_reasonHolds = TimeSpan.FromSeconds(1);

    private readonly TimeProvider _time;
    private readonly SemaphoreSlim _connecting = new(1, 1);
    private readonly Lock _lock = new();
    private readonly Dictionary<string, ConnectionMultiplexer> _subscriptions = new(StringComparer.Ordinal);
    private ConnectionMultiplexer? _connection;
    private int _outstanding;
    private int _silences;
    private (long At, string Text) _reason;

    /// <summary>Without connecting yet.</summary>
    public RedisConnection(RedisOptions options, TimeProvider time) => (Options, _time) = (options, time);

    /// <summary>Its settings.</summary>
    public RedisOptions Options { get; }

    /// <summary>Servers, for messages.</summary>
    public string Name => string.Join(",", Options.Endpoints);

    /// <summary>There is a connection now, as far as is known.</summary>
    public bool IsConnected => Volatile.Read(ref _connection)?.IsConnected ?? false;

    /// <summary>Sends a command and waits for its answer.</summary>
    /// <exception cref="RedisUnavailableException">Redis can't be reached, did not answer in time, or refused.</exception>
    public Task<RedisResult> ExecuteAsync(string command, IReadOnlyList<object> arguments, CancellationToken cancellation) =>
        RunAsync(command, database => database.ExecuteAsync(command, [.. arguments]), cancellation);

    /// <summary>Runs a script as one step of the server.</summary>
    /// <exception cref="RedisUnavailableException">Redis can't be reached, did not answer in time, or refused.</exception>
    public Task<RedisResult> EvaluateAsync(string script, string key, IReadOnlyList<object> arguments, CancellationToken cancellation) =>
        RunAsync("EVAL", database => database.ExecuteAsync("EVAL", [script, 1, key, .. arguments]), cancellation);

    /// <summary>
    /// Calls for each message of a channel. Cheap when that is so already: call it now and then, for after a loss the connection may be another one. What is
    /// published meanwhile is missed.
    /// </summary>
    /// <exception cref="RedisUnavailableException">Redis can't be reached or refused.</exception>
    public async Task SubscribeAsync(string channel, Action<string> receive, CancellationToken cancellation)
    {
        var connection = await GetAsync(cancellation).ConfigureAwait(false);
        lock (_lock)
        {
            if (_subscriptions.GetValueOrDefault(channel) == connection)
            {
                return;
            }
        }

        await SubscribeAsync(connection, channel, receive, cancellation).ConfigureAwait(false);
        lock (_lock)
        {
            _subscriptions[channel] = connection;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _connecting.WaitAsync().ConfigureAwait(false);
        if (Interlocked.Exchange(ref _connection, null) is { } connection)
        {
            await CloseAsync(connection).ConfigureAwait(false);
        }

        _connecting.Dispose();
    }

    private async Task<RedisResult> RunAsync(string command, Func<IDatabase, Task<RedisResult>> send, CancellationToken cancellation)
    {
        var connection = await GetAsync(cancellation).ConfigureAwait(false);
        if (Interlocked.Increment(ref _outstanding) > MaxOutstanding)
        {
            Interlocked.Decrement(ref _outstanding);
            throw new RedisUnavailableException($"redis {Name} does not keep up: {MaxOutstanding} commands wait for their answers");
        }

        try
        {
            var answer = send(connection.GetDatabase());
            _ = answer.ContinueWith(Finished, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
            var result = await answer.WaitAsync(Options.Timeout, _time, cancellation).ConfigureAwait(false);
            Volatile.Write(ref _silences, 0);
            return result;
        }
        catch (TimeoutException fault)
        {
            await RenewAfterSilenceAsync(connection).ConfigureAwait(false);
            throw new RedisUnavailableException($"redis {Name} did not answer {command} within {Options.Timeout.TotalSeconds:0.#} s", fault);
        }
        catch (RedisServerException fault)
        {
            throw new RedisUnavailableException($"redis {Name} refused {command}: {fault.Message}", fault);
        }
        catch (Exception fault) when (fault is RedisConnectionException or ObjectDisposedException)
        {
            throw new RedisUnavailableException(await ReasonAsync(cancellation).ConfigureAwait(false) ?? $"redis {Name}: {fault.Message}", fault);
        }
    }

    private void Finished(Task answer)
    {
        // The exception of an answer that nobody waits for any more is nobody's.
        _ = answer.Exception;
        Interlocked.Decrement(ref _outstanding);
    }

    private async Task<ConnectionMultiplexer> GetAsync(CancellationToken cancellation)
    {
        if (Volatile.Read(ref _connection) is { IsConnected: true } connected)
        {
            return connected;
        }

        if (!await _connecting.WaitAsync(Options.ConnectTimeout, cancellation).ConfigureAwait(false))
        {
            throw new RedisUnavailableException($"redis {Name}: another connect is still going on");
        }

        try
        {
            if (_connection is { IsConnected: true } other)
            {
                return other;
            }

            if (await ReasonAsync(cancellation).ConfigureAwait(false) is { } reason)
            {
                throw new RedisUnavailableException(reason);
            }

            // The server answers: made anew is quicker than waiting for the client to try again, and takes up a new password.
            if (Interlocked.Exchange(ref _connection, null) is { } dead)
            {
                await CloseAsync(dead).ConfigureAwait(false);
            }

            return await ConnectAsync(cancellation).ConfigureAwait(false);
        }
        finally
        {
            _connecting.Release();
        }
    }

    private async Task<ConnectionMultiplexer> ConnectAsync(CancellationToken cancellation)
    {
        var configuration = RedisPackage.Configure(Options);
        var connecting = Task.Run(() => ConnectionMultiplexer.ConnectAsync(configuration), CancellationToken.None);
        ConnectionMultiplexer connection;
        try
        {
            connection = await connecting.WaitAsync(Options.ConnectTimeout + Options.Timeout, _time, cancellation).ConfigureAwait(false);
        }
        catch (Exception fault) when (fault is TimeoutException or RedisConnectionException)
        {
            _ = connecting.ContinueWith(late => late.IsCompletedSuccessfully ? CloseAsync(late.GetAwaiter().GetResult()) : Task.CompletedTask, TaskScheduler.Default);
            throw new RedisUnavailableException($"redis {Name}: no connection: {fault.Message}", fault);
        }

        if (!connection.IsConnected)
        {
            await CloseAsync(connection).ConfigureAwait(false);
            throw new RedisUnavailableException($"redis {Name} answers, but the connection did not come about within {Options.ConnectTimeout.TotalSeconds:0.#} s");
        }

        RedisPackage.Tune(connection);
        Volatile.Write(ref _silences, 0);
        Volatile.Write(ref _connection, connection);
        return connection;
    }

    private async Task SubscribeAsync(ConnectionMultiplexer connection, string channel, Action<string> receive, CancellationToken cancellation)
    {
        var subscribing = connection.GetSubscriber().SubscribeAsync(new RedisChannel(channel, RedisChannel.PatternMode.Literal), (_, message) => receive((string?)message ?? ""));
        try
        {
            await subscribing.WaitAsync(Options.Timeout, _time, cancellation).ConfigureAwait(false);
        }
        catch (Exception fault) when (fault is TimeoutException or RedisException or ObjectDisposedException)
        {
            // The exception of an answer that nobody waits for any more is nobody's.
            _ = subscribing.ContinueWith(late => late.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
            throw new RedisUnavailableException($"redis {Name} did not take the subscription to {channel}: {fault.Message}", fault);
        }
    }

    private async Task RenewAfterSilenceAsync(ConnectionMultiplexer silent)
    {
        if (Interlocked.Increment(ref _silences) >= SilencesBeforeRenewal && Interlocked.CompareExchange(ref _connection, null, silent) == silent)
        {
            await CloseAsync(silent).ConfigureAwait(false);
        }
    }

    /// <summary>Why there is no connection, in the server's words; null: it answers. Asked at most every second while it does not.</summary>
    private async Task<string?> ReasonAsync(CancellationToken cancellation)
    {
        lock (_lock)
        {
            if (_reason.Text is { } known && _time.GetElapsedTime(_reason.At) < s_reasonHolds)
            {
                return known;
            }
        }

        string? reason = null;
        foreach (var endpoint in Options.Endpoints)
        {
            try
            {
                using var probe = await RedisProbe.ConnectAsync(Options, endpoint, _time, cancellation).ConfigureAwait(false);
                return null;
            }
            catch (RedisUnavailableException fault)
            {
                // Another server may answer; the first reason is told when none does.
                reason ??= fault.Message;
            }
        }

        lock (_lock)
        {
            _reason = (_time.GetTimestamp(), reason ?? string.Create(CultureInfo.InvariantCulture, $"redis: {Options.Endpoints.Count} servers configured"));
            return _reason.Text;
        }
    }

    /// <summary>Closes without waiting for what is under way; the client does it on a thread of its own, for it may block.</summary>
    private static Task CloseAsync(ConnectionMultiplexer connection) => Task.Run(() => connection.Close(allowCommandsToComplete: false));
}
