using SecStream.Core.Events;
using SecStream.Core.Pipeline;
using SecStream.Engine;
using SecStream.Host.Ledger;
using SecStream.Host.Versions;
using SecStream.Stages.Rules;
using SecStream.Stages.Rules.Model;

namespace SecStream.Host.Serve;

/// <summary>What became of a reload.</summary>
/// <param name="IsRefused">Something can't be used: everything stays as it was.</param>
/// <param name="Changed">What came into force: <c>rules</c>, <c>geoip</c>, <c>intel</c>, <c>entities</c>, <c>disable CODE</c>, <c>enable CODE</c>. Empty: nothing had changed.</param>
/// <param name="From">Event time from which it is in force, µs; 0 when nothing changed.</param>
/// <param name="Message">A sentence for people; of a refusal it names file, line and mend.</param>
public sealed record ReloadResult(bool IsRefused, IReadOnlyList<string> Changed, long From, string Message);

/// <summary>
/// Brings changed rules and files into force while the service runs: they are read and compiled beside the work, kept in the archive, written to
/// the control log with the event time from which they are in force, and then swapped in at a standstill of milliseconds. What can't be used is
/// refused as a whole, and said. Requests may come from any thread; <see cref="TakeAsync"/> belongs to the driver of the pump.
/// </summary>
internal sealed class Reloading : IDisposable
{
    private static readonly long s_settledMargin = EventClock.ToMicroseconds(TimeSpan.FromDays(1));

    private static readonly long s_farAhead = EventClock.ToMicroseconds(TimeSpan.FromMinutes(10));

    private static readonly long s_mostAhead = EventClock.ToMicroseconds(TimeSpan.FromDays(31));

    private readonly PipelineOptions _options;
    private readonly VersionArchive _archive;
    private readonly Topology _topology;
    private readonly IControlLog _log;
    private readonly Action<KnowledgeTimeline> _changed;
    private readonly TimeProvider _time;
    private readonly SemaphoreSlim _one = new(1, 1);
    private volatile KnowledgeHistory _history;
    private volatile string? _refusal;
    private volatile IReadOnlyList<(string Code, string Title, long From, long Full)> _warming = [];
    private Request? _pending;

    /// <summary>Joins the parts.</summary>
    /// <param name="options">Which files to read.</param>
    /// <param name="archive">Where versions are kept.</param>
    /// <param name="history">What is in force, as <see cref="Begin"/> gave it; the topology was made of its timeline.</param>
    /// <param name="topology">The parts that use it.</param>
    /// <param name="log">Where activations are written before they take effect.</param>
    /// <param name="changed">Told at a standstill, after the topology: the alert book has to take the timeline's versions.</param>
    /// <param name="time">The clock.</param>
    public Reloading(
        PipelineOptions options, VersionArchive archive, KnowledgeHistory history, Topology topology, IControlLog log, Action<KnowledgeTimeline> changed, TimeProvider time)
    {
        _options = options;
        _archive = archive;
        _history = history;
        _topology = topology;
        _log = log;
        _changed = changed;
        _time = time;

        // A restart fills no windows: what had not seen enough before still has not.
        _warming = [.. history.Timeline.Plan.Rules.Latest.Where(r => r.From > long.MinValue && r.Window > TimeSpan.Zero).Select(Warming)];
    }

    /// <summary>What is in force. Changes at a standstill only; may be read by any thread.</summary>
    public KnowledgeTimeline Timeline => _history.Timeline;

    /// <summary>
    /// What the control log says was in force; at the very first start what the files say, which is then archived and written to the log as in force
    /// for all times.
    /// </summary>
    /// <exception cref="ConfigurationException">At the first start: a file can't be used. Later: the archive lacks a version.</exception>
    public static KnowledgeHistory Begin(PipelineOptions options, VersionArchive archive, IControlLog log)
    {
        if (KnowledgeHistory.FromLog(log.Read(0), archive, options.Tenant, options.HasProfiles) is { } known)
        {
            return known;
        }

        var versions = KnowledgeFiles.Read(options);
        var history = KnowledgeHistory.Begin(versions, archive, options.Tenant, options.HasProfiles);
        foreach (var version in versions)
        {
            archive.Store(version);
        }

        log.Append([.. versions.Select(version => new ControlEntry(ControlKinds.Activate, 0, 0, long.MinValue, version.Subject, version.Hash))]);

        return history;
    }

