using System.Globalization;
using SecStream.Connectors.Elasticsearch;
using SecStream.Connectors.Kafka;
using SecStream.Connectors.Redis;

namespace SecStream.Host.Configuration;

/// <summary>The settings of the servers around the service, as they would be written; none of a server that is not configured.</summary>
internal static class StackListing
{
    /// <summary>The values by path of their keys.</summary>
    public static IEnumerable<(string Key, string Value)> Values(ServiceOptions options) =>
    [
        .. options.Kafka is { } kafka ? Kafka(kafka) : [],
        .. options.Elasticsearch is { } elasticsearch ? Elasticsearch(elasticsearch) : [],
        .. options.Redis is { } redis ? Redis(redis) : [],
        ("store", options.Store.ToString().ToLowerInvariant()),
    ];

    private static IEnumerable<(string, string)> Kafka(KafkaOptions kafka) =>
    [
        ("kafka.brokers", string.Join(", ", kafka.Brokers)),
        .. kafka.Topics.Select((topic, i) => (string.Create(CultureInfo.InvariantCulture, $"kafka.topics[{i}]"), Topic(topic))),
        ("kafka.group", kafka.Group), ("kafka.member", kafka.Member ?? ""), ("kafka.start", kafka.Start.ToString().ToLowerInvariant()),
        .. kafka.Properties.OrderBy(p => p.Key, StringComparer.Ordinal).Select(p => ("kafka.properties." + p.Key, p.Value)),
        .. kafka.PropertiesFromEnvironment.OrderBy(p => p.Key, StringComparer.Ordinal).Select(p => ("kafka.secrets." + p.Key, $"(secret in ${p.Value})")),
        .. kafka.PropertiesFromFiles.OrderBy(p => p.Key, StringComparer.Ordinal).Select(p => ("kafka.secrets." + p.Key, $"(secret in {p.Value})")),
        ("kafka.alerts", kafka.AlertTopic ?? "off"), ("kafka.actions", kafka.ActionTopic ?? "off"), ("kafka.dead_letters", kafka.DeadLetterTopic ?? "off"),
        ("kafka.state", kafka.StateTopic ?? "off"), ("kafka.create_topics", Flag(kafka.CreateTopics)),
        ("kafka.replication", kafka.Replication?.ToString(CultureInfo.InvariantCulture) ?? ""),
    ];

    private static string Topic(KafkaTopicOptions topic) => string.Join(' ', new[]
    {
        topic.Topic, topic.Format == "auto" ? "" : $"format={topic.Format}", topic.Zone is { } zone ? $"timezone={zone.Id}" : "",
    }.Where(t => t.Length > 0));

    private static IEnumerable<(string, string)> Elasticsearch(ElasticsearchOptions options) =>
    [
        ("elasticsearch.hosts", string.Join(", ", options.Hosts.Select(host => host.ToString().TrimEnd('/')))),
        .. Secret("elasticsearch.api_key", options.ApiKeyVariable, options.ApiKeyFile),
        ("elasticsearch.username", options.Username ?? ""),
        .. Secret("elasticsearch.password", options.PasswordVariable, options.PasswordFile),
        ("elasticsearch.ca", options.CertificateAuthority ?? ""), ("elasticsearch.fingerprint", options.Fingerprint ?? ""),
        ("elasticsearch.events", Flag(options.Events)), ("elasticsearch.alerts", Flag(options.Alerts)), ("elasticsearch.features", Flag(options.Features)), ("elasticsearch.keep_local", Flag(options.KeepLocal)),
        ("elasticsearch.bulk_size", SizeShape.Format(options.BulkBytes)), ("elasticsearch.bulk_requests", Number(options.BulkRequests)),
        ("elasticsearch.spool", SizeShape.Format(options.SpoolBytes)), ("elasticsearch.compress", Flag(options.Compress)),
        ("elasticsearch.timeout", DurationShape.Format(options.Timeout)), ("elasticsearch.kibana", options.Kibana?.ToString().TrimEnd('/') ?? ""),
    ];

    private static IEnumerable<(string, string)> Redis(RedisOptions redis) =>
    [
        ("redis.endpoints", string.Join(", ", redis.Endpoints)), ("redis.tls", Flag(redis.Tls)), ("redis.ca", redis.AuthorityFile ?? ""), ("redis.username", redis.Username ?? ""),
        .. Secret("redis.password", redis.PasswordVariable, redis.PasswordFile),
        ("redis.database", Number(redis.Database)), ("redis.prefix", redis.Prefix), ("redis.guide_keys", Flag(redis.GuideKeys)),
        ("redis.keep", DurationShape.Format(redis.Keep)),
    ];

    /// <summary>Where a secret is; the secret itself is nowhere in the options.</summary>
    private static IEnumerable<(string, string)> Secret(string key, string? variable, string? file) => (variable, file) switch
    {
        (not null, _) => [(key + "_env", variable)],
        (_, not null) => [(key + "_file", file)],
        _ => [],
    };

    private static string Flag(bool flag) => flag ? "true" : "false";

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);
}
