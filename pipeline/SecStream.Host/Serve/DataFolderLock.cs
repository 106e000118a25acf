namespace SecStream.Host.Serve;

/// <summary>
/// Keeps a data folder to one process: two would write over each other's state and results. The system lets go of it when the process ends,
/// however it ends, so the file may stay.
/// </summary>
internal sealed class DataFolderLock : IDisposable
{
    // Linux and macOS: EWOULDBLOCK; Windows: ERROR_SHARING_VIOLATION.
    private static readonly int[] s_heldByOther = [11, 35, unchecked((int)0x80070020)];

    private readonly FileStream _file;

    /// <summary>Takes the folder, making it when it is not there.</summary>
    /// <exception cref="ConfigurationException">Another process has it, or it can't be written.</exception>
    public DataFolderLock(string directory)
    {
        var path = Path.Combine(directory, "state", "lock");
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            _file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException fault) when (s_heldByOther.Contains(fault.HResult))
        {
            throw new ConfigurationException($"--data {directory}: another serve works in this folder; stop it, or use another --data folder", fault);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new ConfigurationException(
                $"--data {directory}: {Environment.UserName} can't write there ({fault.Message}); give that user the folder, or use another --data folder", fault);
        }
    }

    /// <summary>Whether a process has the folder now. Looks without taking it.</summary>
    public static bool IsHeld(string directory)
    {
        try
        {
            using var file = new FileStream(Path.Combine(directory, "state", "lock"), FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            return false;
        }
        catch (Exception fault) when (fault is FileNotFoundException or DirectoryNotFoundException)
        {
            // Nobody ever had it.
            return false;
        }
        catch (IOException fault) when (s_heldByOther.Contains(fault.HResult))
        {
            // That it is held is what was asked.
            return true;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();
}