    /// <summary>
    /// Before the engine runs, after it was restored: files that have changed since the last run come into force now. A set that can't be used
    /// leaves the one of the last run in force.
    /// </summary>
    public ReloadResult ReloadAtStart()
    {
        try
        {
            _archive.Prune(_log.Read(0).Where(e => e.Kind == ControlKinds.Activate).Select(e => (e.Subject, e.Detail)));
            return Apply(PrepareFiles());
        }
        catch (Exception fault) when (IsRefusal(fault))
        {
            return Refuse(fault);
        }
    }

    /// <summary>Reads all files again; completes when what has changed is in force, or was refused.</summary>
    /// <param name="cancellation">Gives the request up.</param>
    /// <param name="from">
    /// Event time from which it is to be in force, µs; null: from now on. Refused when events of that time have been evaluated already.
    /// </param>
    public Task<ReloadResult> ReloadAsync(CancellationToken cancellation, long? from = null) => RequestAsync(PrepareFiles, cancellation, from);

    /// <summary>Takes a rule out of force, until its text changes or it is enabled again.</summary>
    public Task<ReloadResult> DisableAsync(string code, CancellationToken cancellation) => RequestAsync(() => PrepareRule(code, enable: false), cancellation);

    /// <summary>Brings a disabled rule into force again, with empty windows.</summary>
    public Task<ReloadResult> EnableAsync(string code, CancellationToken cancellation) => RequestAsync(() => PrepareRule(code, enable: true), cancellation);

    /// <summary>Makes the change that is ready, if one is. Called by the driver between batches.</summary>
    public async ValueTask TakeAsync(Pump pump, CancellationToken cancellation)
    {
        if (Interlocked.Exchange(ref _pending, null) is not { } request)
        {
            return;
        }

        try
        {
            request.Result.TrySetResult(await pump.SwapAsync(() => Apply(request.Change, request.From), cancellation).ConfigureAwait(false));
        }
        catch (Exception fault) when (IsRefusal(fault))
        {
            request.Result.TrySetResult(Refuse(fault));
        }
        catch (Exception fault)
        {
            request.Result.TrySetException(fault);
            throw;
        }
    }

    /// <summary>What can't be seen for reasons of reloads, for the ledger: refused files, rules that were disabled, windows that are not full yet.</summary>
    public IReadOnlyList<Observation> Observe()
    {
        var now = EventClock.ToMicroseconds(_time.GetUtcNow());
        return
        [
            .. _refusal is { } refusal ? [new Observation(BlindSpotKinds.ReloadRefused, "files", refusal)] : Array.Empty<Observation>(),
            .. _history.Disabled.Select(code => new Observation(BlindSpotKinds.RuleDisabled, code, "the rule is disabled and evaluates nothing")),
            .. _warming.Where(w => now < w.Full).Select(w => new Observation(
                BlindSpotKinds.RuleWarmUp,
                w.Code,
                $"{w.Title}: in force from {Time(w.From)}, sees nothing before; its window is full at {Time(w.Full)}")),
            .. Timeline.LastChange > now + s_farAhead
                ? [new Observation(
                    BlindSpotKinds.RuleWarmUp,
                    "files",
                    $"changed rules or files come into force at {Time(Timeline.LastChange)} only: events up to then have been evaluated. See whose clock is ahead")]
                : Array.Empty<Observation>(),
        ];
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Interlocked.Exchange(ref _pending, null)?.Result.TrySetCanceled();
        _one.Dispose();
    }

