using System.Globalization;
using SecStream.Connectors.Elasticsearch.Client;
using SecStream.Core.Checks;

namespace SecStream.Connectors.Elasticsearch.Checks;

/// <summary>Compares the free space of every node with the cluster's watermarks: at the last one indices become read-only.</summary>
internal sealed class DiskCheck(IElasticsearchTransport transport)
{
    private const string Name = "elasticsearch: disk";
    private const string Watermark = "cluster.routing.allocation.disk.watermark.";

    public async Task<PartCheck> RunAsync(CancellationToken cancellation)
    {
        var settings = await ClusterSettings.ReadAsync(transport, cancellation).ConfigureAwait(false);
        if (settings["cluster.routing.allocation.disk.threshold_enabled"] == "false")
        {
            return PartCheck.Warning(
                Name, "the watermarks are off: a full disk would stop the node", "PUT /_cluster/settings {\"persistent\":{\"cluster.routing.allocation.disk.threshold_enabled\":null}}");
        }

        using var answer = await transport.SendAsync(HttpMethod.Get, "_nodes/stats/fs?filter_path=nodes.*.name,nodes.*.fs.total", null, cancellation).ConfigureAwait(false);
        using var json = answer.EnsureSuccess().ReadJson();
        var fullest = (Name: "", Free: long.MaxValue, Total: 1L);
        PartCheck? warning = null;
        foreach (var node in json.RootElement.GetProperty("nodes").EnumerateObject().Select(node => node.Value))
        {
            var disk = node.GetProperty("fs").GetProperty("total");
            var (name, total, free) = (node.GetProperty("name").GetString()!, disk.GetProperty("total_in_bytes").GetInt64(), disk.GetProperty("available_in_bytes").GetInt64());
            if (total <= 0)
            {
                continue;
            }

            if (free < Needed(settings, "flood_stage", "95%", total))
            {
                return PartCheck.Failed(
                    Name,
                    $"node {name} has {Share(free, total)} free, below the flood stage: indices with a shard there are read-only",
                    "free space or add a node; the block goes by itself, in 7.10 at the latest with PUT /logs-secstream.*,secstream-*/_settings {\"index.blocks.read_only_allow_delete\":null}");
            }

            if (free < Needed(settings, "high", "90%", total))
            {
                warning ??= PartCheck.Warning(Name, $"node {name} has {Share(free, total)} free, below the high watermark: it moves shards away", "free space or add a node soon");
            }

            fullest = (double)free / total < (double)fullest.Free / fullest.Total ? (name, free, total) : fullest;
        }

        return warning ?? PartCheck.Ok(Name, fullest.Name.Length == 0 ? "no node tells" : $"the fullest node, {fullest.Name}, has {Share(fullest.Free, fullest.Total)} free");
    }

    /// <summary>Bytes that must be free on a disk: a watermark is a share that may be used (<c>95%</c>, <c>0.95</c>), or bytes that must be free (<c>500mb</c>).</summary>
    internal static double Needed(ClusterSettings settings, string stage, string standard, long total)
    {
        var text = settings[Watermark + stage] ?? standard;
        if (Bytes(text) is { } bytes)
        {
            return bytes;
        }

        var share = text.EndsWith('%') ? Number(text[..^1]) / 100 : Number(text);
        var free = total * (1 - (share ?? 0.95));
        return Bytes(settings[$"{Watermark}{stage}.max_headroom"]) is { } most ? Math.Min(most, free) : free;
    }

    private static double? Bytes(string? text)
    {
        foreach (var (unit, factor) in (ReadOnlySpan<(string, double)>)[("kb", 1L << 10), ("mb", 1L << 20), ("gb", 1L << 30), ("tb", 1L << 40), ("pb", 1L << 50), ("b", 1)])
        {
            if (text?.EndsWith(unit, StringComparison.OrdinalIgnoreCase) == true)
            {
                return Number(text[..^unit.Length]) is >= 0 and var number ? number * factor : null;
            }
        }

        return null;
    }

    private static double? Number(string text) => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : null;

    private static string Share(long free, long total) => string.Create(CultureInfo.InvariantCulture, $"{100.0 * free / total:0.#} % ({free >> 30} GiB)");
}
