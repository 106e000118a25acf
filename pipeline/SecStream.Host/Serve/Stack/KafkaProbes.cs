using SecStream.Connectors.Kafka.Output;
using SecStream.Connectors.Kafka.Source;
using SecStream.Host.Ledger;

namespace SecStream.Host.Serve.Stack;

/// <summary>What can't be read from Kafka or written to it at this moment, for the ledger.</summary>
internal static class KafkaProbes
{
    /// <summary>Adds what concerns the topics that are read.</summary>
    public static void Add(LedgerCollector collector, KafkaFeed feed)
    {
        collector.Add(() => Faults(feed));
        foreach (var source in feed.Reader.Sources)
        {
            collector.AddCounter(BlindSpotKinds.SourceGap, source.Name, () => GapRecords(source), () => source.Gap ?? "records were missed");
        }
    }

    /// <summary>Adds what concerns the topics of dead letters.</summary>
    public static void Add(LedgerCollector collector, KafkaDeadLetterFollower letters)
    {
        collector.Add(() => letters.Status is { Error: { } error } status
            ? [new Observation(BlindSpotKinds.SinkFailing, "kafka-dlq", error) { Since = status.FailingSince }]
            : Array.Empty<Observation>());
        collector.AddCounter(BlindSpotKinds.SinkFailing, "kafka-dlq (lost)", () => letters.Status.Lost,
            () => "dead letters were removed from the data folder before they could be sent to their topic");
    }

    private static IEnumerable<Observation> Faults(KafkaFeed feed)
    {
        var status = feed.Reader.Status();
        if (status.Fault is { } fault)
        {
            yield return new Observation(BlindSpotKinds.SourceAway, "kafka", fault);
        }
        else if (status.State is KafkaReaderState.Reading && status.Partitions.Where(p => !p.IsAssigned).ToList() is { Count: > 0 } others)
        {
            yield return new Observation(
                BlindSpotKinds.SourceAway, "kafka (partitions)",
                $"the group has not given {others.Count} of {status.Partitions.Count} partitions to this member (such as {others[0].Name}): a leader before it holds them until its session ends, or another program reads in the same group");
        }

        foreach (var topic in feed.Missing)
        {
            yield return new Observation(BlindSpotKinds.SourceAway, $"kafka topic {topic}", $"no topic answers to {topic} (or none that may be seen); create it, give the right to describe it, or take it out of kafka.topics");
        }
    }

    /// <summary>At least one for every gap: where reading began anew nobody knows how many.</summary>
    private static long GapRecords(KafkaPartitionSource source) => source.Gap is null ? 0 : source.Gaps.Sum(gap => Math.Max(1, gap.Count));
}
