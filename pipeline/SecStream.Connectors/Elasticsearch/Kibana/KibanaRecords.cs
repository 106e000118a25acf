using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using SecStream.Connectors.Elasticsearch.Client;
using SecStream.Connectors.Elasticsearch.Schema;

namespace SecStream.Connectors.Elasticsearch.Kibana;

/// <summary>What is known of an object that was installed.</summary>
/// <param name="Id">Its id in Kibana.</param>
/// <param name="Installed">Hash of what was imported.</param>
/// <param name="Seen">Hash of what Kibana had then: other now means that people changed it.</param>
/// <param name="Kibana">Version of Kibana then: one that was upgraded may have changed it, too.</param>
internal sealed record KibanaRecord(string Id, string Installed, string Seen, string Kibana);

/// <summary>
/// Remembers what was installed into Kibana, in the cluster: the marks of an empty component template. Kibana's objects have no place for marks that survives
/// editing, and files on this machine would know nothing on the next.
/// </summary>
internal sealed class KibanaRecords(IElasticsearchTransport transport)
{
    private const string Path = "_component_template/secstream-kibana";

    /// <summary>Reads them, by <see cref="KibanaObject.Key"/>.</summary>
    /// <exception cref="ElasticsearchException">The cluster does not tell, or somebody else has a template of this name.</exception>
    public async Task<Dictionary<string, KibanaRecord>> ReadAsync(CancellationToken cancellation)
    {
        using var answer = await transport.SendAsync(HttpMethod.Get, Path, null, cancellation).ConfigureAwait(false);
        var records = new Dictionary<string, KibanaRecord>(StringComparer.Ordinal);
        if (answer.Kind == ElasticsearchFaultKind.NotFound)
        {
            return records;
        }

        using var json = answer.EnsureSuccess().ReadJson();
        var template = json.RootElement.GetProperty("component_templates")[0].GetProperty("component_template");
        if (!template.TryGetProperty("_meta", out var meta) || !meta.TryGetProperty("managed_by", out var owner) || owner.GetString() != ElasticsearchSchema.Owner)
        {
            throw new ElasticsearchException($"there is a component template secstream-kibana that SecStream did not make: look at it (GET /{Path}); if nobody needs it, DELETE /{Path}");
        }

        foreach (var one in meta.GetProperty("objects").EnumerateObject())
        {
            records[one.Name] = new KibanaRecord(Text(one.Value, "id"), Text(one.Value, "installed"), Text(one.Value, "seen"), Text(one.Value, "kibana"));
        }

        return records;
    }

    /// <summary>Writes them.</summary>
    /// <exception cref="ElasticsearchException">The cluster does not take them.</exception>
    public async Task WriteAsync(IReadOnlyDictionary<string, KibanaRecord> records, CancellationToken cancellation)
    {
        var objects = new JsonObject();
        foreach (var (key, record) in records.OrderBy(r => r.Key, StringComparer.Ordinal))
        {
            objects[key] = new JsonObject { ["id"] = record.Id, ["installed"] = record.Installed, ["seen"] = record.Seen, ["kibana"] = record.Kibana };
        }

        var body = new JsonObject
        {
            ["template"] = new JsonObject(),
            ["_meta"] = new JsonObject { ["managed_by"] = ElasticsearchSchema.Owner, ["description"] = "What bootstrap has installed into Kibana.", ["objects"] = objects },
        };
        using var answer = await transport.SendAsync(HttpMethod.Put, Path, RequestBody.Json(Encoding.UTF8.GetBytes(body.ToJsonString())), cancellation).ConfigureAwait(false);
        answer.EnsureSuccess();
    }

    private static string Text(JsonElement parent, string name) => parent.TryGetProperty(name, out var value) ? value.GetString() ?? "" : "";
}
