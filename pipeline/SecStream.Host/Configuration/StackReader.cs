using SecStream.Connectors.Elasticsearch;
using SecStream.Connectors.Kafka;
using SecStream.Connectors.Redis;

namespace SecStream.Host.Configuration;

/// <summary>Makes the options of the servers around the service from their sections; null where there is no section.</summary>
internal static class StackReader
{
    /// <summary>Which store commands and the API read.</summary>
    public static StoreChoice Store(ConfigurationSection root) => Enum.Parse<StoreChoice>(root.Get("store", "auto"), ignoreCase: true);

    /// <summary>Section <c>kafka</c>.</summary>
    public static KafkaOptions? Kafka(ConfigurationSection root)
    {
        if (!root.Has("kafka", out _))
        {
            return null;
        }

        var section = root.Section("kafka");
        var none = new KafkaOptions { Brokers = Servers(section, "brokers") };
        return none with
        {
            Topics = [.. (section.List("topics") ?? []).Select(t => Topic((ConfigurationSection)t.Value))],
            Group = section.Get("group", none.Group),
            Member = section.Get("member", none.Member),
            Start = section.Has("start", out var start) ? StackSchema.Start((string)start.Value) : none.Start,
            Properties = section.Map("properties").ToDictionary(p => p.Key, p => (string)p.Value.Value, StringComparer.Ordinal),
            PropertiesFromEnvironment = Secrets(section, "env"),
            PropertiesFromFiles = Secrets(section, "file"),
            AlertTopic = section.Get("alerts", new TopicShape.Value(none.AlertTopic)).Topic,
            ActionTopic = section.Get("actions", new TopicShape.Value(none.ActionTopic)).Topic,
            DeadLetterTopic = section.Get("dead_letters", new TopicShape.Value(none.DeadLetterTopic)).Topic,
            StateTopic = section.Get("state", new TopicShape.Value(none.StateTopic)).Topic,
            CreateTopics = section.Get("create_topics", none.CreateTopics),
            Replication = section.Has("replication", out var copies) ? (short)(int)copies.Value : none.Replication,
        };
    }

    /// <summary>Section <c>elasticsearch</c>.</summary>
    public static ElasticsearchOptions? Elasticsearch(ConfigurationSection root)
    {
        if (!root.Has("elasticsearch", out _))
        {
            return null;
        }

        var section = root.Section("elasticsearch");
        var none = new ElasticsearchOptions { Hosts = section.List<Uri>("hosts", []) };
        return none with
        {
            ApiKeyVariable = section.Get("api_key_env", none.ApiKeyVariable),
            ApiKeyFile = section.Get("api_key_file", none.ApiKeyFile),
            Username = section.Get("username", none.Username),
            PasswordVariable = section.Get("password_env", none.PasswordVariable),
            PasswordFile = section.Get("password_file", none.PasswordFile),
            CertificateAuthority = section.Get("ca", none.CertificateAuthority),
            Fingerprint = section.Get("fingerprint", none.Fingerprint),
            Events = section.Get("events", none.Events),
            Alerts = section.Get("alerts", none.Alerts),
            Features = section.Get("features", none.Features),
            KeepLocal = section.Get("keep_local", none.KeepLocal),
            BulkBytes = (int)section.Get("bulk_size", (long)none.BulkBytes),
            BulkRequests = section.Get("bulk_requests", none.BulkRequests),
            SpoolBytes = section.Get("spool", none.SpoolBytes),
            Compress = section.Get("compress", none.Compress),
            Timeout = section.Get("timeout", none.Timeout),
            Kibana = section.Get("kibana", none.Kibana),
        };
    }

    /// <summary>Section <c>redis</c>.</summary>
    public static RedisOptions? Redis(ConfigurationSection root)
    {
        if (!root.Has("redis", out _))
        {
            return null;
        }

        var section = root.Section("redis");
        var none = new RedisOptions { Endpoints = Servers(section, "endpoints") };
        return none with
        {
            Tls = section.Get("tls", none.Tls),
            AuthorityFile = section.Get("ca", none.AuthorityFile),
            Username = section.Get("username", none.Username),
            PasswordVariable = section.Get("password_env", none.PasswordVariable),
            PasswordFile = section.Get("password_file", none.PasswordFile),
            Database = section.Get("database", none.Database),
            Prefix = section.Get("prefix", none.Prefix),
            GuideKeys = section.Get("guide_keys", none.GuideKeys),
            Keep = section.Get("keep", none.Keep),
        };
    }

    private static string[] Servers(ConfigurationSection section, string name) => [.. section.List<string[]>(name, []).SelectMany(servers => servers)];

    private static KafkaTopicOptions Topic(ConfigurationSection topic)
    {
        var none = new KafkaTopicOptions { Topic = topic.Get("pattern", topic.Get("topic", new TopicShape.Value("")).Topic!) };
        return none with { Format = topic.Get("format", none.Format), Zone = topic.Get("timezone", none.Zone) };
    }

    private static Dictionary<string, string> Secrets(ConfigurationSection kafka, string place) => kafka.Map("secrets")
        .Select(secret => (secret.Key, Place: ((ConfigurationSection)secret.Value.Value).Get<string?>(place, null)))
        .Where(secret => secret.Place is not null)
        .ToDictionary(secret => secret.Key, secret => secret.Place!, StringComparer.Ordinal);
}
