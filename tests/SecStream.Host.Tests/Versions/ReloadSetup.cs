using SecStream.Core.Pipeline;
using SecStream.Host.Tests.Harness;

namespace SecStream.Host.Tests.Versions;

/// <summary>A folder with a rule, an entity file and a list, and the options that name them.</summary>
internal sealed class ReloadSetup : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public ReloadSetup()
    {
        WriteRule("A", "login_failed");
        _folder.Write("entities.yml", "users:\n  - name: alice\n    admin: true\n");
        _folder.Write("bad.txt", "203.0.113.7\n");
        Options = new PipelineOptions
        {
            RulesDirectory = _folder.File("rules"),
            GeoIp = [],
            Entities = _folder.File("entities.yml"),
            Blacklists = [_folder.File("bad.txt")],
            Zone = TimeZoneInfo.Utc,
        };
    }

    public PipelineOptions Options { get; }

    public string Archive => _folder.File("versions");

    public string File(string name) => _folder.File(name);

    public string Write(string name, string text) => _folder.Write(name, text);

    /// <summary>A rule that alerts on every event of an action, by user.</summary>
    public void WriteRule(string code, string action, string level = "high") => _folder.Write(
        $"rules/{code}.yml",
        $"title: Rule {code}\nid: 00000000-0000-4000-8000-{code[0] * 1L:D12}\nlogsource: {{product: secstream}}\nlevel: {level}\n"
        + $"detection: {{selection: {{event.action: {action}}}, condition: selection}}\nsecstream: {{code: {code}, key: [user.name]}}\n");

    public void Dispose() => _folder.Dispose();
}

/// <summary>A control log in memory.</summary>
internal sealed class MemoryControlLog : IControlLog
{
    public List<ControlEntry> Entries { get; } = [];

    public long Count => Entries.Count;

    public void Append(in ControlEntry entry) => Entries.Add(entry);

    public void Append(ReadOnlySpan<ControlEntry> entries) => Entries.AddRange(entries);

    public IEnumerable<ControlEntry> Read(long from) => Entries.Skip((int)from).ToList();
}
