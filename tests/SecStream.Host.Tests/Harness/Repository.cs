namespace SecStream.Host.Tests.Harness;

/// <summary>Files of the checkout the tests belong to.</summary>
internal static class Repository
{
    public static string Root { get; } = Find();

    public static string File(params string[] path) => Path.Combine([Root, .. path]);

    private static string Find()
    {
        var folder = AppContext.BaseDirectory;
        while (!System.IO.File.Exists(Path.Combine(folder, "SecStream.sln")))
        {
            folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("SecStream.sln is in no folder above the tests");
        }

        return folder;
    }
}
