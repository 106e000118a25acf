using System.Text.Json;
using SecStream.Connectors.Elasticsearch.Client;

namespace SecStream.Connectors.Elasticsearch.Alerts;

/// <summary>A line of a bulk request that was not carried out.</summary>
/// <param name="Index">Which change, from 0.</param>
/// <param name="Status">Its HTTP status.</param>
/// <param name="Reason">Why.</param>
internal readonly record struct BulkRefusal(int Index, int Status, string Reason)
{
    /// <summary>The document itself is at fault: it is refused however often it comes.</summary>
    public bool IsDocument => Status == 400;
}

/// <summary>Reads the answer to a bulk request.</summary>
internal static class BulkRefusals
{
    /// <summary>What of a bulk answer is needed; the rest stays in the cluster.</summary>
    public const string FilterPath = "errors,items.*.status,items.*.error.type,items.*.error.reason,items.*.error.caused_by.reason";

    /// <summary>The changes that were not carried out.</summary>
    /// <exception cref="ElasticsearchException">The answer is none to this request.</exception>
    public static List<BulkRefusal> Read(ElasticsearchAnswer answer, int expected)
    {
        using var json = answer.ReadJson();
        var refusals = new List<BulkRefusal>();
        if (json.RootElement.ValueKind != JsonValueKind.Object || !json.RootElement.TryGetProperty("items", out var items)
            || items.ValueKind != JsonValueKind.Array || items.GetArrayLength() != expected)
        {
            throw new ElasticsearchException("the answer to a bulk request does not name its items; is there a proxy that changes answers?");
        }

        var index = 0;
        foreach (var item in items.EnumerateArray())
        {
            foreach (var action in item.EnumerateObject())
            {
                var status = action.Value.TryGetProperty("status", out var number) && number.TryGetInt32(out var code) ? code : 500;
                if (status >= 300)
                {
                    refusals.Add(new BulkRefusal(index, status, Reason(action.Value)));
                }
            }

            index++;
        }

        return refusals;
    }

    private static string Reason(JsonElement action)
    {
        if (!action.TryGetProperty("error", out var error) || error.ValueKind != JsonValueKind.Object)
        {
            return "no reason given";
        }

        var reason = $"{Text(error, "type")}: {Text(error, "reason")}";
        return error.TryGetProperty("caused_by", out var cause) && cause.ValueKind == JsonValueKind.Object ? $"{reason} ({Text(cause, "reason")})" : reason;
    }

    private static string Text(JsonElement parent, string name) =>
        parent.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";
}
