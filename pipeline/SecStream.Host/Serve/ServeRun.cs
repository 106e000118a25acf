using SecStream.Connectors.Embedded;
using SecStream.Connectors.Files;
using SecStream.Connectors.Journal;
using SecStream.Connectors.Outbox;
using SecStream.Connectors.Segments;
using SecStream.Core.Alerts;
using SecStream.Core.Events;
using SecStream.Core.Pipeline;
using SecStream.Engine;
using SecStream.Host.Configuration;
using SecStream.Host.Detection;
using SecStream.Host.Ledger;
using SecStream.Host.Serve.Group;
using SecStream.Host.Serve.Snapshots;
using SecStream.Host.Serve.Stack;
using SecStream.Host.Service;
using SecStream.Host.Versions;
using SecStream.Stages.Alerting;
using SecStream.Stages.Ingest;
using SecStream.Training.Registry;
using SecStream.Training.Schedule;

namespace SecStream.Host.Serve;

/// <summary>
/// The service: what is accepted goes through journals and files into the pipeline, alerts through the outbox into the stores. Its whole state is in
/// one folder, and after any end, also a sudden one, it goes on where it was. Reads from top to bottom as it is put together.
/// </summary>
internal sealed partial class ServeRun : IAsyncDisposable
{
    private static readonly TimeSpan s_poll = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan s_drain = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_again = TimeSpan.FromSeconds(10);

    private readonly ServiceOptions _options;
    private readonly ServiceLog _log;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _giveUp = new();
    private readonly DataFolderLock _folder;
    private readonly FileControlLog _control;
    private readonly FaultMemory _faults;
    private readonly FaultHandling _handling;
    private readonly ServiceSources _sources;
    private readonly SegmentEventSink _events;
    private readonly AlertOutbox _outbox;
    private readonly SqliteAlertStore _store;
    private readonly OutboxDeliveries _deliveries;
    private readonly AlertBook _book;
    private readonly BookSink _bookSink;
    private readonly Topology _topology;
    private readonly Reloading _reloading;
    private readonly ReloadWatch _files;
    private readonly BlindSpotWatch _watch;
    private readonly ServiceMonitor _monitor;
    private readonly ServiceSnapshots _snapshots;
    private readonly Housekeeping _housekeeping;
    private readonly ServiceFront _front;
    private readonly IEnumerable<ControlEntry> _made;
    private readonly WaitingFeatureSink? _features;
    private readonly ModelWatch _models;
    private readonly KafkaFeed? _feed;
    private readonly GroupSeat? _seat;
    private readonly StackParts _stack;
    private string? _lost;

