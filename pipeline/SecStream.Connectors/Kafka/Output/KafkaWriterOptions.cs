namespace SecStream.Connectors.Kafka.Output;

/// <summary>Bounds of a writer.</summary>
public sealed record KafkaWriterOptions
{
    /// <summary>How long records may wait for their acknowledgement before the whole batch counts as failed. Default 30 s.</summary>
    public TimeSpan DeliveryTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long records are gathered before they are sent. Default 5 ms.</summary>
    public TimeSpan Linger { get; init; } = TimeSpan.FromMilliseconds(5);

    /// <summary>Bytes of a record and of a batch to begin with, uncompressed; less when the broker takes no such. Default 1 000 000, a broker's default less its overhead.</summary>
    public int MaxBytes { get; init; } = 1_000_000;
}
