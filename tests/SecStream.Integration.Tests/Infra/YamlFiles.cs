using YamlDotNet.RepresentationModel;

namespace SecStream.Integration.Tests.Infra;

/// <summary>Reads YAML as it is written.</summary>
internal static class YamlFiles
{
    /// <summary>The documents of a file.</summary>
    public static IReadOnlyList<YamlMappingNode> Load(string path) => Parse(File.ReadAllText(path));

    public static IReadOnlyList<YamlMappingNode> Parse(string text)
    {
        var stream = new YamlStream();
        stream.Load(new StringReader(text));
        return [.. stream.Documents.Select(document => (YamlMappingNode)document.RootNode)];
    }

    /// <summary>A node by its path; null: it is not there.</summary>
    public static YamlNode? At(YamlNode node, params IEnumerable<string> path)
    {
        foreach (var step in path)
        {
            if (node is not YamlMappingNode map || !map.Children.TryGetValue(new YamlScalarNode(step), out node!))
            {
                return null;
            }
        }

        return node;
    }

    public static string? Text(YamlNode node, params IEnumerable<string> path) => (At(node, path) as YamlScalarNode)?.Value;

    public static IEnumerable<YamlNode> Items(YamlNode node, params IEnumerable<string> path) => (At(node, path) as YamlSequenceNode)?.Children ?? [];

    /// <summary>Keys and values of a mapping of texts.</summary>
    public static Dictionary<string, string> Texts(YamlNode node, params IEnumerable<string> path) =>
        (At(node, path) as YamlMappingNode)?.Children.ToDictionary(pair => ((YamlScalarNode)pair.Key).Value!, pair => (pair.Value as YamlScalarNode)?.Value ?? "") ?? [];

    /// <summary>All mappings in a node, itself included.</summary>
    public static IEnumerable<YamlMappingNode> Mappings(YamlNode node) => node.AllNodes.OfType<YamlMappingNode>();
}
