namespace SecStream.Stages.Ingest;

/// <summary>What a store is told of each document.</summary>
public enum EventMarking
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>Times, retention class, id and dataset.</summary>
    Named,

    /// <summary>And the hashes of its id and indexed fields, for a store that keeps an index itself.</summary>
    Indexed,
}
