namespace SecStream.TestParts.Kafka;

/// <summary>Numbers of the requests of Kafka's protocol, for errors that a broker is to answer with.</summary>
public enum KafkaApi : short
{
    /// <summary>Write records.</summary>
    Produce = 0,

    /// <summary>Read records.</summary>
    Fetch = 1,

    /// <summary>First and next offset.</summary>
    ListOffsets = 2,

    /// <summary>Brokers, topics, leaders.</summary>
    Metadata = 3,

    /// <summary>Commit of a group's offsets.</summary>
    OffsetCommit = 8,

    /// <summary>Query of a group's offsets.</summary>
    OffsetFetch = 9,

    /// <summary>Where a group's coordinator is.</summary>
    FindCoordinator = 10,

    /// <summary>Joins a group.</summary>
    JoinGroup = 11,

    /// <summary>Sign of life of a group's member.</summary>
    Heartbeat = 12,

    /// <summary>Leaves a group.</summary>
    LeaveGroup = 13,

    /// <summary>Takes or gives the assignment of a group.</summary>
    SyncGroup = 14,

    /// <summary>Id of an idempotent producer.</summary>
    InitProducerId = 22,
}
