using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace SecStream.Connectors.Elasticsearch.Kibana;

/// <summary>A saved object of ours: a data view, a visualisation, a dashboard.</summary>
/// <param name="Type">Kibana's type: <c>dashboard</c> …</param>
/// <param name="Id">Its id; begins with <c>secstream-</c>.</param>
/// <param name="Title">Title, for people.</param>
/// <param name="Line">The object as it is imported: a line of JSON.</param>
internal sealed record KibanaObject(string Type, string Id, string Title, string Line)
{
    private const int HashBytes = 8;
    private const string General = "secstream";
    private const string Maps = "secstream-map";

    /// <summary>What Kibana adds to an object, and changes without anybody changing the object.</summary>
    private static readonly string[] s_passing =
        ["updated_at", "updated_by", "created_at", "created_by", "version", "migrationVersion", "coreMigrationVersion", "typeMigrationVersion", "namespaces", "managed", "originId", "id"];

    /// <summary>Type and id.</summary>
    public string Key => $"{Type}/{Id}";

    /// <summary>What it is called in lists.</summary>
    public string Kind => Type == "index-pattern" ? "data view" : Type;

    /// <summary>Hash of what is imported.</summary>
    public string Hash => HashOf(Line);

    /// <summary>All objects, data views first: the others refer to them.</summary>
    /// <param name="hasMaps">Kibana rather than OpenSearch Dashboards, which knows no such maps.</param>
    public static IReadOnlyList<KibanaObject> All(bool hasMaps) =>
        [.. Read(General).Concat(hasMaps ? Read(Maps) : []).DistinctBy(o => o.Key).OrderBy(o => o.Type switch { "index-pattern" => 0, "dashboard" => 2, _ => 1 })];

    /// <summary>Hash of an object as Kibana exports it, without what is not of the object itself.</summary>
    public static string HashOf(string line)
    {
        var json = JsonNode.Parse(line)!.AsObject();
        foreach (var name in s_passing)
        {
            json.Remove(name);
        }

        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Sorted(json)!.ToJsonString())).AsSpan(0, HashBytes));
    }

    private static List<KibanaObject> Read(string file)
    {
        using var stream = typeof(KibanaObject).Assembly.GetManifestResourceStream($"kibana/{file}.ndjson")
            ?? throw new InvalidOperationException($"infra/kibana/{file}.ndjson is not part of this program");
        using var reader = new StreamReader(stream);
        var found = new List<KibanaObject>();
        while (reader.ReadLine() is { } line)
        {
            if (line.Length > 0)
            {
                var json = JsonNode.Parse(line)!;
                found.Add(new KibanaObject((string)json["type"]!, (string)json["id"]!, (string?)json["attributes"]?["title"] ?? (string)json["id"]!, line));
            }
        }

        return found;
    }

    /// <summary>The order of names says nothing.</summary>
    private static JsonNode? Sorted(JsonNode? node) => node switch
    {
        JsonObject map => new JsonObject(map.OrderBy(p => p.Key, StringComparer.Ordinal).Select(p => KeyValuePair.Create(p.Key, Sorted(p.Value)))),
        JsonArray list => new JsonArray([.. list.Select(Sorted)]),
        _ => node?.DeepClone(),
    };
}
