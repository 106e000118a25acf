using YamlDotNet.RepresentationModel;

namespace SecStream.Stages.Rules.Loading;

/// <summary>What a rule says about where its events come from.</summary>
internal readonly record struct Logsource(string? Category, string? Product, string? Service)
{
    public override string ToString() => string.Join(
        ' ',
        new[] { ("category", Category), ("product", Product), ("service", Service) }.Where(p => p.Item2 is not null).Select(p => $"{p.Item1}={p.Item2}"));
}

/// <summary>Log sources and the conditions they stand for (<c>logsources.yml</c>). The entry that names most of a log source wins, then the first.</summary>
internal sealed class LogsourceTable
{
    private readonly List<(Logsource Source, YamlMappingNode Conditions)> _entries = [];

    /// <summary>Adds a table behind what is there.</summary>
    public void Add(YamlMappingNode table, IssueList issues)
    {
        YamlReading.CheckKeys(table, "logsources.yml", ["logsources"], issues);
        if (YamlReading.Get(table, "logsources") is not YamlSequenceNode list)
        {
            issues.Error("logsources", table, "logsources", "a list of log sources is needed");
            return;
        }

        foreach (var entry in list.Children.OfType<YamlMappingNode>())
        {
            YamlReading.CheckKeys(entry, "logsources", ["category", "product", "service", "conditions"], issues);
            _entries.Add((Read(entry), YamlReading.Get(entry, "conditions") as YamlMappingNode ?? new YamlMappingNode()));
        }
    }

    /// <summary>The conditions of a log source; null when no entry fits.</summary>
    public YamlMappingNode? Find(Logsource source) => _entries
        .Where(e => Fits(e.Source.Category, source.Category) && Fits(e.Source.Product, source.Product) && Fits(e.Source.Service, source.Service))
        .OrderByDescending(e => Weight(e.Source))
        .Select(e => e.Conditions)
        .FirstOrDefault();

    public static Logsource Read(YamlMappingNode map) =>
        new(YamlReading.Text(YamlReading.Get(map, "category")), YamlReading.Text(YamlReading.Get(map, "product")), YamlReading.Text(YamlReading.Get(map, "service")));

    private static bool Fits(string? entry, string? source) => entry is null || string.Equals(entry, source, StringComparison.OrdinalIgnoreCase);

    private static int Weight(Logsource source) =>
        (source.Category is null ? 0 : 1) + (source.Product is null ? 0 : 1) + (source.Service is null ? 0 : 1);
}