    /// <summary>Joins the parts and restores the last state.</summary>
    /// <param name="options">What is configured.</param>
    /// <param name="files">Files to follow.</param>
    /// <param name="announcer">Tells of alerts on the terminal.</param>
    /// <param name="log">The service's log.</param>
    /// <param name="time">The clock.</param>
    /// <param name="feed">Topics that are read; null: none. The run disposes of it.</param>
    /// <param name="seat">The lead of the group; null: there is no group. Whoever took it disposes of it.</param>
    /// <exception cref="ConfigurationException">A file, folder or address can't be used.</exception>
    public ServeRun(
        ServiceOptions options, IReadOnlyList<FileSettings> files, IOutboxSink announcer, ServiceLog log, TimeProvider time, KafkaFeed? feed = null, GroupSeat? seat = null)
    {
        (_feed, _seat) = (feed, seat);
        _giveUp.Token.Register(() => seat?.GiveUp());
        _folder = new DataFolderLock(options.Data);
        var state = Path.Combine(options.Data, "state");
        _store = new SqliteAlertStore(options.Data, new SqliteStoreOptions { MayRebuild = true }, time);
        options = WithOwnBlacklist(options, _store);
        options = options with { Pipeline = options.Pipeline with { Models = Path.Combine(options.Data, ModelRegistry.FolderName) } };
        (_options, _log, _time) = (options, log, time);
        _control = OpenControl(Path.Combine(state, "control"), time);
        _control.BeforeWrite = seat is null ? null : seat.ReplicateControl;
        _faults = new FaultMemory(state, ReadControl());
        var died = _faults.NoteDeaths(FaultHandling.DiedInHand);
        var snapshots = OpenSnapshots(Path.Combine(state, "snapshots"));

        // What is known, and what is read.
        var archive = new VersionArchive(Path.Combine(state, "versions"));
        _files = new ReloadWatch(options.Pipeline, time);
        var history = Reloading.Begin(options.Pipeline, archive, _control);
        _sources = ServiceSources.Open(options, files, time, feed);

        // What is written.
        _stack = StackParts.Open(options, log, time, _giveUp.Token);
        _events = new SegmentEventSink(options.Data, new SegmentOptions { KeepEvents = options.KeepsEvents }, time, log.Warning, _giveUp.Token);
        _features = OpenFeatures(options, _stack, _giveUp.Token);
        var events = new JoinedEventSink(_events, _stack.Events, _features);
        _outbox = OpenOutbox(options, time);

        // What decides.
        var output = new CountingOutput(new OutboxOutput(_outbox));
        _book = new AlertBook(history.Timeline.AlertVersions, output, new AlertBookOptions { Horizon = options.Pipeline.HorizonMicroseconds });
        _bookSink = new BookSink(_book);
        _models = new ModelWatch(
            new ModelRegistry(options.Data, time), options.Training.Enabled ? new TrainingSchedule(options.Training.Schedule) : null,
            () => (_reloading?.Timeline ?? history.Timeline).Models, log, time);
        _models.FollowRegistry();
        _topology = new Topology(
            options.Pipeline, history.Timeline, _sources.Specs, events, _bookSink, time, options.KeepsEvents ? EventMarking.Indexed : EventMarking.Named, guardOf: _faults.GuardOf,
            features: _features, observerOf: _models.ObserverOf);
        _snapshots = new ServiceSnapshots(
            snapshots, new SnapshotSchedule(time, options.SnapshotEvery), () => _reloading?.Timeline ?? history.Timeline, _topology, _bookSink, _control, events,
            _outbox, _sources, _giveUp.Token)
        {
            Feed = feed,
            Seat = seat,
            Folder = FolderIdentity.Of(options.Data),
            Delivered = () => _deliveries!.Statuses.Where(sink => sink.Name is not ("store" or "terminal")).Select(sink => sink.Position).DefaultIfEmpty(long.MaxValue).Min(),
        };
        Notes.AddRange(seat?.Notes ?? []);
        _made = _snapshots.Restore(_book, Notes);
        if (_outbox.AdvanceTo(_store.GetPositionAsync(CancellationToken.None).AsTask().GetAwaiter().GetResult() ?? 0) is { } missing)
        {
            Notes.Add(missing);
        }

        // What watches.
        _deliveries = new OutboxDeliveries(_outbox, Path.Combine(state, "outbox"), time);
        _deliveries.Add(_store);
        _deliveries.Add(announcer);
        _stack.Alerts.ToList().ForEach(_deliveries.Add);
        _watch = new BlindSpotWatch(options.Data, options.Ledger, options.Blindness, time);
        _handling = new FaultHandling(_faults, _control, _watch.Ledger, _sources.Specs, log, time);
        _handling.NoteWhatWasInHand(died);
        NoteLostState();
        var parts = new ServiceParts(_topology, _sources, _events, _outbox, _deliveries, _watch.Ledger)
        {
            Feed = feed, Seat = seat, Stack = _stack, Features = _features, Models = _features is null ? null : _models, Open = new OpenAlerts(_store.CountOpen, time),
        };
        _monitor = new ServiceMonitor(parts, () => _reloading!.Timeline, time);
        output.Counted = _monitor.Count;
        _snapshots.Monitor = _monitor;
        ServiceProbes.Add(_watch.Collector, parts, _monitor);
        _watch.Collector.Add(new DiskSpace(options.Data, options.Journal.MinFreeBytes).Observe);
        _reloading = new Reloading(
            options.Pipeline, archive, history, _topology, _control, timeline => _bookSink.With(book => book.Use(timeline.AlertVersions)), time);
        _watch.Collector.Add(_reloading.Observe);
        _watch.Collector.Add(_models.Observe);
        ReportReload(_reloading.ReloadAtStart());
        Notes.AddRange(_store.Notes);
        Notes.AddRange(_topology.Engine.GoneSources.Select(name => $"{name} is not read now; its place is kept"));
        _housekeeping = new Housekeeping(options, _sources, _control, _store, _snapshots, time, log, _features);
        _front = new ServiceFront(options, _sources, _store, _events, _monitor, _watch.Ledger, _reloading, _stack, time, log);
    }

    /// <summary>The parts.</summary>
    public Topology Topology => _topology;

    /// <summary>Rules and files in force.</summary>
    public KnowledgeTimeline Timeline => _reloading.Timeline;

    /// <summary>Address of the HTTP interface; null before the start, or when it is off.</summary>
    public string? Url => _front.Url;

