using SecStream.Host.Service;

namespace SecStream.Host.Serve;

/// <summary>
/// A start on a full disk would fail somewhere in the middle. So it waits until there is a little room, and says so; nothing listens meanwhile, so
/// senders keep what they have.
/// </summary>
internal static class RoomAtStart
{
    private const int NeededBytes = 1 << 20;
    private static readonly TimeSpan s_look = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_say = TimeSpan.FromMinutes(1);

    // ENOSPC, EDQUOT on Linux; ERROR_DISK_FULL, ERROR_HANDLE_DISK_FULL on Windows.
    private static readonly int[] s_full = [28, 122, unchecked((int)0x80070070), unchecked((int)0x80070027)];

    /// <summary>Completes when a megabyte can be written to the folder; false: the service was told to stop while it waited.</summary>
    /// <exception cref="ConfigurationException">It can't be written for another reason.</exception>
    public static async Task<bool> WaitAsync(string data, ServiceLog log, TimeProvider time, CancellationToken cancellation)
    {
        long? said = null;
        while (!HasRoom(data))
        {
            if (said is null || time.GetElapsedTime(said.Value) >= s_say)
            {
                log.Error($"the disk of {Path.GetFullPath(data)} is full: the service can't start, and nothing is accepted. Make room; it starts by itself then");
                said = time.GetTimestamp();
            }

            await Task.Delay(s_look, time, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (cancellation.IsCancellationRequested)
            {
                return false;
            }
        }

        if (said is not null)
        {
            log.Notice("the disk has room again");
        }

        return true;
    }

    private static bool HasRoom(string data)
    {
        var path = Path.Combine(data, "state", "room.tmp");
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            using var file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0, FileOptions.DeleteOnClose);
            file.Write(new byte[NeededBytes]);
            file.Flush(flushToDisk: true);
            return true;
        }
        catch (IOException fault) when (s_full.Contains(fault.HResult) || s_full.Contains(fault.HResult & 0xFFFF))
        {
            // That is what was asked.
            return false;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new ConfigurationException($"--data {data}: {Environment.UserName} can't write in this folder ({fault.Message}); make it writable, or use another --data folder", fault);
        }
    }
}
