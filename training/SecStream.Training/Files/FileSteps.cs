using System.Runtime.InteropServices;

namespace SecStream.Training.Files;

/// <summary>The steps by which files get to disk; a crash can come between any two of them.</summary>
internal interface IFileSteps
{
    /// <summary>Writes a new file, or over an old one; its content is on disk when it returns.</summary>
    void Write(string path, ReadOnlySpan<byte> content);

    /// <summary>Gives a file another name, in place of the file that has it.</summary>
    void ReplaceFile(string from, string to);

    /// <summary>Gives a folder another name, which nothing has.</summary>
    void RenameFolder(string from, string to);

    /// <summary>Makes the names in a folder durable.</summary>
    void SyncFolder(string directory);
}

/// <summary>The disk.</summary>
internal sealed partial class DiskSteps : IFileSteps
{
    public static readonly DiskSteps Instance = new();

    public void Write(string path, ReadOnlySpan<byte> content)
    {
        using var file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None);
        file.Write(content);
        file.Flush(flushToDisk: true);
    }

    public void ReplaceFile(string from, string to) => File.Move(from, to, overwrite: true);

    public void RenameFolder(string from, string to) => Directory.Move(from, to);

    public void SyncFolder(string directory)
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

/// <summary>Files that are there as a whole or not at all.</summary>
internal static class WholeFile
{
    /// <summary>Puts a file in the place of another; after a crash there is one of the two.</summary>
    public static void Replace(IFileSteps steps, string path, ReadOnlySpan<byte> content)
    {
        var temporary = path + ".tmp";
        steps.Write(temporary, content);
        steps.ReplaceFile(temporary, path);
        steps.SyncFolder(Path.GetDirectoryName(path)!);
    }
}
