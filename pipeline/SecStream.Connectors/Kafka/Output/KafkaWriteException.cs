using Confluent.Kafka;

namespace SecStream.Connectors.Kafka.Output;

/// <summary>Records could not be written. None of them may be taken for written: all come again.</summary>
public sealed class KafkaWriteException : IOException
{
    /// <summary>Makes one.</summary>
    /// <param name="topic">The topic of the record that failed first.</param>
    /// <param name="error">Why.</param>
    /// <param name="said">What the client said last of its connections; null: nothing.</param>
    public KafkaWriteException(string topic, Error error, string? said)
        : base(KafkaFault.Describe(topic, error, said)) => (Topic, Code) = (topic, error.Code);

    /// <summary>The topic.</summary>
    public string Topic { get; }

    /// <summary>Code of librdkafka or the broker.</summary>
    public ErrorCode Code { get; }

    /// <summary>The broker or the client takes no record or batch of this size.</summary>
    public bool IsTooLarge => Code is ErrorCode.MsgSizeTooLarge or ErrorCode.InvalidMsgSize or ErrorCode.RecordListTooLarge;
}
