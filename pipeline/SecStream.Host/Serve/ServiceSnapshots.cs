using System.Diagnostics;
using System.Text.Json;
using SecStream.Connectors.Outbox;
using SecStream.Core.Pipeline;
using SecStream.Core.Pipeline.State;
using SecStream.Engine;
using SecStream.Host.Serve.Group;
using SecStream.Host.Serve.Snapshots;
using SecStream.Host.Serve.Stack;
using SecStream.Host.Versions;
using SecStream.Stages.Alerting;

namespace SecStream.Host.Serve;

/// <summary>What is known of a snapshot without reading it.</summary>
/// <param name="Control">Number of the first control entry behind it.</param>
/// <param name="Outbox">Place in the outbox behind what the alert book had sent.</param>
/// <param name="Journals">Positions of the journals.</param>
/// <param name="Rules">Mark of the rules that the state was saved under.</param>
/// <param name="Pending">Decisions before <paramref name="Control"/> that were still to be obeyed; null: none.</param>
/// <param name="Kafka">Positions of the partitions of Kafka, by name of the source; null: none were read.</param>
/// <param name="Origin">The data folder it was taken in (<see cref="FolderIdentity"/>); null: the one it lies in.</param>
internal sealed record SnapshotMark(
    long Control, long Outbox, IReadOnlyDictionary<string, long> Journals, string Rules, IReadOnlyList<ControlEntry>? Pending = null,
    IReadOnlyDictionary<string, long>? Kafka = null, string? Origin = null);

