using System.Globalization;
using System.Text.RegularExpressions;

namespace SecStream.Connectors.Kafka.Source;

/// <summary>Records of a partition that were never seen, or a partition that is not what it was.</summary>
/// <param name="Topic">The topic.</param>
/// <param name="Partition">Its partition.</param>
/// <param name="From">Offset that was to be read next.</param>
/// <param name="To">Offset where reading went on; below <paramref name="From"/> when it began anew.</param>
/// <param name="Detail">A sentence for people: what, where, and the mend.</param>
public sealed record KafkaGap(string Topic, int Partition, long From, long To, string Detail)
{
    /// <summary>Records missed, at most (offsets need not all have been records); 0 when reading began anew.</summary>
    public long Count => Math.Max(0, To - From);
}

/// <summary>Where reading goes on when the broker does not have the wanted offset. Pure.</summary>
internal static partial class KafkaGaps
{
    /// <summary>
    /// The records before <paramref name="low"/> are gone: on from there. An end before the wanted offset is another topic of the same name, or a log
    /// that lost its end; then everything is read again, for events that were seen before are recognised by their ids. Where the broker says how far
    /// its log agrees with what was read (truncation), reading goes on there.
    /// </summary>
    public static KafkaGap Of(string topic, int partition, long wanted, long low, long high, string reason)
    {
        if (wanted < low)
        {
            return new KafkaGap(topic, partition, wanted, low,
                $"kafka topic {topic}, partition {partition}: offsets {wanted} to {low - 1} (up to {low - wanted} records) were deleted before they were read; reading goes on at {low}: "
                + "give the topic a longer retention.ms, or the service more room to keep up");
        }

        if (AgreedEnd().Match(reason) is { Success: true } match && long.TryParse(match.Groups[1].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out var end)
            && end >= low && end <= Math.Min(wanted, high))
        {
            return new KafkaGap(topic, partition, wanted, end,
                $"kafka topic {topic}, partition {partition}: the broker lost records from offset {end} on that had been read (up to {wanted - 1}); reading goes on at {end}: "
                + "set unclean.leader.election.enable=false and min.insync.replicas");
        }

        return new KafkaGap(topic, partition, wanted, low,
            $"kafka topic {topic}, partition {partition}: it had been read up to offset {wanted}, but ends at {high}: it was made anew, or lost its end; it is read from its beginning ({low})");
    }

    [GeneratedRegex(@"broker end offset is (\d{1,18})", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex AgreedEnd();
}
