namespace SecStream.Connectors.Elasticsearch.Events;

/// <summary>Hands chunks of the spool to senders, so many at once.</summary>
internal sealed class SendLoop(EventSpool spool, BulkSender sender, int senders, TimeSpan tick, TimeProvider time, Action<string> report) : IDisposable
{
    private readonly CancellationTokenSource _taking = new();
    private readonly CancellationTokenSource _sending = new();
    private readonly SemaphoreSlim _slots = new(senders);
    private Task _run = Task.CompletedTask;
    private bool _isStopped;

    /// <summary>Why it sends no more though nobody stopped it: a bug. Null: it does.</summary>
    public string? Fault { get; private set; }

    public void Start() => _run = Task.Run(RunAsync);

    /// <summary>Takes nothing more, and waits for what is under way so long; false when it was stopped before.</summary>
    public async Task<bool> StopAsync(TimeSpan grace)
    {
        if (_isStopped)
        {
            return false;
        }

        _isStopped = true;
        await _taking.CancelAsync().ConfigureAwait(false);
        _sending.CancelAfter(grace);
        await _run.ConfigureAwait(false);
        return true;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _taking.Dispose();
        _sending.Dispose();
        _slots.Dispose();
    }

    private async Task RunAsync()
    {
        var deliveries = new List<Task>();
        var ticks = time.CreateTimer(_ => spool.Signal(), null, tick, tick);
        try
        {
            var kept = time.GetTimestamp();
            while (true)
            {
                await spool.WaitAsync(_taking.Token).ConfigureAwait(false);
                while (await NextAsync(deliveries).ConfigureAwait(false))
                {
                }

                if (time.GetElapsedTime(kept) >= TimeSpan.FromSeconds(1))
                {
                    KeepSent();
                    kept = time.GetTimestamp();
                }
            }
        }
        catch (OperationCanceledException)
        {
            // It is stopped; what is left waits in the spool.
        }
        catch (Exception bug)
        {
            // Nothing is sent any more, and nothing is lost: the spool fills, health tells, intake stops.
            Fault = $"sending events has failed: {bug.Message}";
            report($"sending events to Elasticsearch has failed, they wait in the spool; restart the service: {bug}");
        }
        finally
        {
            // It may be signalling at this moment: the spool is disposed of after this.
            await ticks.DisposeAsync().ConfigureAwait(false);
            await Task.WhenAll(deliveries).ConfigureAwait(false);
        }
    }

    private async Task<bool> NextAsync(List<Task> deliveries)
    {
        await _slots.WaitAsync(_taking.Token).ConfigureAwait(false);
        if (Fault is not null || spool.TryTake() is not { } chunk)
        {
            _slots.Release();
            return false;
        }

        deliveries.RemoveAll(delivery => delivery.IsCompleted);
        deliveries.Add(Task.Run(() => DeliverAsync(chunk), CancellationToken.None));
        return true;
    }

    private async Task DeliverAsync(SpoolChunk chunk)
    {
        try
        {
            await sender.DeliverAsync(chunk, _sending.Token).ConfigureAwait(false);
            spool.Complete(chunk);
        }
        catch (OperationCanceledException)
        {
            // It is stopped; the chunk stays in the spool.
        }
        catch (Exception bug)
        {
            // As above: the chunk is never completed, so its place is never passed.
            Fault = $"sending events has failed: {bug.Message}";
            report($"sending events to Elasticsearch has failed, they wait in the spool; restart the service: {bug}");
        }
        finally
        {
            _slots.Release();
        }
    }

    private void KeepSent()
    {
        try
        {
            spool.KeepSent();
        }
        catch (IOException)
        {
            // A full disk: more is sent again after a restart, which does no harm. The next attempt is a second away.
        }
    }
}
