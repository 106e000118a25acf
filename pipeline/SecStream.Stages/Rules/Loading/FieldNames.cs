using SecStream.Core.Fields;
using YamlDotNet.RepresentationModel;

namespace SecStream.Stages.Rules.Loading;

/// <summary>Turns the field names of foreign rules into ECS names (<c>fields.yml</c>) and knows which names events can have.</summary>
internal sealed class FieldNames
{
    private readonly Dictionary<string, string> _map = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _mapIgnoringCase = new(StringComparer.OrdinalIgnoreCase);
    private readonly HashSet<string> _known = new(Ecs.Names, StringComparer.Ordinal);

    /// <summary>Adds a table; what is there already stays.</summary>
    public void Add(YamlMappingNode table, IssueList issues)
    {
        YamlReading.CheckKeys(table, "fields.yml", ["fields", "known"], issues);
        if (YamlReading.Get(table, "fields") is YamlMappingNode fields)
        {
            foreach (var (key, value) in fields.Children)
            {
                var ecs = YamlReading.Text(value) ?? "";
                _map.TryAdd(YamlReading.Key(key), ecs);
                _mapIgnoringCase.TryAdd(YamlReading.Key(key), ecs);
                _known.Add(ecs);
            }
        }

        _known.UnionWith(YamlReading.Texts(YamlReading.Get(table, "known")));
    }

    /// <summary>The ECS name of a field; the name itself when the table does not have it.</summary>
    public string Resolve(string name) =>
        _known.Contains(name) ? name : _map.TryGetValue(name, out var ecs) || _mapIgnoringCase.TryGetValue(name, out ecs) ? ecs : name;

    /// <summary>Whether any event can be expected to have the field.</summary>
    public bool IsKnown(string name) => _known.Contains(name);

    /// <summary>"did you mean …?"</summary>
    public string Suggest(string name) => Suggestion.For(name, _known);
}
