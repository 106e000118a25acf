namespace SecStream.Integration.Tests.Faults;

/// <summary>A folder for one test, with the data folder of a service in it; goes away with the test.</summary>
internal sealed class FaultFolder : IDisposable
{
    private readonly string? _data;

    public FaultFolder(string? data = null)
    {
        Path = Directory.CreateTempSubdirectory("secstream-fault-").FullName;
        _data = data;
    }

    public string Path { get; }

    public string Data => _data ?? File("data");

    /// <summary>More lines for the configuration.</summary>
    public string Configuration { get; set; } = "";

    public string Http { get; set; } = "127.0.0.1:0";

    public string Tcp { get; set; } = "127.0.0.1:0";

    public string File(string name) => System.IO.Path.Combine(Path, name);

    public string InData(params string[] names) => System.IO.Path.Combine([Data, .. names]);

    /// <summary>The files of a folder in the data folder by name.</summary>
    public IReadOnlyList<string> Files(string pattern, params string[] names) =>
        Directory.Exists(InData(names)) ? [.. Directory.EnumerateFiles(InData(names), pattern).Order(StringComparer.Ordinal)] : [];

    public string WriteConfiguration()
    {
        var path = File("secstream.yml");
        System.IO.File.WriteAllText(path, $$"""
            data: {{Data}}
            timezone: UTC
            lateness: 1s
            syslog: {udp: off, tcp: "{{Tcp}}" }
            http: {listen: "{{Http}}" }
            journal: {min_free: 1MiB}
            state: {snapshot_every: 1s}
            {{Configuration}}
            """);
        return path;
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
