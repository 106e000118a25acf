using SecStream.Host.Configuration;

namespace SecStream.Host.Ledger;

/// <summary>Tells when the disk of a folder has less free space than must be left.</summary>
internal sealed class DiskSpace(string directory, long minFreeBytes, Func<string, long> freeBytes)
{
    /// <summary>Asks the system.</summary>
    public DiskSpace(string directory, long minFreeBytes)
        : this(directory, minFreeBytes, folder => new DriveInfo(Path.GetFullPath(folder)).AvailableFreeSpace)
    {
    }

    /// <summary>A probe for <see cref="LedgerCollector.Add"/>.</summary>
    public IEnumerable<Observation> Observe()
    {
        long free;
        try
        {
            free = freeBytes(directory);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            // A disk that can't even be asked is no reason to stop; it is told as what it is.
            return [new Observation(BlindSpotKinds.DiskFull, directory, $"the free space can't be told: {fault.Message}")];
        }

        return free >= minFreeBytes
            ? []
            : [new Observation(BlindSpotKinds.DiskFull, directory, $"{SizeShape.Format(free >> 20 << 20)} are free; {SizeShape.Format(minFreeBytes)} must be left")];
    }
}
