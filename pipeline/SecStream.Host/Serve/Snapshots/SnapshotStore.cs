using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using SecStream.Core.Pipeline.State;

namespace SecStream.Host.Serve.Snapshots;

/// <summary>A snapshot to go on from.</summary>
/// <param name="Header">What the caller gave with it.</param>
/// <param name="Taken">When.</param>
/// <param name="Entries">Its state, each key once, in order; to be disposed.</param>
public sealed record RestorableSnapshot(ReadOnlyMemory<byte> Header, DateTimeOffset Taken, StateReader Entries);

/// <summary>
/// Snapshots in a folder: a base, and deltas of what changed since. A crash at any moment leaves a snapshot that was committed; a damaged file
/// is gone around and said. What is older than the base before the newest one is removed.
/// <code>
/// 000000000041.base  000000000042.delta  000000000043.delta  000000000043.base (41 to 43 merged)  000000000044.delta …
/// </code>
/// One writer; everything here may take long, so it is done away from the threads that do the work.
/// </summary>
public sealed partial class SnapshotStore : IAsyncDisposable
{
    private readonly string _directory;
    private readonly SnapshotOptions _options;
    private readonly TimeProvider _time;
    private readonly SemaphoreSlim _writing = new(1, 1);
    private readonly CancellationTokenSource _closing = new();
    private readonly Lock _lock = new();
    private readonly List<SnapshotHead> _live = [];
    private readonly List<string> _dead = [];
    private readonly List<string> _notes = [];
    private SnapshotHead? _last;
    private StateDelta? _pending;
    private Task _merging = Task.CompletedTask;
    private long _nextMoment = 1;

    private SnapshotStore(string directory, SnapshotOptions options, TimeProvider time)
    {
        _directory = directory;
        _options = options;
        _time = time;
    }

    /// <summary>What is to be told at the start: damaged files, and what is lost with them.</summary>
    public IReadOnlyList<string> Notes => _notes;

    /// <summary>There is a snapshot to go on from.</summary>
    public bool HasState => _last is not null;

    /// <summary>The next snapshot has to be a whole one: there is none to go on from, or files are damaged.</summary>
    public bool NeedsFull { get; private set; } = true;

    /// <summary>Why the last write failed; null when it did not. What was to be written is kept, and goes with the next.</summary>
    public Exception? LastFault { get; private set; }

    /// <summary>When the newest snapshot on disk was taken; null when there is none.</summary>
    public DateTimeOffset? LastTaken => _last?.Taken;

    /// <summary>Bytes of all snapshots that may be restored.</summary>
    public long Bytes
    {
        get
        {
            lock (_lock)
            {
                return _live.Sum(head => head.Bytes);
            }
        }
    }

    /// <summary>The files that make up the newest snapshot, base first. A merge may take their place, and delete them, at any time.</summary>
    public IReadOnlyList<string> Chain
    {
        get
        {
            lock (_lock)
            {
                return _last is null ? [] : [.. SnapshotChain.Of(_live, _last)!.Links.Select(link => link.Path)];
            }
        }
    }

    /// <summary>
    /// The header of the oldest snapshot that a start may go back to, were newer files damaged: what it names in sources and outputs has to be
    /// kept. Null when there is no snapshot.
    /// </summary>
    public ReadOnlyMemory<byte>? OldestRecoverable
    {
        get
        {
            lock (_lock)
            {
                return _live.Where(head => head.IsBase).MinBy(head => head.Moment)?.Header;
            }
        }
    }

    /// <summary>
    /// Asked with the headers of <see cref="OldestRecoverable"/> and of the newest snapshot whether sources have to keep too much between the two;
    /// then a new base is made at once, however few the deltas, and the oldest one goes.
    /// </summary>
    public Func<ReadOnlyMemory<byte>, ReadOnlyMemory<byte>, bool>? HoldsTooMuch { get; set; }

    /// <summary>Looks at a folder, made when it is not there; removes what a crash left half written.</summary>
    /// <exception cref="ConfigurationException">Another version wrote the snapshots.</exception>
    public static SnapshotStore Open(string directory, TimeProvider time, SnapshotOptions? options = null)
    {
        Directory.CreateDirectory(directory);
        var store = new SnapshotStore(directory, options ?? new(), time);
        store.Load();
        return store;
    }

