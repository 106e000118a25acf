using System.Runtime.InteropServices;

namespace SecStream.Host.Serve.Snapshots;

/// <summary>Makes the names in a folder durable: after a rename the file's new name is on disk only when its folder is.</summary>
internal static partial class FolderSync
{
    /// <summary>Flushes a folder; does nothing where the system has no such call.</summary>
    /// <exception cref="IOException">It could not.</exception>
    public static void Flush(string directory)
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        var folder = Open(directory, 0);
        var failed = folder < 0 || Sync(folder) != 0;
        var error = Marshal.GetLastPInvokeError();
        if (folder >= 0)
        {
            _ = Close(folder);
        }

        if (failed)
        {
            throw new IOException($"{directory}: the folder could not be flushed to disk (error {error})");
        }
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Sync(int file);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Close(int file);
}
