namespace SecStream.Connectors.Http;

/// <summary>A request that cannot be taken: nothing of it was accepted.</summary>
/// <param name="status">HTTP status: 400, 408, 413, 415, 429 or 503.</param>
/// <param name="reason">What is wrong, where (line, element), and what to do.</param>
/// <param name="kind">The exception Elasticsearch names in this case.</param>
internal sealed class IngestException(int status, string reason, string kind = "illegal_argument_exception") : Exception(reason)
{
    /// <summary>HTTP status.</summary>
    public int Status => status;

    /// <summary>Type of the error in the words of Elasticsearch.</summary>
    public string Kind => kind;
}
