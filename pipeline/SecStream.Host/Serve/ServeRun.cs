using SecStream.Connectors.Files;
using SecStream.Core.Pipeline;
using SecStream.Engine;
using SecStream.Host.Versions;
using SecStream.Stages.Alerting;
using SecStream.Stages.Rules.Evaluation;

namespace SecStream.Host.Serve;

/// <summary>The service: follows files, keeps its state in a folder, goes on after a restart where it was.</summary>
internal sealed class ServeRun : IDisposable
{
    private static readonly TimeSpan s_poll = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan s_idleStep = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_snapshotInterval = TimeSpan.FromSeconds(10);

    private readonly TimeProvider _time;
    private readonly PipelineOptions _options;
    private readonly DataFolderLock _folder;
    private readonly string _snapshotPath;
    private readonly FileEventSink _events;
    private readonly AlertJournal _journal;
    private readonly AlertBook _book;
    private readonly BookSink _sink;
    private readonly FileControlLog _control;
    private readonly TailSource[] _sources;
    private readonly ReloadWatch _watch;
    private readonly long _controlFrom;

    /// <summary>Joins the parts and restores the last snapshot.</summary>
    public ServeRun(PipelineOptions options, string directory, IReadOnlyList<string> paths, Action<AlertChange> announce, TimeProvider time)
    {
        _time = time;
        _options = options;
        _folder = new DataFolderLock(directory);
        _snapshotPath = Path.Combine(directory, "state", "snapshot.bin");
        var snapshot = SnapshotFile.Read(_snapshotPath);
        _control = new FileControlLog(Path.Combine(directory, "state", "control"), time);
        var archive = new VersionArchive(Path.Combine(directory, "state", "versions"));
        var history = Reloading.Begin(options, archive, _control);
        _events = new FileEventSink(directory, append: true);
        _journal = new AlertJournal(directory, announce);
        _book = new AlertBook(history.Timeline.AlertVersions, _journal, new AlertBookOptions { Horizon = options.HorizonMicroseconds });
        _sink = new BookSink(_book);
        _sources = [.. paths.Select(path => new TailSource(path, options.Tenant, time))];
        Topology = new Topology(options, history.Timeline, [.. _sources.Select(Spec)], _events, _sink, time);
        Reloading = new Reloading(options, archive, history, Topology, _control, timeline => _sink.Use(timeline.AlertVersions), time);
        _controlFrom = snapshot is null ? _control.Count : Restore(snapshot);
        _watch = new ReloadWatch(options, time);
        var reload = Reloading.ReloadAtStart();
        if (reload.IsRefused || reload.Changed.Count > 0)
        {
            Notes.Add(reload.IsRefused ? $"the changed files are refused, those of the last run stay in force: {reload.Message}" : reload.Message);
        }
    }

    /// <summary>Rules and files in force.</summary>
    public Knowledge Knowledge => Reloading.Timeline.Latest;

    /// <summary>Brings changed rules and files into force.</summary>
    public Reloading Reloading { get; }

    /// <summary>The parts.</summary>
    public Topology Topology { get; }

    /// <summary>Notes on the restart, for the start-up report.</summary>
    public List<string> Notes { get; } = [];

    /// <summary>Told of reloads that changed files have caused.</summary>
    public Action<ReloadResult> OnReload { get; set; } = _ => { };

    /// <summary>Runs until cancelled, then finishes what was read and saves the state.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var watching = _watch.RunAsync(async token => OnReload(await Reloading.ReloadAsync(token).ConfigureAwait(false)), ended.Token);
        try
        {
            await Topology.Engine.RunAsync((pump, broken) => DriveAsync(pump, watching, cancellation, broken), CancellationToken.None).ConfigureAwait(false);
        }
        finally
        {
            await ended.CancelAsync().ConfigureAwait(false);
            await watching.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Reloading.Dispose();
        Topology.Dispose();
        _book.Dispose();
        _journal.Dispose();
        _events.Dispose();
        _control.Dispose();
        _folder.Dispose();
    }

