using System.Net;
using System.Net.Sockets;
using SecStream.Core.Pipeline;

namespace SecStream.Connectors.Syslog;

/// <summary>
/// Receives syslog over UDP: a datagram is a record, without line ends and NULs at its end. UDP knows no back-pressure, so while the journal waits
/// or fails longer than <see cref="SyslogUdpOptions.MaxWaitingBytes"/> can hold, datagrams are dropped; these, and those the system dropped, are
/// in <see cref="Losses"/>. Members are thread-safe.
/// </summary>
public sealed class SyslogUdpListener : IAsyncDisposable
{
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan s_dropsInterval = TimeSpan.FromSeconds(5);

    private readonly IRecordJournal _journal;
    private readonly SyslogUdpOptions _options;
    private readonly TimeProvider _time;
    private readonly Socket _socket;
    private readonly UdpKernelDrops _drops;
    private readonly DatagramQueue _queue;
    private readonly CancellationTokenSource _stop = new();
    private readonly CancellationTokenSource _giveUp = new();
    private readonly Task _receiving;
    private readonly Task _appending;
    private readonly ITimer _dropsTimer;
    private long _datagrams;
    private long _bytes;
    private long _empty;
    private long _appended;
    private long _systemDrops;

    private SyslogUdpListener(IRecordJournal journal, SyslogUdpOptions options, TimeProvider time, Socket socket)
    {
        (_journal, _options, _time, _socket) = (journal, options, time, socket);
        _drops = new UdpKernelDrops(socket);
        _queue = new DatagramQueue(options.MaxWaitingBytes / 2);
        LocalEndpoint = (IPEndPoint)socket.LocalEndPoint!;
        Losses = new ReceiveLosses(time);
        _receiving = Task.Run(ReceiveAsync);
        _appending = Task.Run(AppendAsync);
        _dropsTimer = time.CreateTimer(_ => CountSystemDrops(), null, s_dropsInterval, s_dropsInterval);
    }

    /// <summary>The address and port it listens on.</summary>
    public IPEndPoint LocalEndpoint { get; }

    /// <summary>Size of the receive buffer the system gave, in bytes (Linux counts its own overhead in).</summary>
    public int ReceiveBufferBytes => _socket.ReceiveBufferSize;

    /// <summary>Ends when the listener does; with an exception when it can't go on.</summary>
    public Task Completion => Task.WhenAll(_receiving, _appending);

    /// <summary>Datagrams received.</summary>
    public long Datagrams => Volatile.Read(ref _datagrams);

    /// <summary>Their bytes.</summary>
    public long Bytes => Volatile.Read(ref _bytes);

    /// <summary>Datagrams with nothing in them but line ends and NULs.</summary>
    public long EmptyDatagrams => Volatile.Read(ref _empty);

    /// <summary>Records that are in the journal.</summary>
    public long AppendedRecords => Volatile.Read(ref _appended);

    /// <summary>What was lost, why and when; for the ledger.</summary>
    public ReceiveLosses Losses { get; }

    /// <summary>Binds and begins to receive.</summary>
    /// <exception cref="ArgumentException">An option is out of range.</exception>
    /// <exception cref="IOException">The address can't be had; the message says what to do.</exception>
    public static SyslogUdpListener Start(IRecordJournal journal, SyslogUdpOptions options, TimeProvider time)
    {
        if (options.Problems() is [var problem, ..])
        {
            throw new ArgumentException($"syslog UDP: {problem}", nameof(options));
        }

        var socket = ListenSocket.Bind(options.Endpoint, SocketType.Dgram, ProtocolType.Udp);
        AskForBuffer(socket, options.ReceiveBufferBytes);
        return new SyslogUdpListener(journal, options, time, socket);
    }

    /// <summary>Takes what has been received, appends it, closes. What the journal does not take within the grace is counted as lost.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_stop.IsCancellationRequested)
        {
            return;
        }

        await _stop.CancelAsync().ConfigureAwait(false);
        await _receiving.ConfigureAwait(false);
        await _dropsTimer.DisposeAsync().ConfigureAwait(false);
        CountSystemDrops();
        _socket.Dispose();
        _queue.Complete();
        var grace = _time.CreateTimer(_ => _giveUp.Cancel(), null, _options.StopGrace, Timeout.InfiniteTimeSpan);
        await using (grace.ConfigureAwait(false))
        {
            await _appending.ConfigureAwait(false);
        }
    }

    /// <summary>The system caps what an ordinary process gets; with the right to (CAP_NET_ADMIN), the cap does not hold.</summary>
    private static void AskForBuffer(Socket socket, int bytes)
    {
        socket.ReceiveBufferSize = bytes;
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        try
        {
            const int SolSocket = 1, ReceiveBufferForce = 33;
            socket.SetRawSocketOption(SolSocket, ReceiveBufferForce, BitConverter.GetBytes(bytes));
        }
        catch (SocketException)
        {
            // No such right: what the system gave stays, and ReceiveBufferBytes tells.
        }
    }

    private async Task ReceiveAsync()
    {
        var buffer = new byte[64 << 10];
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                Take(buffer.AsSpan(0, await _socket.ReceiveAsync(buffer, SocketFlags.None, _stop.Token).ConfigureAwait(false)));
            }
            catch (OperationCanceledException)
            {
                break;
            }
            catch (SocketException)
            {
                // An error of one datagram, or of the network for a while: the socket stays bound, and receiving goes on.
                await Task.Delay(s_pause, _time, CancellationToken.None).ConfigureAwait(false);
            }
        }

        Drain(buffer);
    }

    /// <summary>What the system still holds when the listener stops; no more than its buffer, for the senders may go on.</summary>
    private void Drain(byte[] buffer)
    {
        try
        {
            _socket.Blocking = false;
            for (var left = _options.ReceiveBufferBytes; left > 0 && _socket.Available > 0;)
            {
                var length = _socket.Receive(buffer);
                Take(buffer.AsSpan(0, length));
                left -= Math.Max(length, 1);
            }
        }
        catch (SocketException)
        {
            // Nothing is there after all (a datagram with a wrong checksum counts as available until it is read).
        }
    }

    private void Take(ReadOnlySpan<byte> datagram)
    {
        Volatile.Write(ref _datagrams, _datagrams + 1);
        Volatile.Write(ref _bytes, _bytes + datagram.Length);
        var record = datagram.TrimEnd("\r\n\0"u8);
        if (record.IsEmpty)
        {
            Volatile.Write(ref _empty, _empty + 1);
        }
        else if (!_queue.TryAdd(record))
        {
            Losses.Add("the journal was full or too slow", 1);
        }
    }

    private async Task AppendAsync()
    {
        while (await _queue.TakeAsync().ConfigureAwait(false) is { } entries)
        {
            try
            {
                await _journal.AppendAsync(entries, _giveUp.Token).ConfigureAwait(false);
                Volatile.Write(ref _appended, _appended + entries.Count);
            }
            catch (IOException fault)
            {
                // The journal can't write now. A datagram has no sender to tell, so it is lost and counted; the next ones may get through.
                Losses.Add(fault.Message, entries.Count);
            }
            catch (Exception fault) when (fault is OperationCanceledException or ObjectDisposedException)
            {
                // Stopping, and the journal took nothing within the grace.
                Losses.Add("stopped while the journal was full", entries.Count);
            }
        }
    }

    private void CountSystemDrops()
    {
        var drops = _drops.Read();
        var before = Interlocked.Exchange(ref _systemDrops, Math.Max(drops, Volatile.Read(ref _systemDrops)));
        if (drops > before)
        {
            Losses.Add("the system's receive buffer was full", drops - before);
        }
    }
}