    /// <summary>The driver goes round.</summary>
    public bool IsAlive => _monitor.LastTick is { } tick && _time.GetUtcNow() - tick < TimeSpan.FromSeconds(30);

    /// <summary>Notes on the start, for the report.</summary>
    public List<string> Notes { get; } = [];

    /// <summary>Loads changed rules and files now.</summary>
    public async Task<ReloadResult> ReloadAsync(CancellationToken cancellation)
    {
        var result = await _reloading.ReloadAsync(cancellation).ConfigureAwait(false);
        _models.FollowRegistry();
        ReportReload(result);
        return result;
    }

    /// <summary>
    /// Runs until cancelled; then takes in what was received, works off what is under way and saves the state.
    /// </summary>
    /// <param name="started">Told when everything is up.</param>
    /// <param name="stop">Ends it in order.</param>
    /// <returns>Why it has to begin again although nobody asked it to end; null: it ended as asked.</returns>
    public async Task<string?> RunAsync(Action started, CancellationToken stop)
    {
        using var ending = new CancellationTokenSource();
        using var watching = new CancellationTokenSource();
        await _front.StartAsync(_watch.Collector, CancellationToken.None).ConfigureAwait(false);
        var engine = Task.Run(() => _topology.Engine.RunAsync((pump, broken) => DriveAsync(pump, ending.Token, broken), CancellationToken.None), CancellationToken.None);
        var upkeep = Task.WhenAll(
        [
            KeepUpAsync("the ledger's watch", WatchAsync, watching.Token),
            KeepUpAsync("retention", _housekeeping.RunAsync, watching.Token),
            KeepUpAsync("the watch over rules and files", WatchFilesAsync, watching.Token),
            .. Trainings(watching.Token),
            .. _stack.Work(_store.Blacklist).Select(work => KeepUpAsync(work.What, work.RunAsync, watching.Token)),
        ]);
        _feed?.Reader.Start();
        started();
        try
        {
            var again = await EndAsync(engine, stop).ConfigureAwait(false);
            await StopFrontAsync().ConfigureAwait(false);
            await watching.CancelAsync().ConfigureAwait(false);
            await ending.CancelAsync().ConfigureAwait(false);
            GiveUpAfter(_seat?.Lost.IsCancellationRequested == true ? TimeSpan.FromMilliseconds(1) : _events.Blocked is null && _stack.Blocked is null && _outbox.Fault is null && _monitor.SnapshotFault is null ? TimeSpan.FromSeconds(60) : TimeSpan.FromSeconds(5));
            await engine.ConfigureAwait(ReasonToLeave() is null ? ConfigureAwaitOptions.None : ConfigureAwaitOptions.SuppressThrowing);
            await DrainAsync().ConfigureAwait(false);
            return again ?? ReasonToLeave();
        }
        catch (Exception fault) when (FaultHandling.RecordAtFault(fault) is { } record)
        {
            _handling.Note(record);
            throw record;
        }
        catch (Exception fault) when (FaultHandling.RuleAtFault(fault) is { } rule)
        {
            _handling.Note(rule, Timeline.LastChange);
            throw rule;
        }
        finally
        {
            await watching.CancelAsync().ConfigureAwait(false);
            await upkeep.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Waits for what ends the run: somebody asks for it, the engine fails, another member leads, or other partitions are there to be read.</summary>
    private async Task<string?> EndAsync(Task engine, CancellationToken stop)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stop, _seat?.Lost ?? CancellationToken.None);
        var changed = _feed?.Changed.Task ?? Task.Delay(Timeout.InfiniteTimeSpan, _time, either.Token);
        var first = await Task.WhenAny(engine, changed, Task.Delay(Timeout.InfiniteTimeSpan, _time, either.Token)).ConfigureAwait(false);
        return ReasonToLeave() ?? (first == changed && _feed is not null && !stop.IsCancellationRequested ? await _feed.Changed.Task.ConfigureAwait(false) : null);
    }

    private string? ReasonToLeave() => _seat?.Lost.IsCancellationRequested == true ? "another member leads the group now" : null;

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _front.DisposeAsync().ConfigureAwait(false);
        await _giveUp.CancelAsync().ConfigureAwait(false);
        await _snapshots.DisposeAsync().ConfigureAwait(false);
        _topology.Dispose();
        _reloading.Dispose();
        _watch.Dispose();
        await _deliveries.DisposeAsync().ConfigureAwait(false);
        await _stack.DisposeAsync().ConfigureAwait(false);
        _book.Dispose();
        await _outbox.DisposeAsync().ConfigureAwait(false);
        _store.Dispose();
        await _events.DisposeAsync().ConfigureAwait(false);
        _features?.Dispose();
        if (_feed is not null)
        {
            await _feed.DisposeAsync().ConfigureAwait(false);
        }

