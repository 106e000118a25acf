using System.Diagnostics.Metrics;
using SecStream.Connectors.Kafka.Source;

namespace SecStream.Host.Telemetry;

/// <summary>Kafka at a moment.</summary>
/// <param name="Reader">The reader.</param>
/// <param name="Committed">Offsets that the group has, by name of the source.</param>
public sealed record KafkaFigures(KafkaReaderStatus Reader, IReadOnlyDictionary<string, long> Committed);

/// <summary>The instruments of the topics that are read. Labels are topics and partitions: both bounded by the cluster.</summary>
internal static class KafkaInstruments
{
    /// <summary>Makes them.</summary>
    /// <param name="meter">The meter of the service.</param>
    /// <param name="figures">How Kafka stands; null: nothing is read from it.</param>
    public static void Add(Meter meter, Func<KafkaFigures?> figures)
    {
        meter.CreateObservableGauge(
            "secstream.kafka.lag_records", () => figures()?.Reader.Partitions.Where(p => p.HighWatermark >= 0).Select(p => new Measurement<long>(p.Lag, Place(p))) ?? [], "{record}",
            "Records of a partition that are not read yet");
        meter.CreateObservableGauge("secstream.kafka.committed_offset", () => Committed(figures()), "", "Offset that the group has committed");
        meter.CreateObservableGauge(
            "secstream.kafka.connected", () => figures() is { } now ? [new Measurement<int>(now.Reader.Fault is null && now.Reader.State is KafkaReaderState.Reading ? 1 : 0)] : Array.Empty<Measurement<int>>(), "",
            "1 while a broker is connected");
        meter.CreateObservableCounter(
            "secstream.kafka.retention_gaps",
            () => figures()?.Reader.Partitions.GroupBy(p => p.Topic, StringComparer.Ordinal).Select(t => new Measurement<long>(t.Sum(p => (long)p.Gaps), new KeyValuePair<string, object?>("topic", t.Key))) ?? [],
            "{gap}",
            "Times at which records were gone before they were read");
        meter.CreateObservableCounter(
            "secstream.kafka.rebalances", () => figures() is { } now ? [new Measurement<long>(now.Reader.Rebalances)] : Array.Empty<Measurement<long>>(), "{rebalance}", "Assignments that the group gave");
    }

    private static IEnumerable<Measurement<long>> Committed(KafkaFigures? figures) =>
        figures?.Reader.Partitions.Where(p => figures.Committed.ContainsKey(p.Name)).Select(p => new Measurement<long>(figures.Committed[p.Name], Place(p))) ?? [];

    private static KeyValuePair<string, object?>[] Place(in KafkaPartitionStatus partition) => [new("topic", partition.Topic), new("partition", partition.Partition)];
}
