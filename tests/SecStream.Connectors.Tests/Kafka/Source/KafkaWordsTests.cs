using Confluent.Kafka;
using SecStream.Connectors.Kafka;
using SecStream.Connectors.Kafka.Source;

namespace SecStream.Connectors.Tests.Kafka.Source;

/// <summary>The pure parts: gaps, times, statistics, faults in words.</summary>
public sealed class KafkaWordsTests
{
    [Theory]
    [InlineData(10, 50, 90, "", 50, 40, "were deleted before they were read")]
    [InlineData(10, 0, 5, "", 0, 0, "made anew, or lost its end")]
    [InlineData(100, 20, 50, "", 20, 0, "made anew, or lost its end")]
    [InlineData(100, 20, 90, "Partition log truncation detected at offset 100: broker end offset is 70 (offset leader epoch 3)", 70, 0, "lost records from offset 70")]
    [InlineData(100, 20, 90, "broker end offset is 10", 20, 0, "made anew")]
    [InlineData(100, 20, 90, "broker end offset is 95", 20, 0, "made anew")]
    public void Of_WantedAndBounds_SaysWhereReadingGoesOn(long wanted, long low, long high, string reason, long to, long count, string detail)
    {
        var gap = KafkaGaps.Of("t", 2, wanted, low, high, reason);

        Assert.Equal((wanted, to, count), (gap.From, gap.To, gap.Count));
        Assert.Contains(detail, gap.Detail, StringComparison.Ordinal);
        Assert.StartsWith("kafka topic t, partition 2: ", gap.Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(TimestampType.CreateTime, 1_772_366_400_123, long.MinValue, 1_772_366_400_123_000)]
    [InlineData(TimestampType.LogAppendTime, 1_772_366_400_123, 1_772_366_400_123_000, long.MinValue)]
    [InlineData(TimestampType.NotAvailable, 1_772_366_400_123, long.MinValue, long.MinValue)]
    [InlineData(TimestampType.CreateTime, -1, long.MinValue, long.MinValue)]
    [InlineData(TimestampType.CreateTime, 0, long.MinValue, long.MinValue)]
    [InlineData(TimestampType.CreateTime, 31_535_999_999, long.MinValue, long.MinValue)]
    [InlineData(TimestampType.CreateTime, 31_536_000_000, long.MinValue, 31_536_000_000_000)]
    [InlineData(TimestampType.CreateTime, 7_258_118_400_000, long.MinValue, long.MinValue)]
    [InlineData(TimestampType.LogAppendTime, long.MaxValue, long.MinValue, long.MinValue)]
    public void Of_Timestamp_IsAnArrivalOrAClaimOrNothing(TimestampType type, long milliseconds, long arrival, long sent) =>
        Assert.Equal((arrival, sent), RecordTimes.Of(new Timestamp(milliseconds, type)));

    [Fact]
    public void Read_Statistics_TellsSilenceAndEndOfEachPartition()
    {
        var told = new List<(string, int, long, long)>();
        KafkaStatistics.Read(
            """
            {"brokers":{"a:1/1":{"nodeid":1,"state":"UP","rxidle":1500},"b:1/2":{"nodeid":2,"state":"DOWN","rxidle":7},"boot":{"nodeid":-1,"state":"UP","rxidle":1}},
             "topics":{"t":{"partitions":{"0":{"partition":0,"broker":1,"hi_offset":10,"ls_offset":8},"1":{"partition":1,"broker":2,"hi_offset":5,"ls_offset":-1001},
                                          "2":{"partition":2,"broker":9,"hi_offset":-1001},"-1":{"partition":-1,"broker":1}}},"u":{}}}
            """,
            (topic, partition, silence, high) => told.Add((topic, partition, silence, high)));

        Assert.Equal([("t", 0, 1500, 8), ("t", 1, -1, 5), ("t", 2, -1, -1)], told);
        KafkaStatistics.Read("{}", (_, _, _, _) => Assert.Fail("there is nothing to tell"));
    }

    [Theory]
    [InlineData(ErrorCode.TopicAuthorizationFailed, "--operation Read --operation Describe --topic logs")]
    [InlineData(ErrorCode.GroupAuthorizationFailed, "--operation Read --group secstream")]
    [InlineData(ErrorCode.FencedInstanceId, "stop it, or give each its own kafka.member")]
    [InlineData(ErrorCode.UnknownTopicOrPart, "create the topic")]
    [InlineData(ErrorCode.Local_Ssl, "ssl.ca.location")]
    [InlineData(ErrorCode.SaslAuthenticationFailed, "sasl.password")]
    [InlineData(ErrorCode.Local_Resolve, "advertised.listeners")]
    public void Of_Error_NamesTheMend(ErrorCode code, string mend)
    {
        var text = KafkaFaultText.Of(new Error(code, "the reason"), new KafkaOptions { Brokers = ["k1:9092", "k2:9092"] }, "logs");

        Assert.StartsWith("kafka k1:9092,k2:9092: topic logs: the reason", text, StringComparison.Ordinal);
        Assert.Contains(mend, text, StringComparison.Ordinal);
    }
}