        _sources.Dispose();
        _faults.Dispose();
        _control.Dispose();
        _folder.Dispose();
        _giveUp.Dispose();
    }

    private async Task StopFrontAsync()
    {
        try
        {
            await _front.StopAsync().ConfigureAwait(false);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or OperationCanceledException)
        {
            // What was accepted is in the journals; the pipeline has to come to its end in order all the same.
            _log.Warning($"the listeners did not close in order: {fault.Message}");
        }
    }

    private async Task DriveAsync(Pump pump, CancellationToken stop, CancellationToken broken)
    {
        var idle = new IdleControl([.. _sources.Specs.Select(s => s.Source)], _made, _control, _time, _options.Pipeline.Lateness);
        _snapshots.Pending = () => idle.Pending;
        await _snapshots.BeginAsync(pump, broken).ConfigureAwait(false);
        while (!stop.IsCancellationRequested)
        {
            broken.ThrowIfCancellationRequested();
            var worked = await pump.PumpAsync(broken).ConfigureAwait(false);
            _monitor.Tick(pump);
            await idle.TakeAsync(pump, broken).ConfigureAwait(false);
            _monitor.ControlFault = idle.Fault;
            await _reloading.TakeAsync(pump, broken).ConfigureAwait(false);
            _bookSink.With(book => book.Advance(_topology.Engine.Clock));
            await _snapshots.TakeAsync(pump, broken).ConfigureAwait(false);
            if (!worked)
            {
                await Task.Delay(s_poll, _time, CancellationToken.None).ConfigureAwait(false);
            }
        }

        if (!await _snapshots.SaveAsync(pump, broken).ConfigureAwait(false))
        {
            _log.Error($"the state could not be saved ({_monitor.SnapshotFault}); the next start does again what came since the last snapshot");
        }
    }

    /// <summary>A disk that takes nothing must not hold up the end for ever: what could not be written is done again after the restart.</summary>
    private void GiveUpAfter(TimeSpan patience) => _giveUp.CancelAfter(patience);

    private async Task DrainAsync()
    {
        using var limit = new CancellationTokenSource(s_drain, _time);
        try
        {
            await _deliveries.DrainAsync(limit.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // A sink that is down gets the rest after the restart: its place is kept.
        }
    }

    /// <summary>Work beside the pipeline. Nobody waits for it, so its end would be noticed by nobody: it is said, and begun again.</summary>
    private async Task KeepUpAsync(string what, Func<CancellationToken, Task> work, CancellationToken cancellation)
    {
        while (!cancellation.IsCancellationRequested)
        {
            try
            {
                await work(cancellation).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
            {
                // The service ends.
            }
            catch (Exception fault)
            {
                // A defect here must not end the watch over everything else.
                _log.Error($"{what} has failed: {fault.Message}; it begins again");
                await Task.Delay(s_again, _time, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private async Task WatchAsync(CancellationToken cancellation)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(2), _time);
        var teller = new BlindSpotTeller(_watch.Ledger, _log);
        var lastFault = "";
        while (await timer.WaitForNextTickAsync(cancellation).ConfigureAwait(false))
        {
            try
            {
                _watch.Observe(PipelineSample.Of(_topology, Timeline.Latest, _monitor.IsCaughtUp, KnownFiles.Of(_options.Pipeline)));
                teller.Tell();
                _monitor.Summary(_front.Url).Write(_options.Data);
            }
            catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
            {
                // The status is a view for people, and files of the enrichment may be replaced just now; the full disk that prevents it is in the
                // ledger already, and the next round looks again.
                if (fault.Message != lastFault)
                {
                    _log.Warning($"watching: {fault.Message}");
                }

                lastFault = fault.Message;
            }
        }
    }

    private async Task WatchFilesAsync(CancellationToken cancellation) =>
        await _files.RunAsync(ReloadAsync, cancellation).ConfigureAwait(false);

    private void ReportReload(ReloadResult result)
    {
        if (result.IsRefused)
        {
            _log.Error($"reload refused, what was in force stays: {result.Message}");
        }
        else if (result.Changed.Count > 0)
        {
            _log.Notice(result.Message);
        }
    }

    private void NoteLostState()
    {
        _lost ??= _seat?.LostState;
        if (_lost is not null)
        {
            var now = _time.GetUtcNow();
            _watch.Ledger.Note(BlindSpotKinds.StateLost, "state", _lost, now, now, 1);
        }
    }
}
