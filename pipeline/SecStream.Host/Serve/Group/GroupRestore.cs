using System.Globalization;
using SecStream.Connectors.Files;
using SecStream.Connectors.Kafka.State;

namespace SecStream.Host.Serve.Group;

/// <summary>
/// Brings a data folder to where the leader before stopped. What is in the log came before what any leader has done with it, so a folder is never ahead in
/// its control log and outbox; its snapshots are good only when its own member led last.
/// </summary>
internal sealed class GroupRestore(StateFiles files, string data, TimeProvider time)
{
    /// <summary>In a folder whose alerts and decisions are those of the group.</summary>
    private const string Mark = "group";

    private static readonly string[] s_own = ["alerts", "state/control", "state/snapshots", "state/outbox", "secstream.db", "secstream.db-wal", "secstream.db-shm"];

    private static readonly string[] s_allowed = ["state/snapshots/", "state/versions/", "state/outbox/"];

    /// <summary>Does it. Returns what is to be told.</summary>
    /// <param name="state">What the log holds.</param>
    /// <param name="isOwn">This folder's member led last.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="InvalidDataException">The topic no longer holds what is needed.</exception>
    public async Task<IReadOnlyList<string>> ApplyAsync(GroupState state, bool isOwn, CancellationToken cancellation)
    {
        var notes = new List<string>();
        if (state is { Before: null, Manifest: null, Control.Count: 0, Outbox.Count: 0 })
        {
            // Nobody has led yet: what this member knows from before, as a single one, becomes the state of the group.
            isOwn = true;
        }
        else if (!File.Exists(MarkPath) && MoveAside() is { } aside)
        {
            notes.Add($"what this member had before it joined the group went to {aside}: its alerts and decisions are none of the group's");
        }

        await File.WriteAllTextAsync(MarkPath, "", cancellation).ConfigureAwait(false);
        notes.AddRange(await TakeOverAsync(state, isOwn, cancellation).ConfigureAwait(false));
        return notes;
    }

    private string MarkPath => Path.Combine(data, "state", Mark);

    private async Task<IReadOnlyList<string>> TakeOverAsync(GroupState state, bool isOwn, CancellationToken cancellation)
    {
        var lines = (state.Manifest is { } known ? [known.Kept] : Array.Empty<byte[]>()).Concat(state.Control.Select(c => c.Lines));
        FileControlLog.Merge(Path.Combine(data, "state", "control"), lines, time);
        await FetchVersionsAsync(state.Versions, cancellation).ConfigureAwait(false);
        if (isOwn)
        {
            return state.Before is null ? [] : ["this member led the group before, and goes on from its own state"];
        }

        var snapshots = Path.Combine(data, "state", "snapshots");
        if (Directory.Exists(snapshots))
        {
            Directory.Delete(snapshots, recursive: true);
        }

        if (state.Manifest is not { } manifest)
        {
            return state.Before is null ? [] : [$"{state.Before.Member} left no state: topics are read from where the group stands"];
        }

        foreach (var file in manifest.Snapshot)
        {
            await FetchAsync(file, cancellation).ConfigureAwait(false);
        }

        foreach (var (name, content) in manifest.Small)
        {
            var path = PathOf(name);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            await File.WriteAllBytesAsync(path, content, cancellation).ConfigureAwait(false);
        }

        return [string.Create(
            CultureInfo.InvariantCulture, $"the state of {state.Before?.Member ?? "the member before"} was taken over ({manifest.Snapshot.Sum(f => f.Bytes) / 1e6:0.0} MB)")];
    }

    /// <summary>Takes away what can't be gone on from; events, dead letters and alerts stay.</summary>
    public void Clear()
    {
        foreach (var name in (string[])["snapshots", "control", "versions"])
        {
            var folder = Path.Combine(data, "state", name);
            if (Directory.Exists(folder))
            {
                Directory.Delete(folder, recursive: true);
            }
        }
    }

    /// <summary>Moves aside what a member has that was none of the group; null: it has nothing.</summary>
    private string? MoveAside()
    {
        var there = s_own.Select(name => Path.Combine(data, name)).Where(path => File.Exists(path) || Directory.Exists(path)).ToList();
        if (there.Count == 0)
        {
            return null;
        }

        var aside = Path.Combine(data, "aside-" + time.GetUtcNow().ToString("yyyyMMdd'T'HHmmss", CultureInfo.InvariantCulture) + "-before-group");
        foreach (var path in there)
        {
            var target = Path.Combine(aside, Path.GetRelativePath(data, path));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            Directory.Move(path, target);
        }

        return aside;
    }

    /// <summary>A version's folder counts as whole when its manifest is there, so that comes last.</summary>
    private async Task FetchVersionsAsync(IReadOnlyList<StateFile> versions, CancellationToken cancellation)
    {
        foreach (var file in versions.OrderBy(f => f.Name.EndsWith("/manifest.json", StringComparison.Ordinal)))
        {
            if (!File.Exists(PathOf(file.Name)))
            {
                await FetchAsync(file, cancellation).ConfigureAwait(false);
            }
        }
    }

    private async Task FetchAsync(StateFile file, CancellationToken cancellation)
    {
        var path = PathOf(file.Name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var target = new FileStream(path + ".tmp", FileMode.Create, FileAccess.Write, FileShare.None);
        await using (target.ConfigureAwait(false))
        {
            await files.ReadAsync(file, target, cancellation).ConfigureAwait(false);
            target.Flush(flushToDisk: true);
        }

        File.Move(path + ".tmp", path, overwrite: true);
    }

    /// <summary>Whoever may write to the topic must not be able to write elsewhere on this machine.</summary>
    private string PathOf(string name)
    {
        var isAllowed = s_allowed.Any(prefix => name.StartsWith(prefix, StringComparison.Ordinal))
            && name.Split('/').All(part => part is not ("" or "." or "..") && part.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_'));
        return isAllowed ? Path.Combine(data, name) : throw new InvalidDataException($"the state topic names a file {name}, which is none of a state");
    }
}
