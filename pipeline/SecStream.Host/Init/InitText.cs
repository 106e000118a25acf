using System.Text.Encodings.Web;
using System.Text.Json;

namespace SecStream.Host.Init;

/// <summary>Writes a configuration with its comments. Pure.</summary>
internal static class InitText
{
    private static readonly JsonSerializerOptions s_plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The text of the file.</summary>
    public static string Write(InitSettings settings)
    {
        List<string> lines =
        [
            "# SecStream. ./run config check says what is wrong with this file, ./run config show what is in force, ./run config schema names every key.",
            "# Secrets are never written here: an environment variable or a file has them.",
            "",
            "# Events, alerts, journals and state.",
            $"data: {Quote(settings.Data)}",
            settings.Tenant is { } tenant ? $"tenant: {Quote(tenant)}" : "# tenant: default",
            "# Zone of times that name none. Default: this machine's.",
            "# timezone: Europe/Berlin",
            "",
        ];
        Kafka(lines, settings);
        Elasticsearch(lines, settings);
        Redis(lines, settings);
        Local(lines, settings);
        return string.Join('\n', lines) + "\n";
    }

    private static void Kafka(List<string> lines, InitSettings settings)
    {
        if (settings.Kafka.Count == 0)
        {
            lines.AddRange(["# Kafka: topics that are read, and topics that alerts are written to.", "# kafka:", "#   brokers: [\"kafka1:9092\"]", "#   topics: [logs]", ""]);
            return;
        }

        lines.AddRange(["# Topics that are read, and topics that alerts are written to.", "kafka:", $"  brokers: {List(settings.Kafka)}"]);
        if (settings.Topics.Count + settings.TopicPatterns.Count > 0)
        {
            lines.AddRange(["  # Formats are found out; where one is known: {topic: NAME, format: FORMAT, timezone: ZONE}.", "  topics:"]);
            lines.AddRange(settings.Topics.Select(topic => $"    - topic: {Quote(topic)}"));
            lines.AddRange(settings.TopicPatterns.Select(pattern => $"    - pattern: {Quote(pattern)}"));
        }
        else
        {
            lines.AddRange(["  # Topics to read; without them the cluster only takes alerts.", "  # topics: [logs]"]);
        }

        lines.AddRange([
            "  # Its members share the partitions. Nothing but SecStream may be in it.",
            settings.Group is { } group ? $"  group: {Quote(group)}" : "  # group: secstream",
            "  # Where a partition begins of which nothing is known yet: earliest or latest.",
            "  # start: earliest",
        ]);
        KafkaSecurity(lines, settings);
        lines.AddRange([
            "  # Topics that are written; 'off' writes none.",
            "  # alerts: secstream.alerts.v1",
            "  # actions: secstream.actions.v1",
            "  # dead_letters: \"{topic}.dlq\"",
            "  # Members of the group hand on their state through this one; 'off' for a single member.",
            "  # state: secstream.state.v1",
            "",
        ]);
    }

    private static void KafkaSecurity(List<string> lines, InitSettings settings)
    {
        var protocol = (settings.KafkaTls, settings.KafkaUser is not null) switch
        {
            (true, true) => "SASL_SSL",
            (true, false) => "SSL",
            (false, true) => "SASL_PLAINTEXT",
            _ => null,
        };
        if (protocol is null)
        {
            lines.AddRange(["  # Settings of librdkafka, for TLS and sign-in.", "  # properties: {security.protocol: SASL_SSL, sasl.mechanism: SCRAM-SHA-512, sasl.username: NAME, ssl.ca.location: PATH}", "  # secrets: {sasl.password: {env: KAFKA_PASSWORD}}"]);
            return;
        }

        lines.AddRange(["  # Settings of librdkafka, passed through.", "  properties:", $"    security.protocol: {protocol}"]);
        if (settings.KafkaTls && settings.Authority is { } authority)
        {
            lines.Add($"    ssl.ca.location: {Quote(authority)}");
        }

        if (settings.KafkaUser is { } user)
        {
            lines.AddRange([$"    sasl.mechanism: {Quote(settings.KafkaMechanism)}", $"    sasl.username: {Quote(user)}"]);
            var (variable, file) = settings.KafkaPassword;
            lines.AddRange(["  secrets:", $"    sasl.password: {{{(variable is not null ? $"env: {Quote(variable)}" : $"file: {Quote(file ?? "")}")}}}"]);
        }
    }

