namespace SecStream.Connectors.Kafka.Output;

/// <summary>A record to be written to a topic.</summary>
/// <param name="Topic">The topic.</param>
/// <param name="Key">Key: decides on the partition (murmur2, as Java's clients); null: any partition.</param>
/// <param name="Value">Value.</param>
/// <param name="Headers">Headers, UTF-8.</param>
public sealed record KafkaRecord(string Topic, byte[]? Key, byte[] Value, IReadOnlyList<KafkaHeader> Headers)
{
    // What a record batch adds to a record: its header, and lengths of the parts.
    private const int BatchOverhead = 70;
    private const int HeaderOverhead = 10;

    /// <summary>Bytes it takes in the broker's log, uncompressed, at most.</summary>
    public int Bytes => BatchOverhead + Value.Length + (Key?.Length ?? 0) + Headers.Sum(header => header.Name.Length + header.Value.Length + HeaderOverhead);
}

/// <summary>A header of a record.</summary>
/// <param name="Name">Name, ASCII.</param>
/// <param name="Value">Value, UTF-8.</param>
public readonly record struct KafkaHeader(string Name, byte[] Value);
