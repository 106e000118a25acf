using SecStream.Core.Events;
using SecStream.Core.Fields;
using SecStream.Stages.Rules;
using SecStream.Stages.Rules.Matching;
using SecStream.Stages.Rules.Testing;
using Xunit;

namespace SecStream.Stages.Tests.Rules;

/// <summary>Rules from text, and events to match them with.</summary>
internal sealed class TestRules
{
    private readonly SelectionMatcher _matcher;
    private readonly EventRecord _record;
    private readonly int[] _matched;

    public TestRules(RuleLoadOptions? options, params string[] yaml)
    {
        Catalog = new FieldCatalog();
        Set = new RuleCompiler(Catalog, options).Compile(yaml.Select((text, i) => new RuleSource($"r{i}.yml", text)));
        Index = new SelectionIndex(Set.Detections, Catalog);
        _matcher = new SelectionMatcher(Index);
        _record = new EventRecord(Catalog.Count);
        _matched = new int[Index.DetectionCount];
    }

    public TestRules(params string[] yaml)
        : this(null, yaml)
    {
    }

    public FieldCatalog Catalog { get; }

    public RuleSet Set { get; }

    public SelectionIndex Index { get; }

    public static string PackFolder
    {
        get
        {
            var folder = AppContext.BaseDirectory;
            while (!Directory.Exists(Path.Combine(folder, "pipeline", "rules")))
            {
                folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("The rule pack is not above the test folder.");
            }

            return Path.Combine(folder, "pipeline", "rules");
        }
    }

    /// <summary>A rule around a detection section (four spaces of indent are added).</summary>
    public static string Rule(string detection, int id = 1, string extra = "") =>
        $"title: t{id}\nid: 00000000-0000-4000-8000-{id:D12}\nname: n{id}\nlogsource: {{product: secstream}}\nlevel: low\n{extra}detection:\n"
        + string.Join('\n', detection.Split('\n').Select(l => "    " + l)) + "\n";

    public static RuleTestEvent Event(params (string Name, object Value)[] fields) =>
        new(0, 1, [.. fields.Select(f => new RuleTestField(f.Name, f.Value))]);

    /// <summary>Indexes of the detections that match.</summary>
    public int[] Match(RuleTestEvent e)
    {
        e.Fill(_record, Catalog);
        return _matched[.._matcher.Match(_record, _matched)];
    }

    /// <summary>Whether the only rule matches.</summary>
    public bool Matches(params (string Name, object Value)[] fields)
    {
        Assert.Single(Set.Detections);
        return Match(Event(fields)).Length == 1;
    }
}