    private async Task DriveAsync(Pump pump, Task watching, CancellationToken stop, CancellationToken broken)
    {
        var idle = new IdleControl([.. _sources], _control.Read(_controlFrom), _control, _time, _options.Lateness);
        var nextIdle = _time.GetUtcNow();
        var nextSnapshot = _time.GetUtcNow();
        var changed = true;
        while (!stop.IsCancellationRequested)
        {
            broken.ThrowIfCancellationRequested();
            if (watching.IsFaulted)
            {
                await watching.ConfigureAwait(false);
            }

            var worked = await pump.PumpAsync(broken).ConfigureAwait(false);
            changed |= worked;
            var now = _time.GetUtcNow();
            if (now >= nextIdle)
            {
                nextIdle = now + s_idleStep;
                await idle.TakeAsync(pump, broken).ConfigureAwait(false);
            }

            await Reloading.TakeAsync(pump, broken).ConfigureAwait(false);
            _sink.Advance(Topology.Engine.Clock);
            if (changed && now >= nextSnapshot)
            {
                changed = false;
                await SaveAsync(pump, broken).ConfigureAwait(false);
                nextSnapshot = _time.GetUtcNow() + s_snapshotInterval;
            }

            if (!worked)
            {
                await Task.Delay(s_poll, _time, CancellationToken.None).ConfigureAwait(false);
            }
        }

        await SaveAsync(pump, broken).ConfigureAwait(false);
    }

    private SourceSpec Spec(TailSource source) => new(source, Replay.ReplaySources.OptionsOf(source.Name, _options, _time));

    /// <summary>State of everything at one moment: control log, rules, engine, alerts.</summary>
    private async Task SaveAsync(Pump pump, CancellationToken cancellation)
    {
        using var content = new MemoryStream();
        await using var writer = new BinaryWriter(content);
        using var engine = new MemoryStream();
        await using var engineWriter = new BinaryWriter(engine);
        await pump.SaveAsync(engineWriter, cancellation).ConfigureAwait(false);
        engineWriter.Flush();
        writer.Write(_control.Count);
        writer.Write(Reloading.Timeline.Mark);
        writer.Write(string.Join('\n', _sources.Select(s => s.Name)));
        writer.Write(engine.Length);
        engine.WriteTo(content);
        _sink.Save(writer);
        _journal.Flush();
        writer.Flush();
        SnapshotFile.Write(_snapshotPath, content.GetBuffer().AsSpan(0, (int)content.Length));
    }

    private long Restore(byte[] snapshot)
    {
        using var reader = new BinaryReader(new MemoryStream(snapshot));
        var control = reader.ReadInt64();
        var rules = reader.ReadString();
        var names = reader.ReadString();
        if (names != string.Join('\n', _sources.Select(s => s.Name)))
        {
            throw new ConfigurationException(
                $"{_snapshotPath} was taken of other files ({names.Replace("\n", ", ", StringComparison.Ordinal)}); name the same files, or use another --data folder");
        }

        var engine = reader.ReadBytes((int)reader.ReadInt64());
        var same = Reloading.Timeline.Continues(rules);
        using (var engineReader = new BinaryReader(new MemoryStream(engine)))
        {
            Topology.Engine.Restore(engineReader, withShards: same);
        }

        _book.Restore(reader);
        Notes.Add("state restored; reading goes on where it stopped");
        if (!same)
        {
            Notes.Add("the state was saved under rules that the control log does not know: all windows begin anew");
        }

        Notes.AddRange(_sources.Where(s => s.Gap is not null).Select(s => s.Gap!));
        return control;
    }

    /// <summary>The book behind a lock: lanes report alerts, the driver moves its clock and saves it.</summary>
    private sealed class BookSink(AlertBook book) : IAlertSink
    {
        private readonly Lock _lock = new();

        public void Upsert(Core.Alerts.Alert alert, bool settled)
        {
            lock (_lock)
            {
                book.Upsert(alert, settled);
            }
        }

        public void Withdraw(string id, string? supersededBy)
        {
            lock (_lock)
            {
                book.Withdraw(id, supersededBy);
            }
        }

        public void Use(AlertVersions versions)
        {
            lock (_lock)
            {
                book.Use(versions);
            }
        }

        public void Advance(long clock)
        {
            lock (_lock)
            {
                book.Advance(clock);
            }
        }

        public void Save(BinaryWriter writer)
        {
            lock (_lock)
            {
                book.Save(writer);
            }
        }
    }
}
