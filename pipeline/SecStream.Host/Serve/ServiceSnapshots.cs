using System.Diagnostics;
using SecStream.Connectors.Journal;
using SecStream.Connectors.Outbox;
using SecStream.Connectors.Segments;
using SecStream.Core.Pipeline;
using SecStream.Engine;
using SecStream.Stages.Alerting;

namespace SecStream.Host.Serve;

/// <summary>
/// Saves the state of everything as one consistent whole: captured at a standstill, made durable beside the work. Only then are journals released
/// and segments compressed, for up to there nothing will be read or written again.
/// </summary>
internal sealed class ServiceSnapshots(
    string path, Topology topology, BookSink book, IControlLog control, SegmentEventSink events, AlertOutbox outbox, ServiceSources sources, TimeProvider time) : IAsyncDisposable
{
    private static readonly TimeSpan s_interval = TimeSpan.FromSeconds(10);
    private const int PauseShare = 20;

    private Task _writing = Task.CompletedTask;
    private TimeSpan _next;
    private readonly long _start = time.GetTimestamp();

    /// <summary>Told how it goes.</summary>
    public ServiceMonitor? Monitor { get; set; }

    /// <summary>Control entries before this one lie behind every state that may be restored.</summary>
    public long ControlNeeded { get; private set; }

    /// <summary>Goes back to the last state. Returns the number of the first control entry behind it.</summary>
    public long Restore(AlertBook restored, List<string> notes)
    {
        if (SnapshotFile.Read(path) is not { } snapshot)
        {
            restored.Recall(outbox.ReadFrom(0), windowsContinue: true);
            return 0;
        }

        using var reader = new BinaryReader(new MemoryStream(snapshot));
        var from = reader.ReadInt64();
        var sent = reader.ReadInt64();
        var engine = reader.ReadBytes((int)reader.ReadInt64());
        using (var engineReader = new BinaryReader(new MemoryStream(engine)))
        {
            topology.Engine.Restore(engineReader);
        }

        restored.Restore(reader);
        restored.Recall(outbox.ReadFrom(sent), windowsContinue: true);
        notes.Add("state restored; reading goes on where it stopped");
        notes.AddRange(sources.Files.Where(s => s.Gap is not null).Select(s => s.Gap!));
        return from;
    }

    /// <summary>Takes a snapshot when one is due and the last one is done.</summary>
    public async ValueTask TakeAsync(Pump pump, CancellationToken cancellation)
    {
        if (time.GetElapsedTime(_start) >= _next && _writing.IsCompleted)
        {
            await _writing.ConfigureAwait(false);
            await CaptureAsync(pump, cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>Saves the state and waits until it is durable.</summary>
    public async Task SaveAsync(Pump pump, CancellationToken cancellation)
    {
        await _writing.ConfigureAwait(false);
        await CaptureAsync(pump, cancellation).ConfigureAwait(false);
        await _writing.ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await _writing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    private async Task CaptureAsync(Pump pump, CancellationToken cancellation)
    {
        var before = Stopwatch.GetTimestamp();
        using var engine = new MemoryStream();
        await using var engineWriter = new BinaryWriter(engine);
        await pump.SaveAsync(engineWriter, cancellation).ConfigureAwait(false);
        engineWriter.Flush();
        var content = new MemoryStream();
        await using var writer = new BinaryWriter(content, System.Text.Encoding.UTF8, leaveOpen: true);
        var count = control.Count;
        writer.Write(count);
        book.With(b => b.Flush());
        writer.Write(outbox.Position);
        writer.Write(engine.Length);
        engine.WriteTo(content);
        book.With(b => b.Save(writer));
        writer.Flush();
        var positions = sources.Journals.Select(j => (Journal: j, sources.Specs.First(s => s.Source.Name == j.Name).Source.Position)).ToList();
        var pause = Stopwatch.GetElapsedTime(before);
        _next = time.GetElapsedTime(_start) + (s_interval > PauseShare * pause ? s_interval : PauseShare * pause);
        _writing = Task.Run(() => WriteAsync(content, positions, count), CancellationToken.None);
    }

    private async Task WriteAsync(MemoryStream content, List<(RecordJournal Journal, long Position)> positions, long count)
    {
        try
        {
            await events.MakeDurableAsync(CancellationToken.None).ConfigureAwait(false);
            await outbox.FlushAsync(CancellationToken.None).ConfigureAwait(false);
            SnapshotFile.Write(path, content.GetBuffer().AsSpan(0, (int)content.Length));
            events.Committed();
            positions.ForEach(p => p.Journal.Release(p.Position));
            ControlNeeded = count;
            if (Monitor is not null)
            {
                (Monitor.LastSnapshot, Monitor.SnapshotBytes, Monitor.SnapshotFault) = (time.GetUtcNow(), content.Length, null);
            }
        }
        catch (IOException fault)
        {
            // Nothing is released, so nothing is lost; the next one may succeed. The ledger tells of it meanwhile.
            if (Monitor is not null)
            {
                Monitor.SnapshotFault = fault.Message;
            }
        }
    }
}
