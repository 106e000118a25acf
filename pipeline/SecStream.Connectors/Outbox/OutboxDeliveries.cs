using SecStream.Core.Alerts;

namespace SecStream.Connectors.Outbox;

/// <summary>All sinks of an outbox, each with its pump, and the upkeep of its files. Dispose it before the outbox.</summary>
public sealed class OutboxDeliveries : IAsyncDisposable
{
    private readonly AlertOutbox _outbox;
    private readonly string _state;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _stop = new();
    private readonly List<(OutboxDelivery Delivery, Task Run)> _all = [];
    private readonly Lock _lock = new();
    private readonly Task _upkeep;

    /// <summary>Starts without sinks.</summary>
    /// <param name="outbox">Where entries come from.</param>
    /// <param name="state">Folder for the places of the sinks: <c>data/state/outbox</c>.</param>
    /// <param name="time">Clock.</param>
    public OutboxDeliveries(AlertOutbox outbox, string state, TimeProvider time)
    {
        (_outbox, _state, _time) = (outbox, state, time);
        _upkeep = Task.Run(KeepUpAsync);
    }

    /// <summary>How the sinks fare.</summary>
    public IReadOnlyList<SinkStatus> Statuses
    {
        get
        {
            lock (_lock)
            {
                return [.. _all.Select(pump => pump.Delivery.Status)];
            }
        }
    }

    /// <summary>Adds a sink and starts to deliver to it.</summary>
    /// <exception cref="ArgumentException">The name is taken, or no name of a file.</exception>
    public void Add(IOutboxSink sink)
    {
        lock (_lock)
        {
            if (sink.Name.Length is 0 or > 100 || !sink.Name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_'))
            {
                throw new ArgumentException($"'{sink.Name}' can't name a sink: use letters, digits and -", nameof(sink));
            }

            if (_all.Exists(pump => pump.Delivery.Status.Name == sink.Name))
            {
                throw new ArgumentException($"two sinks are named {sink.Name}", nameof(sink));
            }

            var delivery = new OutboxDelivery(_outbox, sink, new OutboxCursor(Path.Combine(_state, sink.Name + ".cursor")), _time);
            _all.Add((delivery, Task.Run(() => delivery.RunAsync(_stop.Token))));
        }
    }

    /// <summary>Completes when every sink has what is durable now: for an orderly end. Give it a limit: a sink may be down for long.</summary>
    public async Task DrainAsync(CancellationToken cancellation)
    {
        var target = _outbox.DurablePosition;
        while (Statuses.Any(status => status.Position < target))
        {
            await Task.Delay(TimeSpan.FromMilliseconds(20), _time, cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>Stops the pumps; each keeps its place.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll(_all.Select(pump => pump.Run).Append(_upkeep)).ConfigureAwait(false);
        _stop.Dispose();
    }

    private async Task KeepUpAsync()
    {
        using var timer = new PeriodicTimer(_outbox.Options.UpkeepInterval, _time);
        try
        {
            while (await timer.WaitForNextTickAsync(_stop.Token).ConfigureAwait(false))
            {
                var delivered = Statuses.Select(status => status.Position).DefaultIfEmpty(0).Min();
                OutboxUpkeep.Run(_outbox.Folder, delivered, _time.GetUtcNow() - _outbox.Options.Retention, _stop.Token);
            }
        }
        catch (OperationCanceledException)
        {
            // The service stops.
        }
    }
}