    /// <summary>The newest intact snapshot; null when there is none.</summary>
    public RestorableSnapshot? TryRestore()
    {
        if (_last is null)
        {
            return null;
        }

        // Both ways to a moment hold the same; the chain was checked when the folder was opened.
        var chain = SnapshotChain.FindBest(_live, [])!;
        return new RestorableSnapshot(_last.Header, _last.Taken, new MergedStateReader(chain.Links.Select(link => SnapshotFile.Open(link.Path))));
    }

    /// <summary>The state was not taken over from the restored snapshot as it is (other rules, for one): the next one has to be whole.</summary>
    public void RequireFull() => NeedsFull = true;

    /// <summary>
    /// Writes what a standstill took and makes it the newest snapshot. When that fails (a full disk), what was taken is kept and goes with the next
    /// call, and <see cref="LastFault"/> says why. One call at a time; takes over <paramref name="delta"/>.
    /// </summary>
    /// <param name="delta">What was taken; whole where <see cref="NeedsFull"/> says so.</param>
    /// <param name="header">Opaque; readable without the rest.</param>
    /// <param name="beforeCommit">Makes outputs durable that belong to the state; the snapshot counts only after it.</param>
    /// <param name="cancellation">Ends the writing; as if it had failed.</param>
    /// <returns>Whether it is on disk.</returns>
    public async Task<bool> WriteAsync(StateDelta delta, ReadOnlyMemory<byte> header, Func<Task> beforeCommit, CancellationToken cancellation)
    {
        await _writing.WaitAsync(CancellationToken.None).ConfigureAwait(false);
        try
        {
            // Off the caller's thread: the driver starts this and pumps on.
            return await Task.Run(() => WriteOneAsync(delta, header, beforeCommit, cancellation), CancellationToken.None).ConfigureAwait(false);
        }
        finally
        {
            _writing.Release();
        }
    }

    /// <summary>Waits until a merge under way has ended.</summary>
    internal Task MergedAsync() => _merging;

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _writing.WaitAsync().ConfigureAwait(false);
        await _closing.CancelAsync().ConfigureAwait(false);
        await _merging.ConfigureAwait(false);
        _pending?.Dispose();
        _writing.Dispose();
        _closing.Dispose();
    }

    private async Task<bool> WriteOneAsync(StateDelta delta, ReadOnlyMemory<byte> header, Func<Task> beforeCommit, CancellationToken cancellation)
    {
        var all = _pending is null ? delta : _pending.Then(delta);
        _pending = all;
        if (_last is null && !all.IsFull)
        {
            throw new InvalidOperationException("there is no snapshot that changes could go on from: NeedsFull asks for a whole one");
        }

        var temporary = Path.Combine(_directory, "writing.tmp");
        try
        {
            var head = NextHead(all.IsFull, header);
            var bytes = SnapshotFile.Write(temporary, head, writer =>
            {
                using var entries = all.Sorted();
                StateStream.Write(writer, entries, withDeleted: !all.IsFull, cancellation);
            });
            await beforeCommit().ConfigureAwait(false);
            Commit(temporary, head with { Bytes = bytes });
            _last = head;
            (LastFault, _pending) = (null, null);
            NeedsFull &= !all.IsFull;
            all.Dispose();
            MergeIfDue();
            return true;
        }
        catch (Exception fault) when (fault is not OutOfMemoryException)
        {
            // The service goes on without a snapshot: nothing is lost as long as the one before and what came since are there.
            LastFault = fault;
            File.Delete(temporary);
            return false;
        }
    }

    private SnapshotHead NextHead(bool isBase, ReadOnlyMemory<byte> header)
    {
        var moment = _nextMoment++;
        var id = BinaryPrimitives.ReadUInt128BigEndian(RandomNumberGenerator.GetBytes(16));
        return new SnapshotHead(PathOf(moment, isBase), 0, isBase, moment, id, isBase ? 0 : _last!.Id, _time.GetUtcNow(), header.ToArray());
    }

    private void Commit(string temporary, SnapshotHead head)
    {
        File.Move(temporary, head.Path, overwrite: true);
        FolderSync.Flush(_directory);
        lock (_lock)
        {
            _live.Add(head);
        }

        if (head.IsBase)
        {
            RemoveOld();
        }
    }

    private string PathOf(long moment, bool isBase) =>
        Path.Combine(_directory, moment.ToString("D12", CultureInfo.InvariantCulture) + (isBase ? ".base" : ".delta"));
}