    private async Task<ReloadResult> RequestAsync(Func<PreparedChange> prepare, CancellationToken cancellation, long? from = null)
    {
        // One at a time: a change is prepared from what is in force.
        await _one.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            var request = new Request(await Task.Run(prepare, cancellation).ConfigureAwait(false), from);
            if (request.Change.Entries.Count == 0)
            {
                return from is null || from == Timeline.LastChange ? Unchanged() : TooLate();
            }

            Volatile.Write(ref _pending, request);
            return await request.Result.Task.WaitAsync(cancellation).ConfigureAwait(false);
        }
        catch (Exception fault) when (IsRefusal(fault))
        {
            return Refuse(fault);
        }
        finally
        {
            // A request that was given up must not take effect later, when another may have been prepared beside it.
            Interlocked.Exchange(ref _pending, null);
            _one.Release();
        }
    }

    private PreparedChange PrepareFiles()
    {
        var versions = KnowledgeFiles.Read(_options);
        var change = _history.Prepare(versions);
        try
        {
            foreach (var version in versions.Where(v => change.Entries.Contains((v.Subject, v.Hash))))
            {
                _archive.Store(version);
            }
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new ConfigurationException($"{_archive.Directory}: the changed files can't be kept, so they can't come into force: {fault.Message}", fault);
        }

        return change;
    }

    private PreparedChange PrepareRule(string code, bool enable)
    {
        var known = enable ? _history.Disabled : Timeline.Rules.Rules.Select(r => r.Code);
        return known.Contains(code)
            ? enable ? _history.Prepare([], enable: [code]) : _history.Prepare([], disable: [code])
            : throw new ConfigurationException($"rule {code}: no rule of that code is {(enable ? "disabled" : "in force")}");
    }

    private ReloadResult Apply(PreparedChange change, long? wanted = null)
    {
        if (change.Entries.Count == 0)
        {
            return Unchanged();
        }

        var now = EventClock.ToMicroseconds(_time.GetUtcNow());
        var earliest = Math.Max(Math.Max(_topology.HighestEvaluated, Timeline.LastChange), HighestJudged(change)) + 1;
        if (wanted < earliest)
        {
            throw new ConfigurationException($"from {Time(wanted.Value)}: events and versions up to {Time(earliest - 1)} are in force already; name a later time, or none");
        }

        if (wanted > now + s_mostAhead)
        {
            // What comes after it has to be later still, and the log does not forget: a slip of the pen would fix the rules for good.
            throw new ConfigurationException($"from {Time(wanted.Value)}: more than 31 days ahead; name an earlier time, or none");
        }

        var from = wanted ?? Math.Max(now, earliest);
        var next = _history.Activate(change, from, SettledBefore());
        try
        {
            _log.Append([.. change.Entries.Select(entry => new ControlEntry(ControlKinds.Activate, 0, 0, from, entry.Subject, entry.Detail))]);
        }
        catch (IOException fault)
        {
            throw new ConfigurationException($"the change can't be written to the control log, so it can't come into force: {fault.Message}", fault);
        }

        _topology.Swap(next.Timeline);
        _changed(next.Timeline);
        _history = next;
        _refusal = null;
        NoteWarming(next.Timeline.Plan.Rules, from, now);
        var changed = change.Entries.Select(e => KnowledgeSubject.OfFiles.Contains(e.Subject) ? e.Subject : $"{e.Subject} {e.Detail}").ToList();
        var message = $"{string.Join(", ", changed)} in force for events from {Time(from)}";
        return new(false, changed, from, from > now && wanted is null ? message + ", because events up to then have been evaluated" : message);
    }

    /// <summary>
    /// A time was named, but the files are in force from another one: mostly they were seen to have changed before the request came. Nobody may take
    /// that for what was asked for; nothing is amiss either, so it is no blind spot.
    /// </summary>
    private ReloadResult TooLate() => new(
        true,
        [],
        0,
        "nothing has changed: the files as they are "
        + (Timeline.LastChange == long.MinValue ? "have been in force from the beginning" : $"are in force for events from {Time(Timeline.LastChange)}")
        + "; changes are noticed within seconds, so put changed files in place at once (by renaming) right before a reload that names a time");

    private ReloadResult Unchanged()
    {
        _refusal = null;
        return new(false, [], 0, "nothing has changed");
    }

    private ReloadResult Refuse(Exception fault)
    {
        _refusal = fault.Message;
        return new(true, [], 0, fault.Message);
    }

    private void NoteWarming(RuleSet rules, long from, long now) => _warming =
    [
        .. _warming.Where(w => now < w.Full),
        .. rules.Latest.Where(r => r.From == from && r.Window > TimeSpan.Zero).Select(Warming),
    ];

    private static (string Code, string Title, long From, long Full) Warming(AlertRule rule) =>
        (rule.Code, rule.Title, rule.From, rule.From + EventClock.ToMicroseconds(rule.Window));

    /// <summary>
    /// Windows that end up to this time have been judged, and told of: where nothing comes the clock goes on without events. What is said of a window follows from
    /// the models of its end, so no others may come into force there; nor other rules, where models judge.
    /// </summary>
    private long HighestJudged(PreparedChange change) =>
        (change.Models is not null || !Timeline.Models.IsEmpty) && _topology.Engine.Clock is var clock and not long.MaxValue ? clock : long.MinValue;

    /// <summary>Before this time no event can be evaluated any more, whatever comes; with a margin, for it only saves work.</summary>
    private long SettledBefore()
    {
        var clock = _topology.Engine.Clock;
        return clock is long.MinValue or long.MaxValue ? long.MinValue : clock - _options.HorizonMicroseconds - s_settledMargin;
    }

    private static bool IsRefusal(Exception fault) => fault is ConfigurationException or RuleLineageFullException;

    private static string Time(long time) => EventClock.ToInstant(time).ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>A change that is ready.</summary>
    private sealed record Request(PreparedChange Change, long? From)
    {
        public TaskCompletionSource<ReloadResult> Result { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
