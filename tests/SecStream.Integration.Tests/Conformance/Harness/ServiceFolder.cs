using System.Globalization;

namespace SecStream.Integration.Tests.Conformance.Harness;

/// <summary>Everything a service of a test has: its configuration, its data, the files it follows, its rules. Goes away with the test.</summary>
internal sealed class ServiceFolder : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("secstream-live-").FullName;

    public ServiceFolder()
    {
        // Logs are there before whoever follows them: a file that comes and is rotated away between two looks was never seen.
        Directory.CreateDirectory(Path.Combine(_root, "logs"));
        File.WriteAllBytes(EventFile, []);
        File.WriteAllBytes(AuthFile, []);
        CopyFolder(HostProgram.RulePack, Rules);
    }

    public string Root => _root;

    public string Data => Path.Combine(_root, "data");

    public string Rules => Path.Combine(_root, "rules");

    public string Configuration => Path.Combine(_root, "secstream.yml");

    /// <summary>A file of ECS events that is followed.</summary>
    public string EventFile => Path.Combine(_root, "logs", "events.ndjson");

    /// <summary>A file of sshd lines that is followed.</summary>
    public string AuthFile => Path.Combine(_root, "logs", "auth.log");

    /// <summary>All files that are or were followed.</summary>
    public IEnumerable<string> Followed => [.. Generations(EventFile), .. Generations(AuthFile)];

    public int SyslogPort { get; } = FreePorts.Next();

    public int HttpPort { get; } = FreePorts.Next();

    public static TimeSpan Horizon => TimeSpan.FromHours(6);

    /// <summary>A followed file and all it was before it was rotated, in order of writing.</summary>
    public static IEnumerable<string> Generations(string file) =>
        Directory.EnumerateFiles(Path.GetDirectoryName(file)!)
            .Where(name => name.StartsWith(file + ".", StringComparison.Ordinal))
            .OrderBy(name => int.Parse(Path.GetExtension(name)[1..], CultureInfo.InvariantCulture))
            .Append(file)
            .Where(File.Exists);

    /// <summary>Writes the configuration. Snapshots are as frequent as may be: a kill shall meet them.</summary>
    public void Configure(int lanes) => File.WriteAllText(Configuration, string.Create(CultureInfo.InvariantCulture, $"""
        data: {Data}
        timezone: UTC
        horizon: 6h
        lanes: {lanes}
        rules: {Rules}
        files:
          - {EventFile}
          - {AuthFile}
        syslog:
          udp: 127.0.0.1:{SyslogPort}
          tcp: 127.0.0.1:{SyslogPort}
        http:
          listen: 127.0.0.1:{HttpPort}
        state:
          snapshot_every: 1s

        """));

    /// <summary>Puts another set of rules in the place of the present one, as a whole.</summary>
    public void SwapRules(Action<string> change)
    {
        var next = Path.Combine(_root, "rules.next");
        CopyFolder(Rules, next);
        change(next);
        Directory.Move(Rules, Path.Combine(_root, $"rules.{Guid.NewGuid():N}"));
        Directory.Move(next, Rules);
    }

    public void Dispose() => Directory.Delete(_root, recursive: true);

    private static void CopyFolder(string from, string to)
    {
        foreach (var file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            var copy = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }
    }
}
