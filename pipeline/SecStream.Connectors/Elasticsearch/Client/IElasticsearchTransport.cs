namespace SecStream.Connectors.Elasticsearch.Client;

/// <summary>Carries requests to a cluster. Thread-safe. Failures come back as answers with a fault; only cancellation and bugs throw.</summary>
public interface IElasticsearchTransport : IDisposable
{
    /// <summary>
    /// What the cluster is: asked once, then remembered (and asked again while it is not known).
    /// </summary>
    /// <exception cref="ElasticsearchException">No node answers, or it is no supported product.</exception>
    ValueTask<ElasticsearchServer> DetectAsync(CancellationToken cancellation);

    /// <summary>
    /// Sends a request to one of the living nodes, and to another one when it could not be connected to. Before the first one the product is checked.
    /// </summary>
    /// <param name="method">GET, POST, PUT, HEAD, DELETE.</param>
    /// <param name="path">Path and query, without the leading slash; parts of it from outside must be escaped already (<see cref="Uri.EscapeDataString(string)"/>).</param>
    /// <param name="body">Null: none.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <returns>To be disposed of.</returns>
    /// <exception cref="OperationCanceledException">It was cancelled by the caller.</exception>
    Task<ElasticsearchAnswer> SendAsync(HttpMethod method, string path, RequestBody? body, CancellationToken cancellation);
}
