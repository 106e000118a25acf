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

    /// <summary>
    /// The conditions of a log source: of the entry that names most of it, then of further entries for what that one left open.
    /// </summary>
    /// <param name="source">What the rule says.</param>
    /// <param name="open">What no entry knows; default when everything is covered.</param>
    public IReadOnlyList<YamlMappingNode> Find(Logsource source, out Logsource open)
    {
        var conditions = new List<YamlMappingNode>();
        open = source;
        while (Best(source, open) is { } entry)
        {
            conditions.Add(entry.Conditions);
            open = new Logsource(
                entry.Source.Category is null ? open.Category : null,
                entry.Source.Product is null ? open.Product : null,
                entry.Source.Service is null ? open.Service : null);
        }

        return conditions;
    }

    public static Logsource Read(YamlMappingNode map) =>
        new(YamlReading.Text(YamlReading.Get(map, "category")), YamlReading.Text(YamlReading.Get(map, "product")), YamlReading.Text(YamlReading.Get(map, "service")));

    private static bool Fits(string? entry, string? source) => entry is null || string.Equals(entry, source, StringComparison.OrdinalIgnoreCase);

    private (Logsource Source, YamlMappingNode Conditions)? Best(Logsource source, Logsource open)
    {
        (Logsource Source, YamlMappingNode Conditions)? best = null;
        var bestWeight = 0;
        foreach (var entry in _entries)
        {
            var weight = Weight(entry.Source, open);
            if (weight > bestWeight && Fits(entry.Source.Category, source.Category) && Fits(entry.Source.Product, source.Product) && Fits(entry.Source.Service, source.Service))
            {
                (best, bestWeight) = (entry, weight);
            }
        }

        return best;
    }

    // How much of what is still open an entry names.
    private static int Weight(Logsource entry, Logsource open) =>
        (entry.Category is not null && open.Category is not null ? 1 : 0)
        + (entry.Product is not null && open.Product is not null ? 1 : 0)
        + (entry.Service is not null && open.Service is not null ? 1 : 0);
}
