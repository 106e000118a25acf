using SecStream.Host.Ledger;
using SecStream.Host.Serve;

namespace SecStream.Host.Stats;

/// <summary>What a data folder holds, and how the service on it does.</summary>
public sealed record StatsReport
{
    private static readonly TimeSpan s_stale = TimeSpan.FromSeconds(30);

    /// <summary><c>running</c>, <c>stopped</c>, or <c>stuck</c>: a process has the folder and has not written its status for long.</summary>
    public required string State { get; init; }

    /// <summary>What that means, for people.</summary>
    public required string Detail { get; init; }

    /// <summary>The last status; null: none was ever written.</summary>
    public ServiceStatus? Status { get; init; }

    /// <summary>Sizes.</summary>
    public required IReadOnlyList<FolderSize> Folder { get; init; }

    /// <summary>Free space of the disk, in bytes.</summary>
    public required long FreeBytes { get; init; }

    /// <summary>Blind spots that go on.</summary>
    public required IReadOnlyList<LedgerEntry> OpenBlindSpots { get; init; }

    /// <summary>Looks at a data folder.</summary>
    /// <exception cref="ConfigurationException">There is no such folder.</exception>
    public static StatsReport Of(string directory, TimeProvider time)
    {
        if (!Directory.Exists(directory))
        {
            throw new ConfigurationException($"--data {directory}: no such folder; name the --data folder of serve");
        }

        var status = ServiceStatus.Read(directory);
        var (state, detail) = Judge(DataFolderLock.IsHeld(directory), status, time.GetUtcNow());
        return new StatsReport
        {
            State = state,
            Detail = detail,
            Status = status,
            Folder = FolderSizes.Of(directory),
            FreeBytes = new DriveInfo(Path.GetFullPath(directory)).AvailableFreeSpace,
            OpenBlindSpots = [.. LedgerFile.Read(BlindSpotWatch.LedgerPath(directory)).Entries.Where(e => e.IsOpen).OrderBy(e => e.Since)],
        };
    }

    private static (string State, string Detail) Judge(bool held, ServiceStatus? status, DateTimeOffset now)
    {
        var age = status is null ? (TimeSpan?)null : now - status.Now;
        return (held, age) switch
        {
            (false, null) => ("stopped", "the service does not run, and has left no status"),
            (false, { } ended) => ("stopped", $"the service does not run; the status below is {SourceWatch.Round(ended)} old"),
            (true, null) => ("running", "the service has just started: it has written no status yet"),
            (true, { } old) when old > s_stale => ("stuck", $"a process has the folder, but its status is {SourceWatch.Round(old)} old: it is starting, or hangs; see its log"),
            _ => ("running", $"the service runs for {SourceWatch.Round(now - status!.Started)}"),
        };
    }
}
