using System.Text.Json;
using SecStream.Connectors.Elasticsearch.Client;
using SecStream.Core.Checks;

namespace SecStream.Connectors.Elasticsearch.Schema;

/// <summary>A data stream takes up a changed template with its next backing index only: those that are behind get one now.</summary>
internal sealed class StreamRollover(IElasticsearchTransport transport)
{
    public async Task RunAsync(List<BootstrapStep> steps, bool isDryRun, CancellationToken cancellation)
    {
        foreach (var (stream, writeIndex) in await StreamsAsync(cancellation).ConfigureAwait(false))
        {
            try
            {
                if (await VersionAsync(writeIndex, cancellation).ConfigureAwait(false) >= ElasticsearchSchema.Version)
                {
                    continue;
                }

                if (!isDryRun)
                {
                    using var answer = await transport.SendAsync(HttpMethod.Post, $"{Uri.EscapeDataString(stream)}/_rollover", null, cancellation).ConfigureAwait(false);
                    answer.EnsureSuccess();
                }

                steps.Add(new BootstrapStep("data stream", stream, BootstrapOutcome.Updated, "rolled over: what comes now has the new mappings"));
            }
            catch (ElasticsearchException fault)
            {
                // The stream goes on with its old mappings; nothing is lost, and the next run tries again.
                steps.Add(new BootstrapStep("data stream", stream, BootstrapOutcome.Refused, fault.Message, $"POST /{stream}/_rollover"));
            }
        }
    }

    private async Task<List<(string Stream, string WriteIndex)>> StreamsAsync(CancellationToken cancellation)
    {
        using var answer = await transport.SendAsync(HttpMethod.Get, $"_data_stream/{ElasticsearchSchema.EventPattern}", null, cancellation).ConfigureAwait(false);
        if (answer.Kind is ElasticsearchFaultKind.NotFound or ElasticsearchFaultKind.Forbidden)
        {
            // No stream yet; or not ours to see, then they take the templates up when they roll over by age.
            return [];
        }

        using var json = answer.EnsureSuccess().ReadJson();
        return
        [
            .. json.RootElement.GetProperty("data_streams").EnumerateArray().Select(stream => (
                stream.GetProperty("name").GetString()!,
                stream.GetProperty("indices")[stream.GetProperty("indices").GetArrayLength() - 1].GetProperty("index_name").GetString()!)),
        ];
    }

    private async Task<int> VersionAsync(string index, CancellationToken cancellation)
    {
        using var answer = await transport.SendAsync(HttpMethod.Get, $"{Uri.EscapeDataString(index)}/_mapping", null, cancellation).ConfigureAwait(false);
        using var json = answer.EnsureSuccess().ReadJson();
        foreach (var one in json.RootElement.EnumerateObject())
        {
            if (one.Value.GetProperty("mappings").TryGetProperty("_meta", out var meta) && meta.TryGetProperty("secstream_version", out var version)
                && version.ValueKind == JsonValueKind.Number)
            {
                return version.GetInt32();
            }
        }

        return 0;
    }
}
