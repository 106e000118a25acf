using System.Text.Json;
using SecStream.Connectors.Elasticsearch.Client;

namespace SecStream.Connectors.Elasticsearch.Checks;

/// <summary>Settings of a cluster, as they hold: what was set for now goes before what was set for good, and that before the defaults.</summary>
internal sealed class ClusterSettings(Dictionary<string, string> values)
{
    public static async Task<ClusterSettings> ReadAsync(IElasticsearchTransport transport, CancellationToken cancellation)
    {
        using var answer = await transport.SendAsync(
            HttpMethod.Get, "_cluster/settings?include_defaults=true&flat_settings=true", null, cancellation).ConfigureAwait(false);
        using var json = answer.EnsureSuccess().ReadJson();
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var group in (string[])["defaults", "persistent", "transient"])
        {
            if (!json.RootElement.TryGetProperty(group, out var settings))
            {
                continue;
            }

            foreach (var setting in settings.EnumerateObject().Where(setting => setting.Value.ValueKind == JsonValueKind.String))
            {
                values[setting.Name] = setting.Value.GetString()!;
            }
        }

        return new ClusterSettings(values);
    }

    /// <summary>A setting; null when the cluster does not know it.</summary>
    public string? this[string name] => values.GetValueOrDefault(name);
}
