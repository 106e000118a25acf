using System.Globalization;
using SecStream.Core.Pipeline.State;

namespace SecStream.Host.Serve.Snapshots;

/// <content>The files of the folder: looked at when it is opened, merged when deltas have become many, removed when two bases are newer.</content>
public sealed partial class SnapshotStore
{
    private void Load()
    {
        foreach (var left in Directory.EnumerateFiles(_directory, "*.tmp"))
        {
            File.Delete(left);
        }

        var heads = new List<SnapshotHead>();
        var damaged = new HashSet<string>();
        foreach (var path in Directory.EnumerateFiles(_directory).Where(path => Path.GetExtension(path) is ".base" or ".delta"))
        {
            _ = long.TryParse(Path.GetFileNameWithoutExtension(path), NumberStyles.None, CultureInfo.InvariantCulture, out var moment);
            _nextMoment = Math.Max(_nextMoment, moment + 1);
            if (SnapshotFile.ReadHead(path) is { } head)
            {
                heads.Add(head);
            }
            else
            {
                damaged.Add(path);
            }
        }

        if (heads.Count + damaged.Count > 0)
        {
            Adopt(heads, damaged);
        }
    }

    private void Adopt(List<SnapshotHead> heads, HashSet<string> damaged)
    {
        if (SnapshotChain.FindBest(heads, damaged) is not { } chain)
        {
            // Deltas without their base are of no use either. All go when there is a sound base again.
            _dead.AddRange(heads.Select(head => head.Path).Union(damaged));
            _notes.Add($"{_directory}: no snapshot can be used any more ({string.Join(", ", _dead.Select(Path.GetFileName).Order())})");
            return;
        }

        _last = chain.Last;
        var lost = heads.Where(head => !damaged.Contains(head.Path) && head.Moment > _last.Moment).ToList();
        _live.AddRange(heads.Where(head => !damaged.Contains(head.Path) && head.Moment <= _last.Moment));
        _dead.AddRange(damaged.Concat(lost.Select(head => head.Path)));
        NeedsFull = _dead.Count > 0;
        _notes.AddRange(damaged.Order().Select(path => $"{path}: the snapshot is damaged"));
        if (NeedsFull)
        {
            _notes.Add($"the state of {_last.Taken:yyyy-MM-dd HH:mm:ss}Z was restored from what is intact; reading goes on from there");
        }
    }

    /// <summary>Base and deltas become a new base, from the files alone, while work and further deltas go on.</summary>
    private void MergeIfDue()
    {
        if (!_merging.IsCompleted || SnapshotChain.Of(_live, _last!) is not { Links.Count: > 1 } chain)
        {
            return;
        }

        var start = chain.Links[0];
        var deltaBytes = chain.Links.Skip(1).Sum(link => link.Bytes);
        if (chain.Links.Count > _options.MaxDeltas
            || deltaBytes > Math.Max(_options.MinDeltaBytes, start.Bytes * _options.MaxDeltaRatio)
            || _time.GetUtcNow() - start.Taken > _options.MaxBaseAge
            || (OldestRecoverable is { } oldest && HoldsTooMuch?.Invoke(oldest, _last!.Header) == true))
        {
            _merging = Task.Run(() => Merge(chain, _closing.Token), CancellationToken.None);
        }
    }

    private void Merge(SnapshotChain chain, CancellationToken cancellation)
    {
        var temporary = Path.Combine(_directory, "merging.tmp");
        try
        {
            // What a disk has damaged since must not become a base that looks sound.
            if (chain.Links.FirstOrDefault(link => !SnapshotFile.IsIntact(link.Path, cancellation)) is { } torn)
            {
                NeedsFull = true;
                throw new InvalidDataException($"{torn.Path}: the snapshot is damaged; the next one is a whole one");
            }

            var last = chain.Last;
            var head = last with { Path = PathOf(last.Moment, isBase: true), IsBase = true, Previous = 0 };
            var bytes = SnapshotFile.Write(temporary, head, writer =>
            {
                using var entries = new MergedStateReader(chain.Links.Select(link => SnapshotFile.Open(link.Path)));
                StateStream.Write(writer, entries, withDeleted: false, cancellation);
            });
            Commit(temporary, head with { Bytes = bytes });
        }
        catch (Exception fault) when (fault is not OutOfMemoryException)
        {
            // Base and deltas are as good as what they would have become; the next snapshot tries again.
            LastFault = fault is OperationCanceledException ? LastFault : fault;
            File.Delete(temporary);
        }
    }

    /// <summary>Keeps the two newest bases and what goes on from them.</summary>
    private void RemoveOld()
    {
        List<string> gone;
        lock (_lock)
        {
            var keep = _live.Where(head => head.IsBase).OrderByDescending(head => head.Moment).Take(2).Last();
            gone = [.. _live.Where(head => IsBehind(head, keep)).Select(head => head.Path), .. _dead];
            _live.RemoveAll(head => IsBehind(head, keep));
            _dead.Clear();
        }

        gone.ForEach(File.Delete);
    }

    private static bool IsBehind(SnapshotHead head, SnapshotHead keep) =>
        head.IsBase ? head.Moment < keep.Moment : head.Moment <= keep.Moment;
}
