using System.Diagnostics;
using Confluent.Kafka;

namespace SecStream.Connectors.Kafka.Source;

// What can go wrong, and how reading goes on.
public sealed partial class KafkaReader
{
    /// <summary>librdkafka's code for a log that lost its end (2.1 and later); the older client library has no name for it.</summary>
    private const ErrorCode LogTruncation = (ErrorCode)(-139);

    private readonly Dictionary<KafkaPartitionSource, Reset> _resets = [];
    private volatile FaultNote? _fault;
    private long _errors;
    private bool _hadState;

    /// <summary>What is wrong at present, with the mend; null when all is well.</summary>
    public string? Fault => _fault?.Text;

    private void OnConsumeError(ConsumeException fault)
    {
        // An error of the group or the client comes with a record, too, but with one of no topic.
        var place = fault.ConsumerRecord?.TopicPartitionOffset;
        var source = place?.Topic is null ? null : SourceOf(place.Topic, place.Partition.Value);
        if (source is not null && fault.Error.Code is ErrorCode.Local_AutoOffsetReset or ErrorCode.OffsetOutOfRange or ErrorCode.Local_NoOffset or LogTruncation)
        {
            // Expected, and mended by FinishResets.
            Interlocked.Increment(ref _errors);
            _resets.TryAdd(source, new Reset(source.NextOffset >= 0 ? source.NextOffset : place!.Offset.Value, fault.Error.Reason));
            return;
        }

        OnError(fault.Error, place?.Topic);
    }

    private void OnError(Error error, string? topic)
    {
        Interlocked.Increment(ref _errors);
        var isFinal = error.IsFatal || error.Code is ErrorCode.FencedInstanceId;
        SetFault(KafkaFaultText.Of(error, _options, topic), topic, error.Code, isFinal);
        if (isFinal)
        {
            _state = KafkaReaderState.Failed;
        }
    }

    /// <summary>Before the state says so: who sees that reading has failed must see why.</summary>
    private void SetFault(string text, string? topic, ErrorCode code, bool isFinal)
    {
        if (_fault?.IsFinal != true)
        {
            _fault = new FaultNote(text, topic, KafkaFaultText.IsConnection(code), isFinal);
        }
    }

    /// <summary>A topic gives records, or (null) the group partitions: what was wrong with it is over.</summary>
    private void ClearFault(string? topic)
    {
        if (_fault is { IsFinal: false } fault && (fault.Topic == topic || fault.Topic is null))
        {
            _fault = null;
        }
    }

    /// <summary>Once a second, by partition.</summary>
    private void OnStatistics(string topic, int partition, long silence, long high)
    {
        if (SourceOf(topic, partition) is not { } source)
        {
            return;
        }

        source.Hear(silence < 0 ? null : _time.GetTimestamp() - (long)(silence * (_time.TimestampFrequency / 1e6)), high);
        if (_fault is { IsConnection: true, IsFinal: false } && source.IsLive)
        {
            _fault = null;
        }
    }

    /// <summary>
    /// Partitions whose offset the broker does not have: asks for the bounds of each beside the reading, for a leader that is away must not hold up the
    /// others, and goes on where they allow it.
    /// </summary>
    private void FinishResets()
    {
        if (_resets.Count == 0 || _resets.Values.Any(reset => reset.Bounds is { IsCompleted: false }))
        {
            return;
        }

        var isAny = false;
        foreach (var (source, reset) in _resets.ToList())
        {
            if (reset.Bounds is { IsCompletedSuccessfully: true } asked)
            {
                GoOn(source, reset, asked.GetAwaiter().GetResult());
                isAny = _resets.Remove(source);
            }
            else if (reset.Tried is null || _time.GetElapsedTime(reset.Tried.Value) >= _bounds.RetryPause)
            {
                var place = new TopicPartition(source.Topic, source.Partition);
                reset.Tried = _time.GetTimestamp();
                reset.Bounds = Task.Run(() => _consumer.QueryWatermarkOffsets(place, TimeSpan.FromSeconds(5)));
            }
        }

        if (isAny)
        {
            AssignAnew();
        }
    }

    private void GoOn(KafkaPartitionSource source, Reset reset, WatermarkOffsets bounds)
    {
        var gap = reset.Wanted >= 0 ? KafkaGaps.Of(source.Topic, source.Partition, reset.Wanted, bounds.Low.Value, bounds.High.Value, reset.Reason) : null;

        // Where state was restored, a partition of which nothing is known is a new one: all in it came after the beginning.
        var start = _options.Start == KafkaStart.Latest && !_hadState ? bounds.High.Value : bounds.Low.Value;
        source.GoTo(gap?.To ?? start, bounds.High.Value, gap);
    }

    private sealed record FaultNote(string Text, string? Topic, bool IsConnection, bool IsFinal);

    /// <summary>A partition that needs another offset.</summary>
    private sealed class Reset(long wanted, string reason)
    {
        public long Wanted { get; } = wanted;

        public string Reason { get; } = reason;

        public long? Tried { get; set; }

        public Task<WatermarkOffsets>? Bounds { get; set; }
    }
}
