using Confluent.Kafka;

namespace SecStream.Connectors.Kafka.Source;

/// <summary>What the timestamp of a record is good for. Pure.</summary>
internal static class RecordTimes
{
    private static readonly long s_earliest = new DateTimeOffset(1971, 1, 1, 0, 0, 0, TimeSpan.Zero).ToUnixTimeMilliseconds();
    private static readonly long s_latest = new DateTimeOffset(2200, 1, 1, 0, 0, 0, TimeSpan.Zero).ToUnixTimeMilliseconds();

    /// <summary>
    /// Arrival and sending in microseconds, <see cref="long.MinValue"/>: not known. The broker's stamp is an arrival; the sender's is a claim. A claim that no
    /// record of a log can have is left out; the present is not asked, for a replay must see the same.
    /// </summary>
    public static (long Arrival, long Sent) Of(Timestamp timestamp)
    {
        var isSane = timestamp.UnixTimestampMs >= s_earliest && timestamp.UnixTimestampMs < s_latest;
        var time = isSane ? timestamp.UnixTimestampMs * 1000 : long.MinValue;
        return timestamp.Type switch
        {
            TimestampType.LogAppendTime => (time, long.MinValue),
            TimestampType.CreateTime => (long.MinValue, time),
            _ => (long.MinValue, long.MinValue),
        };
    }
}
