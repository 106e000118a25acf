using System.Text.Json;
using SecStream.Connectors.Elasticsearch.Client;
using SecStream.Connectors.Elasticsearch.Queries;
using SecStream.Connectors.Elasticsearch.Schema;
using SecStream.Core.Checks;

namespace SecStream.Connectors.Elasticsearch.Checks;

/// <summary>Asks the cluster for every privilege that is needed. OpenSearch can't be asked: there what can be read is read.</summary>
internal sealed class PrivilegeCheck(IElasticsearchTransport transport)
{
    private const string Name = "elasticsearch: privileges";

    public Task<PartCheck> RunAsync(SchemaTarget target, CancellationToken cancellation) => target.IsOpenSearch ? TryReadsAsync(target, cancellation) : AskAsync(target, cancellation);

    private async Task<PartCheck> AskAsync(SchemaTarget target, CancellationToken cancellation)
    {
        using var answer = await transport.SendAsync(HttpMethod.Post, "_security/user/_has_privileges", RequestBody.Json(Question()), cancellation).ConfigureAwait(false);

        // Without security the path does not exist, which different versions say differently.
        if (answer.Status is 400 or 404 or 405 or 500)
        {
            return PartCheck.Warning(Name, $"the cluster's security is off: anybody who reaches it may read and change events and alerts ({answer.Fault!.Reason ?? answer.Fault.Message})", "set xpack.security.enabled: true");
        }

        using var json = answer.EnsureSuccess().ReadJson();
        var missing = Missing(json.RootElement).ToList();
        return missing.Count == 0
            ? PartCheck.Ok(Name, "all that are needed")
            : PartCheck.Failed(Name, $"missing: {string.Join(", ", missing)}", Privileges.Grant(target));
    }

    private static IEnumerable<string> Missing(JsonElement root)
    {
        foreach (var privilege in root.GetProperty("cluster").EnumerateObject().Where(privilege => !privilege.Value.GetBoolean()))
        {
            yield return $"cluster {privilege.Name}";
        }

        foreach (var index in root.GetProperty("index").EnumerateObject())
        {
            foreach (var privilege in index.Value.EnumerateObject().Where(privilege => !privilege.Value.GetBoolean()))
            {
                yield return $"{privilege.Name} on {index.Name}";
            }
        }
    }

    private static ReadOnlyMemory<byte> Question()
    {
        using var body = new SearchBody();
        var json = body.Json;
        json.WriteStartObject();
        WriteList(json, "cluster", Privileges.Cluster);
        json.WriteStartArray("index");
        foreach (var (names, privileges) in (ReadOnlySpan<(IReadOnlyList<string>, IReadOnlyList<string>)>)
            [([ElasticsearchSchema.EventPattern], Privileges.Events), ([ElasticsearchSchema.AlertPattern, ElasticsearchSchema.IncidentPattern, ElasticsearchSchema.FeaturePattern], Privileges.Alerts)])
        {
            json.WriteStartObject();
            WriteList(json, "names", names);
            WriteList(json, "privileges", privileges);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
        return body.Finish();
    }

    private static void WriteList(Utf8JsonWriter json, string name, IEnumerable<string> values)
    {
        json.WriteStartArray(name);
        foreach (var value in values)
        {
            json.WriteStringValue(value);
        }

        json.WriteEndArray();
    }

    private async Task<PartCheck> TryReadsAsync(SchemaTarget target, CancellationToken cancellation)
    {
        foreach (var path in (string[])
            [
                "_cluster/health",
                $"_index_template/secstream-alerts",
                $"_plugins/_ism/policies/secstream-alerts",
                $"{ElasticsearchSchema.AlertPattern},{ElasticsearchSchema.IncidentPattern}/_search?size=0",
                $"{ElasticsearchSchema.EventPattern}/_search?size=0",
                $"{ElasticsearchSchema.FeaturePattern}/_search?size=0",
            ])
        {
            using var answer = await transport.SendAsync(HttpMethod.Get, path, null, cancellation).ConfigureAwait(false);
            if (answer.Kind == ElasticsearchFaultKind.Forbidden)
            {
                return PartCheck.Failed(Name, $"GET /{path} is refused: {answer.Fault!.Reason ?? answer.Fault.Message}", Privileges.Grant(target));
            }
        }

        return PartCheck.Ok(Name, "all that can be tried without writing; OpenSearch can't be asked for the others");
    }
}
