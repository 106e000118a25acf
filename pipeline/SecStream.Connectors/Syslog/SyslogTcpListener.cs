using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using SecStream.Core.Pipeline;

namespace SecStream.Connectors.Syslog;

/// <summary>
/// Receives syslog over TCP, octet-counted or in lines (<see cref="SyslogFraming"/>). While the journal waits or fails, nothing is read and the
/// senders wait too. Syslog over TCP has no acknowledgement: what a sender has sent and nobody has read when this process dies is lost, and only
/// the sender could know. Members are thread-safe.
/// </summary>
public sealed class SyslogTcpListener : IAsyncDisposable
{
    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_idleCheck = TimeSpan.FromSeconds(1);

    private readonly IRecordJournal _journal;
    private readonly SyslogTcpOptions _options;
    private readonly TimeProvider _time;
    private readonly Socket _socket;
    private readonly ConcurrentDictionary<SyslogConnection, Task> _connections = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly CancellationTokenSource _giveUp = new();
    private readonly Task _accepting;
    private readonly ITimer _idleTimer;

    private SyslogTcpListener(IRecordJournal journal, SyslogTcpOptions options, TimeProvider time, Socket socket)
    {
        (_journal, _options, _time, _socket) = (journal, options, time, socket);
        LocalEndpoint = (IPEndPoint)socket.LocalEndPoint!;
        Losses = new ReceiveLosses(time);
        _accepting = Task.Run(AcceptAsync);
        _idleTimer = time.CreateTimer(_ => CloseIdle(), null, s_idleCheck, s_idleCheck);
    }

    /// <summary>The address and port it listens on.</summary>
    public IPEndPoint LocalEndpoint { get; }

    /// <summary>Ends when the listener does; with an exception when it can't go on.</summary>
    public Task Completion => _accepting;

    /// <summary>The counts.</summary>
    public SyslogTcpCounters Counters { get; } = new();

    /// <summary>What was lost or cut, why and when; for the ledger.</summary>
    public ReceiveLosses Losses { get; }

    /// <summary>Binds and begins to accept connections.</summary>
    /// <exception cref="ArgumentException">An option is out of range.</exception>
    /// <exception cref="IOException">The address can't be had; the message says what to do.</exception>
    public static SyslogTcpListener Start(IRecordJournal journal, SyslogTcpOptions options, TimeProvider time)
    {
        if (options.Problems() is [var problem, ..])
        {
            throw new ArgumentException($"syslog TCP: {problem}", nameof(options));
        }

        var socket = ListenSocket.Bind(options.Endpoint, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Listen();
        }
        catch (SocketException fault)
        {
            socket.Dispose();
            throw new IOException($"syslog TCP {options.Endpoint}: {fault.Message}; another program may have it", fault);
        }

        return new SyslogTcpListener(journal, options, time, socket);
    }

    /// <summary>
    /// Accepts nothing more, appends what has arrived on each connection, closes. What the journal does not take within the grace is counted as lost.
    /// </summary>
    public async ValueTask DisposeAsync()
    {
        if (_stop.IsCancellationRequested)
        {
            return;
        }

        await _stop.CancelAsync().ConfigureAwait(false);
        await _accepting.ConfigureAwait(false);
        await _idleTimer.DisposeAsync().ConfigureAwait(false);
        _socket.Dispose();
        var grace = _time.CreateTimer(_ => _giveUp.Cancel(), null, _options.StopGrace, Timeout.InfiniteTimeSpan);
        await using (grace.ConfigureAwait(false))
        {
            await Task.WhenAll(_connections.Values).ConfigureAwait(false);
        }
    }

    private async Task AcceptAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                Take(await _socket.AcceptAsync(_stop.Token).ConfigureAwait(false));
            }
            catch (OperationCanceledException)
            {
                return;
            }
            catch (SocketException)
            {
                // Too many open files, or a sender that was gone before it was accepted: the next one may do better.
                await Task.Delay(s_pause, _time, CancellationToken.None).ConfigureAwait(false);
            }
        }
    }

    private void Take(Socket socket)
    {
        if (Counters.OpenConnections >= _options.MaxConnections)
        {
            socket.Dispose();
            Counters.Refused();
            Losses.Add($"connections refused: {_options.MaxConnections} are open already", 1);
            return;
        }

        var connection = new SyslogConnection(socket, _journal, _options, Counters, Losses, _time);
        Counters.Accepted();
        var run = new TaskCompletionSource();
        _connections[connection] = run.Task;
        _ = RunAsync(connection, run);
    }

    private async Task RunAsync(SyslogConnection connection, TaskCompletionSource done)
    {
        await Task.Yield();
        try
        {
            await connection.RunAsync(_stop.Token, _giveUp.Token).ConfigureAwait(false);
        }
        catch (Exception fault)
        {
            // A fault of this program costs the connection, and the ledger has it; the other senders are not to suffer, and this one connects again.
            Losses.Add($"a connection was closed by a fault: {fault.GetType().Name}: {fault.Message}", 1);
        }
        finally
        {
            Counters.Closed();
            _connections.TryRemove(connection, out _);
            done.SetResult();
        }
    }

    private void CloseIdle()
    {
        foreach (var connection in _connections.Keys.Where(c => c.Idle > _options.IdleTimeout))
        {
            connection.Close();
            Counters.Idle();
        }
    }
}
