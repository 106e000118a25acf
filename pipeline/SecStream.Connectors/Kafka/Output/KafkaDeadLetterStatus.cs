namespace SecStream.Connectors.Kafka.Output;

/// <summary>How the dead letters stand that go to Kafka.</summary>
/// <param name="Lag">Stored letters not looked at yet.</param>
/// <param name="Sent">Letters the brokers have acknowledged since the start.</param>
/// <param name="Spilled">Of those the ones whose bytes were too many for the broker and stayed in the data folder.</param>
/// <param name="Lost">Letters that were removed from the store before they could be sent.</param>
/// <param name="FailingSince">Since when no attempt has succeeded; null: all is well.</param>
/// <param name="Error">Why, with the mend; null: all is well.</param>
public sealed record KafkaDeadLetterStatus(long Lag, long Sent, long Spilled, long Lost, DateTimeOffset? FailingSince, string? Error);

/// <summary>Bounds of the follower.</summary>
public sealed record KafkaDeadLetterOptions
{
    /// <summary>How often the store is looked at. Default 1 s.</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Longest pause between two attempts while the brokers take nothing. Default 30 s.</summary>
    public TimeSpan MaxRetry { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Letters of a batch at most. Default 500.</summary>
    public int BatchLetters { get; init; } = 500;

    /// <summary>Bytes of a block of the store. Default 256 KiB.</summary>
    public int BlockBytes { get; init; } = 256 << 10;

    /// <summary>Bounds of the writer.</summary>
    public KafkaWriterOptions Writer { get; init; } = new();
}
