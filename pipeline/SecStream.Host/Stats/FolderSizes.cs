namespace SecStream.Host.Stats;

/// <summary>What a part of a data folder holds.</summary>
/// <param name="Name">The file or folder in it.</param>
/// <param name="Files">Files.</param>
/// <param name="Bytes">Their bytes.</param>
public sealed record FolderSize(string Name, long Files, long Bytes);

/// <summary>Measures a data folder.</summary>
internal static class FolderSizes
{
    private static readonly EnumerationOptions s_all = new() { RecurseSubdirectories = true, IgnoreInaccessible = true, AttributesToSkip = FileAttributes.ReparsePoint };

    /// <summary>The sizes of what lies directly in the folder, by name. Files that go away meanwhile count as empty.</summary>
    public static IReadOnlyList<FolderSize> Of(string directory) =>
    [
        .. new DirectoryInfo(directory).EnumerateFileSystemInfos()
            .Select(entry => entry is DirectoryInfo folder ? Sum(folder) : new FolderSize(entry.Name, 1, Length((FileInfo)entry)))
            .OrderBy(size => size.Name, StringComparer.Ordinal),
    ];

    private static FolderSize Sum(DirectoryInfo folder)
    {
        var (files, bytes) = (0L, 0L);
        foreach (var file in folder.EnumerateFiles("*", s_all))
        {
            files++;
            bytes += Length(file);
        }

        return new FolderSize(folder.Name + "/", files, bytes);
    }

    private static long Length(FileInfo file)
    {
        try
        {
            return file.Length;
        }
        catch (FileNotFoundException)
        {
            // A running service removes and renames files at any time.
            return 0;
        }
    }
}
