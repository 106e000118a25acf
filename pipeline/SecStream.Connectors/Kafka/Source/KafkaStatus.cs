namespace SecStream.Connectors.Kafka.Source;

/// <summary>What a reader is doing.</summary>
public enum KafkaReaderState
{
    /// <summary>Not started.</summary>
    New,

    /// <summary>Waits for the group to assign partitions.</summary>
    Joining,

    /// <summary>Reads what is assigned to it.</summary>
    Reading,

    /// <summary>Can't go on: <see cref="KafkaReaderStatus.Fault"/> says why and the mend. A restart is needed.</summary>
    Failed,

    /// <summary>Closed.</summary>
    Closed,
}

/// <summary>A reader at a moment.</summary>
/// <param name="State">What it is doing.</param>
/// <param name="Fault">What is wrong at present, with the mend; null when all is well.</param>
/// <param name="Rebalances">Assignments received.</param>
/// <param name="Errors">Errors reported by the client, also passing ones.</param>
/// <param name="Commits">Commits that the group took.</param>
/// <param name="CommitFailures">Commits that failed; their positions went with the next.</param>
/// <param name="BufferedBytes">Bytes that wait to be worked off.</param>
/// <param name="Partitions">The partitions, in the order of the sources.</param>
public sealed record KafkaReaderStatus(
    KafkaReaderState State, string? Fault, long Rebalances, long Errors, long Commits, long CommitFailures, long BufferedBytes, IReadOnlyList<KafkaPartitionStatus> Partitions);

/// <summary>A partition at a moment.</summary>
/// <param name="Name">Name of the source, <c>kafka:topic/partition</c>.</param>
/// <param name="Topic">The topic.</param>
/// <param name="Partition">Its partition.</param>
/// <param name="IsAssigned">This member reads it.</param>
/// <param name="IsLive">See <see cref="Core.Pipeline.IRecordSource.IsLive"/>.</param>
/// <param name="IsPaused">Fetching rests because its share of the buffer is full.</param>
/// <param name="Position">Offset of the next record to be worked off; -1: not known yet.</param>
/// <param name="HighWatermark">Offset after the last record that may be read, as far as the client knows; -1: not known yet.</param>
/// <param name="Lag">Records (offsets) between the two; 0 when either is unknown.</param>
/// <param name="BufferedBytes">Bytes that wait to be worked off.</param>
/// <param name="Records">Records taken since the start.</param>
/// <param name="Tombstones">Records without a value since the start; they are skipped.</param>
/// <param name="Gaps">Gaps since the start (<see cref="KafkaPartitionSource.Gaps"/>).</param>
public readonly record struct KafkaPartitionStatus(
    string Name, string Topic, int Partition, bool IsAssigned, bool IsLive, bool IsPaused, long Position, long HighWatermark, long Lag, long BufferedBytes, long Records, long Tombstones, int Gaps);

/// <summary>A position of a partition: the offset of the next record.</summary>
public readonly record struct KafkaPosition(string Topic, int Partition, long Offset);
