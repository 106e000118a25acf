using System.Text.Json.Nodes;

namespace SecStream.Connectors.Elasticsearch.Schema;

/// <summary>The files of <c>infra/elasticsearch</c>, as they are embedded in this program.</summary>
internal static class SchemaFiles
{
    /// <summary>Reads a file, with its placeholders filled in.</summary>
    /// <param name="path">Below <c>infra/elasticsearch</c>, without <c>.json</c>: <c>components/secstream-events</c>.</param>
    /// <param name="values">Placeholders with their values: <c>{days}</c>, <c>7</c>.</param>
    /// <exception cref="ArgumentException">There is no such file.</exception>
    public static JsonObject Read(string path, params (string Placeholder, string Value)[] values)
    {
        using var stream = typeof(SchemaFiles).Assembly.GetManifestResourceStream($"elasticsearch/{path}.json")
            ?? throw new ArgumentException($"infra/elasticsearch/{path}.json is not part of this program", nameof(path));
        using var reader = new StreamReader(stream);
        var text = reader.ReadToEnd();
        foreach (var (placeholder, value) in values)
        {
            text = text.Replace(placeholder, value, StringComparison.Ordinal);
        }

        return JsonNode.Parse(text)!.AsObject();
    }
}
