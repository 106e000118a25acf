using SecStream.Connectors.Elasticsearch.Client;

namespace SecStream.Connectors.Elasticsearch.Events;

/// <summary>What to do when the cluster takes no events.</summary>
internal static class SendMends
{
    public static string? Of(ElasticsearchFault fault) => fault.Kind switch
    {
        ElasticsearchFaultKind.Unreachable or ElasticsearchFaultKind.Timeout => "is the cluster up, and does elasticsearch.hosts name its nodes?",
        ElasticsearchFaultKind.Unauthorized => "give elasticsearch.api_key_env, api_key_file, or username and password, that the cluster knows; files are read again",
        ElasticsearchFaultKind.Forbidden => "give our user the privileges it lacks: ./run check names them",
        ElasticsearchFaultKind.Overloaded => "the cluster has too much to do: add nodes, or lower elasticsearch.bulk_requests",
        ElasticsearchFaultKind.ServerError => "look into the cluster's log, and at GET /_cluster/health",
        ElasticsearchFaultKind.CertificateUntrusted or ElasticsearchFaultKind.CertificateName
            or ElasticsearchFaultKind.CertificateExpired or ElasticsearchFaultKind.CertificatePin => "./run check says what is wrong with the certificate",
        _ => "./run check",
    };

    public static string? Of(BulkStatus status) => (status.Status, status.Type) switch
    {
        (404, _) => "the stream can't be made: ./run bootstrap, and let action.auto_create_index permit logs-secstream.*",
        (_, "validation_exception") => "delete old indices, add a data node, or raise cluster.max_shards_per_node",
        (_, "cluster_block_exception") => "free disk space or add a node; then the block goes, in 7.10 with PUT /logs-secstream.*/_settings {\"index.blocks.read_only_allow_delete\":null}",
        (401 or 403, _) => "give our user the privileges it lacks: ./run check names them",
        (429, _) => "the cluster has too much to do: add nodes, or lower elasticsearch.bulk_requests",
        _ => "look into the cluster's log, and at GET /_cluster/health",
    };
}
