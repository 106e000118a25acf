using SecStream.Connectors.Files;
using SecStream.Core.Events;
using SecStream.Core.Pipeline;
using SecStream.Engine;
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
    private readonly long _controlFrom;

    /// <summary>Joins the parts and restores the last snapshot.</summary>
    public ServeRun(PipelineOptions options, string directory, IReadOnlyList<string> paths, Action<AlertChange> announce, TimeProvider time)
    {
        _time = time;
        _options = options;
        Knowledge = Knowledge.Load(options);
        _folder = new DataFolderLock(directory);
        _snapshotPath = Path.Combine(directory, "state", "snapshot.bin");
        var snapshot = WholeSnapshotFile.Read(_snapshotPath);
        _events = new FileEventSink(directory, append: true);
        _journal = new AlertJournal(directory, announce);
        _book = new AlertBook(Knowledge.Plan.Rules.Rules, Knowledge.Versions, _journal, new AlertBookOptions { Horizon = options.HorizonMicroseconds });
        _sink = new BookSink(_book);
        _control = new FileControlLog(Path.Combine(directory, "state", "control"), time);
        _sources = [.. paths.Select(path => new TailSource(path, options.Tenant, time))];
        Topology = new Topology(options, Knowledge, [.. _sources.Select(Spec)], _events, _sink, time);
        _controlFrom = snapshot is null ? _control.Count : Restore(snapshot);
        foreach (var (what, version) in Knowledge.Versions)
        {
            _control.Append(new ControlEntry("activate", 0, 0, EventClock.ToMicroseconds(time.GetUtcNow()), what, version));
        }
    }

    /// <summary>Rules and files in force.</summary>
    public Knowledge Knowledge { get; }

    /// <summary>The parts.</summary>
    public Topology Topology { get; }

    /// <summary>Notes on the restart, for the start-up report.</summary>
    public List<string> Notes { get; } = [];

    /// <summary>Runs until cancelled, then finishes what was read and saves the state.</summary>
    public Task RunAsync(CancellationToken cancellation) => Topology.Engine.RunAsync((pump, broken) => DriveAsync(pump, cancellation, broken), CancellationToken.None);

    /// <inheritdoc/>
    public void Dispose()
    {
        Topology.Dispose();
        _book.Dispose();
        _journal.Dispose();
        _events.Dispose();
        _control.Dispose();
        _folder.Dispose();
    }

    private async Task DriveAsync(Pump pump, CancellationToken stop, CancellationToken broken)
    {
        var idle = new IdleControl([.. _sources], _control.Read(_controlFrom), _control, _time, _options.Lateness);
        var nextIdle = _time.GetUtcNow();
        var nextSnapshot = _time.GetUtcNow();
        var changed = true;
        while (!stop.IsCancellationRequested)
        {
            broken.ThrowIfCancellationRequested();
            var worked = await pump.PumpAsync(broken).ConfigureAwait(false);
            changed |= worked;
            var now = _time.GetUtcNow();
            if (now >= nextIdle)
            {
                nextIdle = now + s_idleStep;
                await idle.TakeAsync(pump, broken).ConfigureAwait(false);
            }

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
        writer.Write(Knowledge.Plan.Rules.Version);
        writer.Write(string.Join('\n', _sources.Select(s => s.Name)));
        writer.Write(engine.Length);
        engine.WriteTo(content);
        _sink.Save(writer);
        _journal.Flush();
        writer.Flush();
        WholeSnapshotFile.Write(_snapshotPath, content.GetBuffer().AsSpan(0, (int)content.Length));
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
        var same = rules == Knowledge.Plan.Rules.Version;
        using (var engineReader = new BinaryReader(new MemoryStream(engine)))
        {
            Topology.Engine.Restore(engineReader, withShards: same);
        }

        _book.Restore(reader);
        Notes.Add("state restored; reading goes on where it stopped");
        if (!same)
        {
            Notes.Add("the rules have changed since: all windows begin anew");
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
