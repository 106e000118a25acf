namespace SecStream.Stages.Tests.Parsing;

/// <summary>Finds the logs: in the folder SECSTREAM_DATA names, else in <c>../shared/data</c> beside the repository.</summary>
internal static class DataFolder
{
    public static string? Find(string path)
    {
        if (Environment.GetEnvironmentVariable("SECSTREAM_DATA") is { Length: > 0 } named)
        {
            return Existing(Path.Combine(named, path));
        }

        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "SecStream.sln")))
            {
                return Existing(Path.Combine(folder.FullName, "..", "shared", "data", path));
            }
        }

        return null;
    }

    private static string? Existing(string file) => File.Exists(file) ? file : null;
}
