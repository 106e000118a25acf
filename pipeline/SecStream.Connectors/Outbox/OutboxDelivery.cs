using SecStream.Core.Alerts;

namespace SecStream.Connectors.Outbox;

/// <summary>How a sink fares.</summary>
/// <param name="Name">The sink.</param>
/// <param name="Position">It has everything before this place.</param>
/// <param name="Lag">Bytes it has still to get.</param>
/// <param name="Delivered">Entries taken since the start, redeliveries included.</param>
/// <param name="FailingSince">When it began to fail; null when it does not.</param>
/// <param name="Error">Why it fails.</param>
/// <param name="Damage">What of the outbox could not be read, with the number of such places; null when all could.</param>
/// <param name="Failures">Attempts that failed since the start.</param>
public sealed record SinkStatus(string Name, long Position, long Lag, long Delivered, DateTimeOffset? FailingSince, string? Error, string? Damage, long Failures = 0);

/// <summary>The pump of one sink: reads the outbox, delivers, keeps the place, tries again. Failures of one sink touch no other.</summary>
internal sealed class OutboxDelivery(AlertOutbox outbox, IOutboxSink sink, OutboxCursor cursor, TimeProvider time)
{
    private static readonly TimeSpan s_look = TimeSpan.FromSeconds(1);

    private long _position = cursor.Read() ?? (sink.StartsAtEnd ? outbox.DurablePosition : 0);
    private bool _isKept;
    private OutboxReader? _reader;
    private long _delivered;
    private long _failures;
    private DateTimeOffset? _failingSince;
    private string? _error;

    public long Position => Volatile.Read(ref _position);

    public SinkStatus Status => new(
        sink.Name,
        Position,
        Math.Max(0, outbox.DurablePosition - Position),
        Interlocked.Read(ref _delivered),
        _failingSince,
        _error,
        _reader is { Damage: { } damage } reader ? $"{damage} ({reader.DamagedLines:N0} in all)" : null,
        Interlocked.Read(ref _failures));

    /// <summary>Delivers until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        var wait = outbox.Options.SinkRetry;
        try
        {
            while (true)
            {
                try
                {
                    await DeliverNextAsync(cancellation).ConfigureAwait(false);
                    wait = outbox.Options.SinkRetry;
                    (_failingSince, _error) = (null, null);
                }
                catch (Exception fault) when (fault is not OperationCanceledException || !cancellation.IsCancellationRequested)
                {
                    // Whatever a sink throws: the outbox keeps the entries, health tells, and they come again.
                    Interlocked.Increment(ref _failures);
                    (_failingSince, _error) = (_failingSince ?? time.GetUtcNow(), fault.Message);
                    await Task.Delay(wait, time, cancellation).ConfigureAwait(false);
                    wait = wait * 2 < outbox.Options.MaxSinkRetry ? wait * 2 : outbox.Options.MaxSinkRetry;
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The service stops; the place is kept, the next start goes on from it.
        }
        finally
        {
            _reader?.Dispose();
        }
    }

    private async Task DeliverNextAsync(CancellationToken cancellation)
    {
        if (await sink.GetPositionAsync(cancellation).ConfigureAwait(false) is { } own)
        {
            Volatile.Write(ref _position, own);
        }
        else if (!_isKept)
        {
            // A sink that starts at the end must still do so when the process ends before its first delivery.
            cursor.Write(Position);
            _isKept = true;
        }

        if (_reader is null || _reader.Position != Position)
        {
            _reader?.Dispose();
            _reader = outbox.MakeReader(Position);
        }

        var entries = _reader.Read(outbox.DurablePosition);
        if (entries.Count == 0)
        {
            await WaitForMoreAsync(cancellation).ConfigureAwait(false);
            return;
        }

        await sink.DeliverAsync(entries, cancellation).ConfigureAwait(false);
        if (_isKept)
        {
            cursor.Write(_reader.Position);
        }

        Volatile.Write(ref _position, _reader.Position);
        Interlocked.Add(ref _delivered, entries.Count);
    }

    /// <summary>Waits for entries, but looks after the sink's place now and then: a store that has been made anew wants all of them again.</summary>
    private async Task WaitForMoreAsync(CancellationToken cancellation)
    {
        using var look = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        look.CancelAfter(s_look);
        try
        {
            await outbox.WaitBeyondAsync(_reader!.Position, look.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            // Nothing came.
        }
    }
}
