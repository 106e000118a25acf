using SecStream.Connectors.Elasticsearch.Client;

namespace SecStream.Connectors.Elasticsearch.Schema;

/// <summary>What our user has to be allowed, and how an administrator allows it.</summary>
public static class Privileges
{
    /// <summary>On the cluster, to install (<c>bootstrap</c>) and to look at its health.</summary>
    public static readonly IReadOnlyList<string> Cluster = ["monitor", "manage_index_templates", "manage_ilm"];

    /// <summary>On streams of events: written once, read by searches, rolled over by bootstrap, never changed.</summary>
    public static readonly IReadOnlyList<string> Events = ["auto_configure", "create_doc", "read", "view_index_metadata", "manage"];

    /// <summary>On indices of alerts, incidents and windows: revisions and decisions change documents, a window that comes again replaces itself.</summary>
    public static readonly IReadOnlyList<string> Alerts = ["auto_configure", "create_index", "write", "read", "view_index_metadata"];

    /// <summary>A role for Elasticsearch that has exactly these: the body of <c>PUT /_security/role/secstream</c>.</summary>
    public static string Role =>
        "{\"cluster\":" + List(Cluster) + ",\"indices\":[{\"names\":[\"logs-secstream.*\"],\"privileges\":" + List(Events)
        + "},{\"names\":[\"secstream-alerts-*\",\"secstream-incidents-*\",\"features-secstream.*\"],\"privileges\":" + List(Alerts) + "}]}";

    /// <summary>The same for OpenSearch: the body of <c>PUT /_plugins/_security/api/roles/secstream</c>.</summary>
    public static string OpenSearchRole =>
        "{\"cluster_permissions\":[\"cluster_monitor\",\"cluster_composite_ops\",\"cluster_manage_index_templates\",\"indices:admin/index_template/*\","
        + "\"cluster:admin/component_template/*\",\"cluster:admin/opendistro/ism/policy/*\"],\"index_permissions\":[{\"index_patterns\":[\"logs-secstream.*\","
        + "\".ds-logs-secstream.*\",\"secstream-alerts-*\",\"secstream-incidents-*\",\"features-secstream.*\"],\"allowed_actions\":[\"crud\",\"create_index\",\"manage\"]}]}";

    /// <summary>What to do about a fault.</summary>
    public static string? Mend(SchemaTarget target, ElasticsearchFault fault)
    {
        ArgumentNullException.ThrowIfNull(target);
        ArgumentNullException.ThrowIfNull(fault);
        return fault.Kind switch
        {
            ElasticsearchFaultKind.Forbidden => Grant(target),
            ElasticsearchFaultKind.Unauthorized => "give elasticsearch.api_key_env, api_key_file or username and password that the cluster knows",
            _ when fault.IsPassing => "run it again when the cluster answers",
            _ => null,
        };
    }

    /// <summary>How to allow everything that is needed.</summary>
    public static string Grant(SchemaTarget target)
    {
        ArgumentNullException.ThrowIfNull(target);
        return target.IsOpenSearch
            ? $"PUT /_plugins/_security/api/roles/secstream {OpenSearchRole} and map our user to it (PUT /_plugins/_security/api/rolesmapping/secstream)"
            : $"PUT /_security/role/secstream {Role} and give it to our user, or as role_descriptors to our API key";
    }

    private static string List(IEnumerable<string> names) => "[" + string.Join(',', names.Select(name => $"\"{name}\"")) + "]";
}
