using SecStream.Connectors.Files;
using SecStream.Connectors.Kafka.State;

namespace SecStream.Host.Serve.Group;

/// <summary>
/// Puts snapshots, and the versions of rules and files, into the state topic. What has been there for a day is written again, long before the topic's retention
/// takes it. One call at a time, save that <see cref="BeforeControlAsync"/> may come beside <see cref="ShipAsync"/>.
/// </summary>
internal sealed class SnapshotShipping : IDisposable
{
    private const int SmallBytes = 256 << 10;
    private const int Tries = 5;

    private static readonly string[] s_local = ["store.", "terminal.", "kafka-dead-letters."];

    private static readonly TimeSpan s_renew = TimeSpan.FromDays(1);

    private readonly StateLog _log;
    private readonly StateFiles _files;
    private readonly string _data;
    private readonly TimeProvider _time;
    private readonly long _since;
    private readonly SemaphoreSlim _one = new(1, 1);
    private readonly Dictionary<string, StateFile> _versions;
    private Dictionary<string, StateFile> _snapshots;

    public SnapshotShipping(StateLog log, StateFiles files, string data, GroupState state, TimeProvider time)
    {
        (_log, _files, _data, _time, _since) = (log, files, data, time, state.Since);
        _versions = state.Versions.ToDictionary(f => f.Name, StringComparer.Ordinal);
        _snapshots = (state.Manifest?.Snapshot ?? []).ToDictionary(f => f.Name, StringComparer.Ordinal);
    }

    /// <summary>When the last whole state was handed on; null: none yet.</summary>
    public DateTimeOffset? LastShipped { get; private set; }

    /// <summary>What a decision to activate names has to be in the topic before the decision is.</summary>
    public async Task BeforeControlAsync(ReadOnlyMemory<byte> lines, CancellationToken cancellation)
    {
        if (lines.Span.IndexOf("\"kind\":\"activate\""u8) < 0)
        {
            return;
        }

        await _one.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            if (await ShipVersionsAsync(cancellation).ConfigureAwait(false) is { Count: > 0 } added)
            {
                await _log.AppendVersionsAsync(added, cancellation).ConfigureAwait(false);
            }
        }
        finally
        {
            _one.Release();
        }
    }

    /// <summary>Hands a snapshot on; completes when a successor would find it.</summary>
    /// <param name="chain">Its files at this moment: a base that was made of others may take their place at any time.</param>
    /// <param name="mark">What is known of it.</param>
    /// <param name="delivered">Place in the outbox that all sinks have come to.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="LeadLostException">Another member leads.</exception>
    public async Task ShipAsync(Func<IReadOnlyList<string>> chain, SnapshotMark mark, long delivered, CancellationToken cancellation)
    {
        await _one.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            // What small files say must not be newer than the place from which the outbox is handed on.
            var small = SmallFiles();
            var snapshot = await ShipSnapshotAsync(chain, cancellation).ConfigureAwait(false);
            await ShipVersionsAsync(cancellation).ConfigureAwait(false);
            await _log.AppendAsync(
                new StateManifest
                {
                    Snapshot = snapshot,
                    Versions = [.. _versions.Values],
                    Small = small,
                    Kept = FileControlLog.Kept(Path.Combine(_data, "state", "control"), mark.Control),
                    Control = mark.Control,
                    Outbox = Math.Min(mark.Outbox, delivered),
                    Since = _since,
                },
                cancellation).ConfigureAwait(false);
            LastShipped = _time.GetUtcNow();
        }
        finally
        {
            _one.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _one.Dispose();

    private async Task<IReadOnlyList<StateFile>> ShipSnapshotAsync(Func<IReadOnlyList<string>> chain, CancellationToken cancellation)
    {
        for (var left = Tries; ; left--)
        {
            try
            {
                var sent = new Dictionary<string, StateFile>(StringComparer.Ordinal);
                foreach (var path in chain())
                {
                    var name = "state/snapshots/" + Path.GetFileName(path);
                    sent[name] = _snapshots[name] = await SendAsync(path, name, _snapshots.GetValueOrDefault(name), cancellation).ConfigureAwait(false);
                }

                _snapshots = sent;
                return [.. sent.Values];
            }
            catch (FileNotFoundException) when (left > 1)
            {
                // A base was made of these files meanwhile, and they are gone: the chain is another one now.
            }
        }
    }

    private async Task<List<StateFile>> ShipVersionsAsync(CancellationToken cancellation)
    {
        var added = new List<StateFile>();
        var folder = Path.Combine(_data, "state", "versions");
        if (!Directory.Exists(folder))
        {
            return added;
        }

        foreach (var path in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            var name = "state/versions/" + Path.GetRelativePath(folder, path).Replace('\\', '/');
            var known = _versions.GetValueOrDefault(name);
            if (path.Contains(".tmp", StringComparison.Ordinal))
            {
                continue;
            }

            var file = await SendAsync(path, name, known, cancellation).ConfigureAwait(false);
            if (file != known)
            {
                added.Add(_versions[name] = file);
            }
        }

        return added;
    }

    private async Task<StateFile> SendAsync(string path, string name, StateFile? known, CancellationToken cancellation)
    {
        if (known is not null && _time.GetUtcNow() - known.Sent < s_renew)
        {
            return known;
        }

        var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete);
        await using (stream.ConfigureAwait(false))
        {
            return await RetriedAsync(name, stream, cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>Brokers come and go: a file is begun again for as long as this member may go on.</summary>
    private async Task<StateFile> RetriedAsync(string name, FileStream stream, CancellationToken cancellation)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, _log.Lost);
        while (true)
        {
            try
            {
                stream.Position = 0;
                return await _files.WriteAsync(name, stream, either.Token).ConfigureAwait(false);
            }
            catch (Connectors.Kafka.Output.KafkaWriteException)
            {
                // The log's own records fail for the same reason, and it says so.
                await Task.Delay(TimeSpan.FromSeconds(1), _time, either.Token).ConfigureAwait(false);
            }
        }
    }

    private Dictionary<string, byte[]> SmallFiles()
    {
        var small = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        var folder = new DirectoryInfo(Path.Combine(_data, "state", "outbox"));
        foreach (var file in folder.Exists ? folder.EnumerateFiles() : [])
        {
            if (file.Length <= SmallBytes && file.Extension != ".tmp" && !IsLocal(file.Name))
            {
                small["state/outbox/" + file.Name] = ReadShared(file.FullName);
            }
        }

        return small;
    }

    /// <summary>The local database, the terminal and the stored dead letters are each member's own.</summary>
    private static bool IsLocal(string name) => Array.Exists(s_local, own => name.StartsWith(own, StringComparison.Ordinal));

    private static byte[] ReadShared(string path)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        using var content = new MemoryStream();
        stream.CopyTo(content);
        return content.ToArray();
    }
}
