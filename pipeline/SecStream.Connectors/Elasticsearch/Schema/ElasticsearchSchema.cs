using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace SecStream.Connectors.Elasticsearch.Schema;

/// <summary>All policies and templates for a cluster, made from the files of <c>infra/elasticsearch</c>. Pure.</summary>
public static class ElasticsearchSchema
{
    /// <summary>Rises when anything here changes that a cluster has to take up: what bears a higher number was installed by a newer program.</summary>
    public const int Version = 1;

    /// <summary>Who made it, as the things in the cluster say.</summary>
    public const string Owner = "secstream";

    /// <summary>Data streams of events.</summary>
    public const string EventPattern = "logs-secstream.*";

    /// <summary>Indices of alerts.</summary>
    public const string AlertPattern = "secstream-alerts-*";

    /// <summary>Indices of incidents.</summary>
    public const string IncidentPattern = "secstream-incidents-*";

    /// <summary>Indices of profiles' windows.</summary>
    public const string FeaturePattern = "features-secstream.*";

    /// <summary>Name of their template and policy.</summary>
    public const string Features = "secstream-features";

    /// <summary>Above <c>logs-*-*</c> (100) and what people usually give their own (200).</summary>
    private const int Priority = 250;

    /// <summary>What is installed, in the order in which one needs the other.</summary>
    public static IReadOnlyList<SchemaObject> For(SchemaTarget target)
    {
        ArgumentNullException.ThrowIfNull(target);
        List<SchemaObject> all = [.. RetentionClass.All.Select((retention, i) => Policy(target, "events", retention.Name, retention, Priority + i))];
        all.Add(Policy(target, "alerts", "secstream-alerts", new RetentionClass(RetentionClass.AlertDays, ""), Priority));
        all.Add(Policy(target, "features", Features, new RetentionClass(RetentionClass.FeatureDays, ""), Priority));
        all.Add(Component("secstream-events"));
        if (target.ToleratesUnknownFields)
        {
            all.Add(Component("secstream-dynamic"));
        }

        all.Add(Component("secstream-alerts"));
        all.AddRange(RetentionClass.All.Select((retention, i) => EventTemplate(target, retention, Priority + i)));
        all.Add(AlertTemplate(target, "secstream-alerts"));
        all.Add(AlertTemplate(target, "secstream-incidents"));
        all.Add(Component(Features));
        all.Add(FeatureTemplate(target));
        return all;
    }

    /// <summary>Marks of ownership for an object with a hash.</summary>
    public static JsonObject Meta(string hash) => new()
    {
        ["managed_by"] = Owner,
        ["secstream_version"] = Version,
        ["secstream_hash"] = hash,
    };

    /// <summary>The same marks where there is only a text.</summary>
    public static string Description(string hash) => $"managed_by={Owner} secstream_version={Version} secstream_hash={hash}";

    private static SchemaObject Policy(SchemaTarget target, string what, string name, RetentionClass retention, int priority)
    {
        var body = SchemaFiles.Read(
            $"lifecycle/{(target.IsOpenSearch ? "ism" : "ilm")}-{what}", ("{days}", $"{retention.Days}"), ("{rollover}", retention.Rollover));
        var policy = body["policy"]!.AsObject();
        if (target.IsOpenSearch)
        {
            // OpenSearch refuses two policies whose patterns could match one name at the same priority.
            policy["ism_template"]![0]!["priority"] = priority;
            var hash = HashOf(body);
            policy["description"] = Description(hash);
            return new SchemaObject(SchemaKind.Policy, name, $"_plugins/_ism/policies/{name}", body, hash);
        }

        if (!target.HasShardSizes && policy["phases"]!["hot"]!["actions"]!["rollover"] is JsonObject rollover)
        {
            rollover["max_size"] = rollover["max_primary_shard_size"]!.DeepClone();
            rollover.Remove("max_primary_shard_size");
        }

        var content = HashOf(body);
        if (target.HasPolicyMeta)
        {
            policy["_meta"] = Meta(content);
        }

        return new SchemaObject(SchemaKind.Policy, name, $"_ilm/policy/{name}", body, content);
    }

    private static SchemaObject Component(string name)
    {
        var body = SchemaFiles.Read($"components/{name}");

        // In the mappings, too: so a backing index says which version it was made with.
        body["template"]!["mappings"]!["_meta"] = new JsonObject { ["secstream_version"] = Version };
        return Marked(SchemaKind.Component, name, $"_component_template/{name}", body);
    }

    private static SchemaObject EventTemplate(SchemaTarget target, RetentionClass retention, int priority)
    {
        var body = SchemaFiles.Read("templates/events", ("{days}", $"{retention.Days}"));
        body["priority"] = priority;
        if (target.ToleratesUnknownFields)
        {
            body["composed_of"]!.AsArray().Add("secstream-dynamic");
        }

        WithoutForeignSettings(target, body);
        return Marked(SchemaKind.Template, retention.Name, $"_index_template/{retention.Name}", body);
    }

    private static SchemaObject AlertTemplate(SchemaTarget target, string name)
    {
        var body = SchemaFiles.Read("templates/alerts", ("{name}", name));
        WithoutForeignSettings(target, body);
        return Marked(SchemaKind.Template, name, $"_index_template/{name}", body);
    }

    private static SchemaObject FeatureTemplate(SchemaTarget target)
    {
        var body = SchemaFiles.Read("templates/features");
        WithoutForeignSettings(target, body);
        return Marked(SchemaKind.Template, Features, $"_index_template/{Features}", body);
    }

    /// <summary>OpenSearch knows no ILM and refuses its settings; its policies find their indices themselves.</summary>
    private static void WithoutForeignSettings(SchemaTarget target, JsonObject body)
    {
        if (target.IsOpenSearch)
        {
            body.Remove("template");
        }
    }

    private static SchemaObject Marked(SchemaKind kind, string name, string path, JsonObject body)
    {
        var hash = HashOf(body);
        body["version"] = Version;
        body["_meta"] = Meta(hash);
        return new SchemaObject(kind, name, path, body, hash);
    }

    private static string HashOf(JsonObject body) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(body.ToJsonString())).AsSpan(0, 8));
}
