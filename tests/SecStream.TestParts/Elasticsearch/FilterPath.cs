using System.Text.Json.Nodes;

namespace SecStream.TestParts.Elasticsearch;

/// <summary><c>filter_path</c>: keeps only the paths named; <c>*</c> stands for any name, <c>**</c> for any depth, arrays are passed through.</summary>
internal static class FilterPath
{
    public static byte[] Apply(byte[] json, string paths)
    {
        var root = JsonNode.Parse(json);
        var kept = Keep(root, [.. paths.Split(',').Select(path => path.Split('.'))]);
        return System.Text.Encoding.UTF8.GetBytes(kept?.ToJsonString() ?? "{}");
    }

    private static JsonNode? Keep(JsonNode? node, List<string[]> paths)
    {
        if (paths.Any(path => path.Length == 0 || path is ["**"]))
        {
            return node?.DeepClone();
        }

        switch (node)
        {
            case JsonArray array:
                var items = array.Select(item => Keep(item, paths)).Where(item => item is not null).ToArray();
                return items.Length > 0 ? new JsonArray(items) : null;
            case JsonObject parent:
                var result = new JsonObject();
                foreach (var (name, value) in parent)
                {
                    List<string[]> rest = [.. paths.Where(path => Is(path[0], name)).Select(path => path[1..]), .. paths.Where(path => path[0] == "**")];
                    if (rest.Count > 0 && Keep(value, rest) is { } kept)
                    {
                        result[name] = kept;
                    }
                }

                return result.Count > 0 ? result : null;
            default:
                return null;
        }
    }

    private static bool Is(string pattern, string name) =>
        pattern == "*" || pattern == name
        || (pattern.Contains('*', StringComparison.Ordinal) && System.IO.Enumeration.FileSystemName.MatchesSimpleExpression(pattern, name, ignoreCase: false));
}
