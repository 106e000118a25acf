using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using SecStream.Connectors.Elasticsearch.Queries;
using SecStream.Core.Queries;
using SecStream.Integration.Tests.Conformance.Harness;
using SecStream.TestParts.Kafka;

namespace SecStream.Integration.Tests.Stack.Harness;

/// <summary>The alerts that stand, as each of the stores has them.</summary>
internal static class StackAlerts
{
    /// <summary>What a consumer of the topic that follows the contract knows: of every id the highest revision, without those withdrawn.</summary>
    public static SortedDictionary<string, string> OfTopic(StackServers servers)
    {
        var newest = new Dictionary<string, JsonNode>(StringComparer.Ordinal);
        foreach (var record in KafkaTopicTraffic.ReadAll(servers.Kafka.Bootstraps, StackServers.AlertTopic))
        {
            var document = JsonNode.Parse(record.Message.Value)!;
            if (record.Message.Headers.TryGetLastBytes("ce_type", out var type) && Encoding.UTF8.GetString(type).Contains("incident", StringComparison.Ordinal))
            {
                continue;
            }

            var id = document["event"]!["id"]!.GetValue<string>();
            if (!newest.TryGetValue(id, out var known) || Revision(document) >= Revision(known))
            {
                newest[id] = document;
            }
        }

        return SettledAlerts.Collect(newest.Values.Where(alert => Status(alert) != "withdrawn"));
    }

    /// <summary>What the alert store over Elasticsearch answers.</summary>
    public static async Task<SortedDictionary<string, string>> OfElasticsearchAsync(StackServers servers)
    {
        using var client = StackServers.ClientOf(servers.Elasticsearch);
        var store = new ElasticsearchAlertStore(client);
        var found = new List<JsonNode>();
        var query = new AlertQuery { Limit = 1000 };
        Page<StoredAlertDocument> page;
        do
        {
            page = await store.FindAsync(query, CancellationToken.None);
            found.AddRange(page.Items.Select(item => JsonNode.Parse(item.Document.Span)!));
            query = query with { After = page.Next };
        }
        while (page.Next is not null);

        return SettledAlerts.Collect(found);
    }

    /// <summary>What redis-cli finds under the documents' keys.</summary>
    public static async Task<SortedDictionary<string, string>> OfRedisAsync(StackServers servers, IEnumerable<string> ids)
    {
        var found = new List<JsonNode>();
        foreach (var chunk in ids.Chunk(50))
        {
            var answer = await servers.Redis.CliAsync(["--raw", "mget", .. chunk.Select(id => "secstream:alert:" + id)]);
            found.AddRange(answer.Split('\n').Where(line => line.StartsWith('{')).Select(line => JsonNode.Parse(line)!).Where(alert => Status(alert) != "withdrawn"));
        }

        return SettledAlerts.Collect(found);
    }

    private static int Revision(JsonNode alert) => alert["secstream"]!["revision"]!.GetValue<int>();

    private static string? Status(JsonNode alert) => alert["secstream"]!["status"]?.GetValue<string>();
}
