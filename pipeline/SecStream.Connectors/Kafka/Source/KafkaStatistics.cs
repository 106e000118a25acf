using System.Text.Json;

namespace SecStream.Connectors.Kafka.Source;

/// <summary>What the client's statistics (<c>STATISTICS.md</c> of librdkafka) say of partitions. Pure.</summary>
internal static class KafkaStatistics
{
    private const string Up = "UP";

    /// <summary>Tells of each partition: its topic, its number, for how many microseconds its leader has been silent (-1: no connection), offset after its last record (-1: unknown).</summary>
    public static void Read(string json, Action<string, int, long, long> tell)
    {
        using var document = JsonDocument.Parse(json);
        var root = document.RootElement;
        var silences = Silences(root);
        if (!root.TryGetProperty("topics", out var topics))
        {
            return;
        }

        foreach (var topic in topics.EnumerateObject())
        {
            if (!topic.Value.TryGetProperty("partitions", out var partitions))
            {
                continue;
            }

            foreach (var partition in partitions.EnumerateObject())
            {
                var number = (int)Number(partition.Value, "partition");
                if (number >= 0)
                {
                    var stable = Number(partition.Value, "ls_offset");
                    var high = stable >= 0 ? stable : Math.Max(-1, Number(partition.Value, "hi_offset"));
                    tell(topic.Name, number, silences.GetValueOrDefault(Number(partition.Value, "broker"), -1), high);
                }
            }
        }
    }

    private static Dictionary<long, long> Silences(JsonElement root)
    {
        var silences = new Dictionary<long, long>();
        if (root.TryGetProperty("brokers", out var brokers))
        {
            foreach (var broker in brokers.EnumerateObject())
            {
                var isUp = broker.Value.TryGetProperty("state", out var state) && state.ValueEquals(Up);
                silences[Number(broker.Value, "nodeid")] = isUp ? Number(broker.Value, "rxidle") : -1;
            }
        }

        return silences;
    }

    private static long Number(JsonElement element, string name) => element.TryGetProperty(name, out var value) && value.TryGetInt64(out var number) ? number : -1;
}
