namespace SecStream.Connectors.Elasticsearch.Events;

/// <summary>Keeps dead letters of documents that the cluster refused for good. Thread-safe.</summary>
public interface IRefusedDocuments
{
    /// <summary>Takes a letter: a line of JSON with its end, in the form that <see cref="Segments.DeadLetterStore"/> reads. Blocks while the disk takes nothing.</summary>
    /// <exception cref="IOException">It was told to stop while it waited; the document is sent again after a restart.</exception>
    void Add(ReadOnlySpan<byte> letter);

    /// <summary>Returns when what was taken is on disk; the documents are forgotten after that.</summary>
    void Flush();
}