    private static void Elasticsearch(List<string> lines, InitSettings settings)
    {
        if (settings.Elasticsearch.Count == 0)
        {
            lines.AddRange(["# Elasticsearch or OpenSearch: where events and alerts go. Without it they are in the data folder.", "# elasticsearch:", "#   hosts: [\"https://es1:9200\"]", "#   api_key_env: SECSTREAM_API_KEY", ""]);
            return;
        }

        lines.AddRange(["# Where events and alerts go, and what commands and the HTTP interface read.", "elasticsearch:", $"  hosts: {List(settings.Elasticsearch)}"]);
        AddSecret(lines, "api_key", settings.ApiKey);
        if (settings.Username is { } user)
        {
            lines.Add($"  username: {Quote(user)}");
            AddSecret(lines, "password", settings.Password);
        }

        if (!settings.ApiKey.IsNamed && settings.Username is null)
        {
            lines.Add("  # api_key_env: SECSTREAM_API_KEY");
        }

        if (settings.Authority is { } authority && settings.Elasticsearch.Any(host => host.StartsWith("https:", StringComparison.Ordinal)))
        {
            lines.AddRange(["  # The authority that signs the nodes' certificates.", $"  ca: {Quote(authority)}"]);
        }

        if (settings.Fingerprint is { } fingerprint)
        {
            lines.Add($"  fingerprint: {Quote(fingerprint)}");
        }

        lines.AddRange(settings.Kibana is { } kibana
            ? ["  # For bootstrap, which installs dashboards.", $"  kibana: {Quote(kibana)}"]
            : ["  # For bootstrap, which installs dashboards.", "  # kibana: https://kibana:5601"]);
        lines.AddRange(["  # Keep events in the data folder as well.", "  # keep_local: false", ""]);
    }

    private static void Redis(List<string> lines, InitSettings settings)
    {
        if (settings.Redis.Count == 0)
        {
            lines.AddRange(["# Redis: recent alerts, actions and the blacklist, for others to read.", "# redis:", "#   endpoints: [\"redis:6379\"]", "#   password_env: REDIS_PASSWORD", ""]);
            return;
        }

        lines.AddRange(["# Recent alerts, actions and the blacklist, for others to read.", "redis:", $"  endpoints: {List(settings.Redis)}"]);
        if (settings.RedisTls)
        {
            lines.Add("  tls: true");
            if (settings.Authority is { } authority)
            {
                lines.Add($"  ca: {Quote(authority)}");
            }
        }

        if (settings.RedisPassword.IsNamed)
        {
            AddSecret(lines, "password", settings.RedisPassword);
        }
        else
        {
            lines.Add("  # password_env: REDIS_PASSWORD");
        }

        lines.Add("");
    }

    private static void Local(List<string> lines, InitSettings settings)
    {
        var readsKafka = settings.Kafka.Count > 0 && settings.Topics.Count + settings.TopicPatterns.Count > 0;
        lines.AddRange([
            readsKafka
                ? "# Logs of this machine. With topics to read none are, unless they are named; then no other member can take this one's place."
                : "# Log files to follow. Default: the usual logs of this machine.",
            "# files: [/var/log/auth.log]",
            "",
            "# HTTP: events in, questions and metrics. An address that others reach needs keys.",
            "# http:",
            "#   listen: 0.0.0.0:8080",
            "#   keys:",
            "#     - {name: admin, role: admin, secret_file: /run/secrets/http_admin}",
        ]);
    }

    private static void AddSecret(List<string> lines, string name, SecretPlace place)
    {
        if (place.Variable is { } variable)
        {
            lines.Add($"  {name}_env: {Quote(variable)}");
        }

        if (place.File is { } file)
        {
            lines.Add($"  {name}_file: {Quote(file)}");
        }
    }

    private static string List(IEnumerable<string> items) => "[" + string.Join(", ", items.Select(Quote)) + "]";

    /// <summary>What JSON takes for a text, YAML does, too.</summary>
    private static string Quote(string text) => JsonSerializer.Serialize(text, s_plain);
}
