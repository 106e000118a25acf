using SecStream.TestParts.Schemas;

namespace SecStream.Stages.Tests.Alerting;

/// <summary>Files of the repository that tests read.</summary>
public static class TestFiles
{
    public static string Root { get; } = FindRoot();

    public static JsonSchema AlertSchema { get; } = new(File.ReadAllText(Path.Combine(Root, "infra", "schemas", "alert.schema.json")));

    public static JsonSchema IncidentSchema { get; } = new(File.ReadAllText(Path.Combine(Root, "infra", "schemas", "incident.schema.json")));

    /// <summary>Writes a golden file anew when <c>SECSTREAM_UPDATE_GOLDEN=1</c>.</summary>
    public static void UpdateIfAsked(string file, byte[] content)
    {
        if (Environment.GetEnvironmentVariable("SECSTREAM_UPDATE_GOLDEN") == "1")
        {
            File.WriteAllBytes(file, [.. content, (byte)'\n']);
        }
    }

    private static string FindRoot()
    {
        var at = new DirectoryInfo(AppContext.BaseDirectory);
        while (at is not null && !File.Exists(Path.Combine(at.FullName, "SecStream.sln")))
        {
            at = at.Parent;
        }

        return at?.FullName ?? throw new InvalidOperationException("the tests run inside the repository");
    }
}
