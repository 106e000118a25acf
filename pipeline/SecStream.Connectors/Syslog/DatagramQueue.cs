using System.Threading.Channels;
using SecStream.Core.Pipeline;

namespace SecStream.Connectors.Syslog;

/// <summary>
/// What waits between the socket and the journal: one side fills while the other is appended, so that a slow flush empties the socket all the same.
/// One receiver, one appender.
/// </summary>
internal sealed class DatagramQueue(int maxBytes)
{
    // 16 bytes stand for what an entry costs besides its content, so that tiny datagrams are bounded too.
    private const int EntryBytes = 16;

    private readonly Lock _gate = new();
    private readonly Channel<bool> _arrived = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true, SingleWriter = true });

    private JournalEntries _filling = new();
    private JournalEntries _taken = new();

    /// <summary>Adds a datagram; false when there is no room.</summary>
    public bool TryAdd(ReadOnlySpan<byte> datagram)
    {
        lock (_gate)
        {
            if (_filling.Bytes + (_filling.Count * EntryBytes) + datagram.Length > maxBytes)
            {
                return false;
            }

            _filling.Add(datagram);
        }

        _arrived.Writer.TryWrite(true);
        return true;
    }

    /// <summary>Nothing more will be added.</summary>
    public void Complete() => _arrived.Writer.TryComplete();

    /// <summary>Waits for datagrams and takes all there are; null when nothing more will come. Good until the next call.</summary>
    public async ValueTask<JournalEntries?> TakeAsync()
    {
        while (await _arrived.Reader.WaitToReadAsync().ConfigureAwait(false))
        {
            _arrived.Reader.TryRead(out _);
            if (Swap() is { Count: > 0 } entries)
            {
                return entries;
            }
        }

        return Swap() is { Count: > 0 } rest ? rest : null;
    }

    private JournalEntries Swap()
    {
        lock (_gate)
        {
            _taken.Clear();
            (_filling, _taken) = (_taken, _filling);
            return _taken;
        }
    }
}
