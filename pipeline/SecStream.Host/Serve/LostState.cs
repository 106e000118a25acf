using System.Globalization;

namespace SecStream.Host.Serve;

/// <summary>
/// What to do when no saved state is left to go on from: the sources are read again from their beginning, so what was made of them goes aside, or
/// every event would stand twice. Nothing is deleted: what is in no journal and no file any more is found aside. Alerts keep their ids, and stay
/// where they are, as do decisions.
/// </summary>
internal static class LostState
{
    private static readonly string[] s_derived = ["events", "dead-letters"];

    /// <summary>Moves events and dead letters aside when there are any. To be called before anything opens them, by who holds the folder.</summary>
    /// <returns>A sentence that tells; null: there was nothing, the service is new.</returns>
    /// <exception cref="IOException">They can't be moved.</exception>
    public static string? MoveAside(string data, TimeProvider time)
    {
        var folders = s_derived.Select(name => Path.Combine(data, name)).Where(HoldsAnything).ToList();
        if (folders.Count == 0)
        {
            return null;
        }

        var aside = FreeFolder(data, time);
        Move(folders, aside);
        return $"no saved state is left: journals and files are read again from their beginning, and what was stored before went to {aside}, so that nothing "
            + $"stands twice. Events older than the journals (journal.keep) are found there only (`events --data {aside}`); delete it when it is not needed";
    }

    /// <summary>Moves the saved state itself aside, too: what <c>serve --rebuild</c> asks for.</summary>
    /// <exception cref="ConfigurationException">Another process has the folder.</exception>
    /// <exception cref="IOException">It can't be moved.</exception>
    public static void Forget(string data, TimeProvider time)
    {
        using var mine = new DataFolderLock(data);
        var snapshots = Path.Combine(data, "state", "snapshots");
        if (HoldsAnything(snapshots))
        {
            Move([snapshots], FreeFolder(data, time));
        }
    }

    private static void Move(List<string> folders, string aside)
    {
        Directory.CreateDirectory(aside);
        folders.ForEach(folder => Directory.Move(folder, Path.Combine(aside, Path.GetFileName(folder))));
    }

    private static bool HoldsAnything(string folder) => Directory.Exists(folder) && Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Any();

    private static string FreeFolder(string data, TimeProvider time)
    {
        var wanted = Path.Combine(data, "aside-" + time.GetUtcNow().ToString("yyyyMMdd'T'HHmmss", CultureInfo.InvariantCulture));
        var free = wanted;
        for (var i = 2; Directory.Exists(free); i++)
        {
            free = string.Create(CultureInfo.InvariantCulture, $"{wanted}-{i}");
        }

        return free;
    }
}
