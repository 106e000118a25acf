using System.Net.Sockets;
using SecStream.Core.Pipeline;

namespace SecStream.Connectors.Syslog;

/// <summary>
/// One TCP connection: reads, frames, appends, and reads on when the append is durable. So a journal that waits or fails stops the reading, and
/// the sender feels it.
/// </summary>
internal sealed class SyslogConnection(
    Socket socket, IRecordJournal journal, SyslogTcpOptions options, SyslogTcpCounters counters, ReceiveLosses losses, TimeProvider time) : IDisposable
{
    private const int BufferBytes = 32 << 10;
    private const int AppendBytes = 256 << 10;

    // Stopping takes what has arrived, not what a busy sender goes on sending.
    private const int DrainBytes = 16 << 20;
    private static readonly TimeSpan s_retry = TimeSpan.FromSeconds(1);

    private readonly SyslogFraming _framing = new(options.MaxFrameBytes);
    private readonly byte[] _buffer = new byte[BufferBytes];
    private readonly CancellationTokenSource _close = new();
    private JournalEntries _entries = new();
    private FramingCounts _counted;
    private long _lastReceived = time.GetTimestamp();

    /// <summary>How long nothing has come, save while the journal waits: then it is not the sender that is silent.</summary>
    public TimeSpan Idle => Volatile.Read(ref _lastReceived) is var last && last == long.MaxValue ? TimeSpan.Zero : time.GetElapsedTime(last);

    /// <summary>Closes it; what came before is still appended.</summary>
    public void Close() => _close.Cancel();

    /// <summary>Closes the socket. (The token source stays usable: whoever closes idle connections may be about to cancel it, and it holds nothing.)</summary>
    public void Dispose() => socket.Dispose();

    /// <summary>Runs until the sender closes, or until <paramref name="stop"/>; appends give up at <paramref name="giveUp"/>.</summary>
    public async Task RunAsync(CancellationToken stop, CancellationToken giveUp)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(stop, _close.Token);
        try
        {
            KeepAlive();
            int read;
            while ((read = await ReceiveAsync(end.Token).ConfigureAwait(false)) > 0)
            {
                Frame(read);
                while (_entries.Bytes < AppendBytes && TryReceiveMore(out read))
                {
                    Frame(read);
                }

                await AppendAsync(giveUp).ConfigureAwait(false);
            }

            for (var left = DrainBytes; left > 0 && end.IsCancellationRequested && TryReceiveMore(out read); left -= read)
            {
                Frame(read);
                await AppendAsync(giveUp).ConfigureAwait(false);
            }

            _framing.End(_entries);
            Count();
            await AppendAsync(giveUp).ConfigureAwait(false);
        }
        finally
        {
            Dispose();
        }
    }

    /// <summary>Has the system find out within two minutes that a sender is gone without a word.</summary>
    private void KeepAlive()
    {
        try
        {
            socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, 60);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, 15);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount, 4);
        }
        catch (SocketException)
        {
            // The sender is gone already, or the system knows no such option: the idle timeout stays.
        }
    }

    /// <summary>Bytes read; 0 when the connection has ended, whichever way, or the listener stops.</summary>
    private async ValueTask<int> ReceiveAsync(CancellationToken end)
    {
        try
        {
            Volatile.Write(ref _lastReceived, time.GetTimestamp());
            return await socket.ReceiveAsync(_buffer, SocketFlags.None, end).ConfigureAwait(false);
        }
        catch (Exception fault) when (fault is SocketException or OperationCanceledException)
        {
            // The sender is gone, the connection was idle too long, or the listener stops: what came before is worked off all the same.
            return 0;
        }
    }

    private bool TryReceiveMore(out int read)
    {
        try
        {
            read = socket.Available > 0 ? socket.Receive(_buffer) : 0;
            return read > 0;
        }
        catch (SocketException)
        {
            // As above; the next receive ends the connection.
            read = 0;
            return false;
        }
    }

    private void Frame(int length)
    {
        counters.Received(length);
        _framing.Feed(_buffer.AsSpan(0, length), _entries);
        Count();
    }

    private void Count()
    {
        var now = FramingCounts.Of(_framing);
        var since = now.Since(_counted);
        _counted = now;
        counters.Add(since);
        if (since.Truncated > 0)
        {
            losses.Add($"cut, for it was longer than {options.MaxFrameBytes} bytes", since.Truncated);
        }

        if (since.Incomplete > 0)
        {
            losses.Add("the connection ended in the middle of an octet-counted message", since.Incomplete);
        }
    }

    private async ValueTask AppendAsync(CancellationToken giveUp)
    {
        Volatile.Write(ref _lastReceived, long.MaxValue);
        while (_entries.Count > 0)
        {
            try
            {
                await journal.AppendAsync(_entries, giveUp).ConfigureAwait(false);
                counters.Appended(_entries.Count);
                Forget();
            }
            catch (IOException) when (!giveUp.IsCancellationRequested)
            {
                // The disk is full or failing. What came stays here and the socket is not read, so nothing is lost; the journal tells why it fails.
                counters.Retried();
                await PauseAsync(giveUp).ConfigureAwait(false);
            }
            catch (Exception fault) when (fault is OperationCanceledException or ObjectDisposedException or IOException)
            {
                // Stopping, and the journal took nothing within the grace.
                losses.Add("stopped while the journal was full or failing", _entries.Count);
                Forget();
            }
        }
    }

    private async Task PauseAsync(CancellationToken giveUp)
    {
        try
        {
            await Task.Delay(s_retry, time, giveUp).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // The next append sees it, too.
        }
    }

    private void Forget()
    {
        // A burst of long messages must not keep its memory as long as the connection lives.
        if (_entries.Bytes > AppendBytes)
        {
            _entries = new JournalEntries();
        }
        else
        {
            _entries.Clear();
        }
    }
}
