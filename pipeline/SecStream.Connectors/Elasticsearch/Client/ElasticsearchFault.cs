namespace SecStream.Connectors.Elasticsearch.Client;

/// <summary>Why a request to a cluster failed, as far as it decides what to do next.</summary>
public enum ElasticsearchFaultKind
{
    /// <summary>It did not fail.</summary>
    None,

    /// <summary>No node could be connected to, or the connection broke.</summary>
    Unreachable,

    /// <summary>No answer within the timeout; the request may have been carried out.</summary>
    Timeout,

    /// <summary>The certificate is not signed by a known authority.</summary>
    CertificateUntrusted,

    /// <summary>The certificate is for other names than the one connected to.</summary>
    CertificateName,

    /// <summary>The certificate is not valid at this time.</summary>
    CertificateExpired,

    /// <summary>No certificate of the chain has the pinned fingerprint.</summary>
    CertificatePin,

    /// <summary>The product or its version is not supported, or it is no Elasticsearch at all.</summary>
    Unsupported,

    /// <summary>The credentials are wrong, or missing (401).</summary>
    Unauthorized,

    /// <summary>The credentials lack a privilege (403).</summary>
    Forbidden,

    /// <summary>There is no such thing (404).</summary>
    NotFound,

    /// <summary>It conflicts with what is there (409).</summary>
    Conflict,

    /// <summary>The request is too large (413).</summary>
    TooLarge,

    /// <summary>The cluster has too much to do (429).</summary>
    Overloaded,

    /// <summary>The cluster failed (5xx).</summary>
    ServerError,

    /// <summary>The answer is longer than is read.</summary>
    AnswerTooLarge,

    /// <summary>Refused for another reason (other 4xx, 3xx).</summary>
    Refused,
}

/// <summary>Why a request failed. Holds no secret.</summary>
/// <param name="Kind">What to do next depends on it.</param>
/// <param name="Message">For people: the node, what happened and, where there is one, the mend.</param>
/// <param name="Type">Elasticsearch's <c>error.type</c>, when it said one.</param>
/// <param name="Reason">Elasticsearch's <c>error.reason</c>, when it said one.</param>
public sealed record ElasticsearchFault(ElasticsearchFaultKind Kind, string Message, string? Type = null, string? Reason = null)
{
    /// <summary>Trying again later may help without anybody doing anything.</summary>
    public bool IsPassing =>
        Kind is ElasticsearchFaultKind.Unreachable or ElasticsearchFaultKind.Timeout or ElasticsearchFaultKind.Overloaded or ElasticsearchFaultKind.ServerError;

    /// <summary>It was sent and not answered: nobody knows whether it was carried out.</summary>
    public bool IsUnknownOutcome { get; init; }

    /// <inheritdoc/>
    public override string ToString() => Message;
}

/// <summary>A request failed and its caller has no use for an answer without a body.</summary>
public sealed class ElasticsearchException : Exception
{
    /// <summary>A failure without details.</summary>
    public ElasticsearchException()
        : this("Elasticsearch failed")
    {
    }

    /// <summary>A failure with a message.</summary>
    public ElasticsearchException(string message)
        : this(new ElasticsearchFault(ElasticsearchFaultKind.Refused, message))
    {
    }

    /// <summary>A failure with its cause.</summary>
    public ElasticsearchException(string message, Exception innerException)
        : base(message, innerException)
    {
        Fault = new ElasticsearchFault(ElasticsearchFaultKind.Refused, message);
    }

    /// <summary>A failure.</summary>
    public ElasticsearchException(ElasticsearchFault fault)
        : base(fault.Message)
    {
        Fault = fault;
    }

    /// <summary>What failed.</summary>
    public ElasticsearchFault Fault { get; }
}
