using System.Text;
using System.Text.Json;
using SecStream.Connectors.Elasticsearch.Client;
using SecStream.Connectors.Embedded;
using SecStream.Core.Queries;

namespace SecStream.Connectors.Elasticsearch.Queries;

/// <summary>Reads an alert as <see cref="Alerts.AlertLines"/> and people's decisions made it.</summary>
internal static class StoredAlert
{
    /// <summary>Reads a hit.</summary>
    /// <param name="hit">The hit.</param>
    /// <param name="opened">When it opened, microseconds since 1970 UTC.</param>
    /// <exception cref="ElasticsearchException">Somebody else has written it.</exception>
    public static StoredAlertDocument Read(JsonElement hit, out long opened)
    {
        try
        {
            var source = hit.GetProperty("_source");
            var machine = source.GetProperty("machine");
            var analyst = source.TryGetProperty("analyst", out var decided) ? decided : default;
            var id = machine.GetProperty("id").GetString()!;
            opened = machine.GetProperty("opened").GetInt64();
            return new StoredAlertDocument(
                id,
                machine.GetProperty("revision").GetInt32(),
                AlertStates.Of(machine.GetProperty("withdrawn").GetBoolean(), Text(analyst, "state")),
                Encoding.UTF8.GetBytes(machine.GetProperty("document").GetString()!),
                Verdicts(analyst, id));
        }
        catch (Exception fault) when (fault is KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw new ElasticsearchException(
                $"{hit.GetProperty("_index")} holds document {hit.GetProperty("_id")} that is no alert of SecStream: nothing else may write into this index", fault);
        }
    }

    private static List<Verdict> Verdicts(JsonElement analyst, string id) =>
        analyst.ValueKind == JsonValueKind.Object && analyst.TryGetProperty("verdicts", out var list)
            ? [.. list.EnumerateArray().Select(verdict => new Verdict(
                id,
                verdict.GetProperty("at").GetInt64(),
                verdict.GetProperty("by").GetString()!,
                verdict.GetProperty("state").GetString()!,
                verdict.GetProperty("note").GetString()!,
                Text(verdict, "assignee")))]
            : [];

    private static string? Text(JsonElement parent, string name) =>
        parent.ValueKind == JsonValueKind.Object && parent.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