/// <summary>
/// Saves the state of everything as one consistent whole: what has changed is captured at a standstill and made durable beside the work. Journals
/// are released and segments compressed only up to the oldest snapshot that may still be gone back to.
/// </summary>
/// <param name="store">The files.</param>
/// <param name="schedule">When.</param>
/// <param name="timeline">What is in force.</param>
/// <param name="topology">The pipeline.</param>
/// <param name="book">The alert book.</param>
/// <param name="control">The control log.</param>
/// <param name="events">Where events go.</param>
/// <param name="outbox">Where alerts go.</param>
/// <param name="sources">What is read.</param>
/// <param name="giveUp">Ends the wait for a disk that takes nothing.</param>
internal sealed class ServiceSnapshots(
    SnapshotStore store, SnapshotSchedule schedule, Func<KnowledgeTimeline> timeline, Topology topology, BookSink book, IControlLog control,
    IEventSink events, AlertOutbox outbox, ServiceSources sources, CancellationToken giveUp) : IAsyncDisposable
{
    /// <summary>What snapshots that may be gone back to keep of a journal: a quarter of its bound, so that senders never wait for the next base.</summary>
    private const int JournalShare = 4;

    private Task _writing = Task.CompletedTask;

    /// <summary>More decisions than fit the head of a snapshot: it is taken when some have been obeyed.</summary>
    private const int MostPending = 50_000;

    /// <summary>Topics that are read; null: none.</summary>
    public KafkaFeed? Feed { get; init; }

    /// <summary>The lead of a group, whose members a snapshot is handed on to; null: there is no group.</summary>
    public GroupSeat? Seat { get; init; }

    /// <summary>Identity of the data folder.</summary>
    public required string Folder { get; init; }

    /// <summary>Place in the outbox that all shared sinks have come to.</summary>
    public required Func<long> Delivered { get; init; }

    /// <summary>Told how it goes.</summary>
    public ServiceMonitor? Monitor { get; set; }

    /// <summary>Control entries before this one lie behind every state that may be restored.</summary>
    public long ControlNeeded { get; private set; }

    /// <summary>Tells which decisions of a life before are still to be obeyed.</summary>
    public Func<IReadOnlyList<ControlEntry>> Pending { get; set; } = () => [];

    /// <summary>Goes back to the last state. Returns the decisions that were made since, and those that were still to be obeyed then.</summary>
    public IEnumerable<ControlEntry> Restore(AlertBook restored, List<string> notes)
    {
        store.HoldsTooMuch = HoldTooMuch;
        notes.AddRange(store.Notes);
        if (store.TryRestore() is not { } snapshot)
        {
            // Sources may not hold all of the past any more: what was sent and does not come again was true nonetheless.
            restored.Recall(outbox.ReadFrom(0), windowsContinue: false);
            return control.Read(0);
        }

        var mark = JsonSerializer.Deserialize<SnapshotMark>(snapshot.Header.Span)!;
        using (snapshot.Entries)
        {
            if (!timeline().Continues(mark.Rules))
            {
                throw new ConfigurationException(
                    $"state/snapshots: the state was saved under rules that the control log does not tell of; restore state/control from a backup, or begin with another --data folder");
            }

            topology.Engine.Restore(snapshot.Entries, [restored], withSink: mark.Origin is null || mark.Origin == Folder);
        }

        if (outbox.AdvanceTo(mark.Outbox) is { } missing)
        {
            notes.Add(missing);
        }

        restored.Recall(outbox.ReadFrom(mark.Outbox), windowsContinue: true);
        notes.Add($"state of {snapshot.Taken.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC restored; reading goes on where it stopped");
        notes.AddRange(sources.Files.Where(s => s.Gap is not null).Select(s => s.Gap!));
        Release();
        return (mark.Pending ?? []).Concat(control.Read(mark.Control));
    }

    /// <summary>
    /// Saves the state that nothing has happened to yet, when there is none: were the process to end before the first snapshot, the next start could
    /// not tell what it has stored from what it has not.
    /// </summary>
    public async ValueTask BeginAsync(Pump pump, CancellationToken cancellation)
    {
        if (!store.HasState)
        {
            await SaveAsync(pump, cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>Takes a snapshot when one is due and the last one is done.</summary>
    public async ValueTask TakeAsync(Pump pump, CancellationToken cancellation)
    {
        if (_writing.IsCompleted && (schedule.IsDue || (schedule.IsDueSoon && sources.Journals.Any(j => j.IsFull))))
        {
            await CaptureAsync(pump, cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>Saves the state and waits until it is durable.</summary>
    /// <returns>Whether it is; if not, a restart does again what came since the one before.</returns>
    public async Task<bool> SaveAsync(Pump pump, CancellationToken cancellation)
    {
        await _writing.ConfigureAwait(false);
        await CaptureAsync(pump, cancellation).ConfigureAwait(false);
        await _writing.ConfigureAwait(false);
        return store.LastFault is null && Pending().Count <= MostPending;
    }

    /// <summary>Whether journals have to keep too much between two snapshots: the oldest that may be gone back to, and the newest.</summary>
    private bool HoldTooMuch(ReadOnlyMemory<byte> oldest, ReadOnlyMemory<byte> newest)
    {
        var (from, to) = (JsonSerializer.Deserialize<SnapshotMark>(oldest.Span)!.Journals, JsonSerializer.Deserialize<SnapshotMark>(newest.Span)!.Journals);
        return sources.Journals.Any(j => to.GetValueOrDefault(j.Name) - from.GetValueOrDefault(j.Name) > j.MaxBytes / JournalShare);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _writing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await store.DisposeAsync().ConfigureAwait(false);
    }

    private async Task CaptureAsync(Pump pump, CancellationToken cancellation)
    {
        await _writing.ConfigureAwait(false);
        var pending = Pending();
        if (pending.Count > MostPending)
        {
            return;
        }

        var started = Stopwatch.GetTimestamp();
        var delta = await pump.CaptureAsync(store.NeedsFull, [new LockedPart(book)], cancellation).ConfigureAwait(false);

        // What the book put out for the capture is in the outbox, and nothing moves before this method has returned.
        var mark = new SnapshotMark(
            control.Count, outbox.Position, sources.Journals.ToDictionary(j => j.Name, j => sources.Specs.First(s => s.Source.Name == j.Name).Source.Position),
            timeline().Mark,
            pending,
            Feed?.Positions(),
            Folder);
        var standstill = Stopwatch.GetElapsedTime(started);
        schedule.Taken(standstill);
        Monitor?.StoodStill?.Invoke(standstill);
        _writing = WriteAsync(delta, mark);
    }

    private async Task WriteAsync(StateDelta delta, SnapshotMark mark)
    {
        var started = Stopwatch.GetTimestamp();
        var bytes = delta.Bytes;
        var saved = await store.WriteAsync(delta, JsonSerializer.SerializeToUtf8Bytes(mark), MakeDurableAsync, CancellationToken.None).ConfigureAwait(false);
        if (saved && await IsHandedOnAsync(mark).ConfigureAwait(false))
        {
            events.Committed();
            Release();
            await (Feed?.CommitAsync(mark.Kafka!) ?? Task.CompletedTask).ConfigureAwait(false);
        }

        Monitor?.Saved(store, bytes, Stopwatch.GetElapsedTime(started));
    }

    /// <summary>In a group a snapshot counts when a successor would find it.</summary>
    private async Task<bool> IsHandedOnAsync(SnapshotMark mark)
    {
        if (Seat is null)
        {
            return true;
        }

        try
        {
            await Seat.Shipping.ShipAsync(() => store.Chain, mark, Delivered(), giveUp).ConfigureAwait(false);
            return true;
        }
        catch (Exception fault) when (fault is OperationCanceledException or IOException)
        {
            // Another member leads, or the service ends: the state handed on before counts.
            return false;
        }
    }

    /// <summary>What the state says is written has to be on disk before the state counts.</summary>
    private async Task MakeDurableAsync()
    {
        await events.MakeDurableAsync(giveUp).ConfigureAwait(false);
        await outbox.FlushAsync(giveUp).ConfigureAwait(false);
    }

    private void Release()
    {
        if (store.OldestRecoverable is not { } header || JsonSerializer.Deserialize<SnapshotMark>(header.Span) is not { } oldest)
        {
            return;
        }

        ControlNeeded = oldest.Control;
        foreach (var journal in sources.Journals)
        {
            journal.Release(oldest.Journals.GetValueOrDefault(journal.Name));
        }
    }

    /// <summary>The book behind its lock.</summary>
    private sealed class LockedPart(BookSink book) : IStatePart
    {
        public void Save(IStateWriter writer, StateExtent extent) => book.With(b => b.Save(writer, extent));

        public bool Restore(StateReader reader) => throw new NotSupportedException("the book is restored before anybody else has it");
    }
}
