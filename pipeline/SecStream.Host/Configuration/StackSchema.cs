using SecStream.Connectors.Kafka;
using SecStream.Stages.Parsing;

namespace SecStream.Host.Configuration;

/// <summary>The sections of the servers around the service. Each is optional: without it the service works on its own disk.</summary>
internal static class StackSchema
{
    private const int MaxServers = 100;
    private const int MaxTopics = 200;
    private static readonly TimeSpan s_second = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_year = TimeSpan.FromDays(365);
    private static readonly TextShape s_user = new("^[^:\\x00-\\x1f]{1,256}$", "up to 256 characters without ':'");

    /// <summary>The name of an environment variable that has a secret.</summary>
    internal static TextShape Variable { get; } = new("^[A-Za-z_][A-Za-z0-9_]{0,127}$", "the name of an environment variable", IsHidden: true);

    /// <summary>The path of a file that has a secret.</summary>
    internal static PathShape SecretFile { get; } = new(MustExist: true);

    /// <summary>What to write instead of a secret itself, by the key that one would try.</summary>
    internal static Dictionary<string, string> NoSecretHere(params string[] names) => names.ToDictionary(
        name => name,
        name => $"a secret is never written here: use {name}_env (an environment variable) or {name}_file (a file)",
        StringComparer.Ordinal);

    /// <summary>Section <c>kafka</c>.</summary>
    internal static SectionShape Kafka => new(
        new("brokers", new ListShape(new ServersShape(9092), MaxServers), "Brokers to begin with, host:port.", Required: true),
        new("topics", new ListShape(new ShortSectionShape("topic", Topic), MaxTopics), "Topics to read: names, or maps. Default: none."),
        new("group", new TextShape("^[A-Za-z0-9._-]{1,200}$", "up to 200 letters, digits, '.', '_' and '-'"), "Consumer group; its members read as one.", "secstream"),
        new("member", new TextShape("^[A-Za-z0-9._-]{1,200}$", "up to 200 letters, digits, '.', '_' and '-'"), "Name of this member, its own and the same after a restart. Default: made once and kept in the data folder."),
        new("start", new ChoiceShape("earliest", "latest"), "Where a partition begins of which nothing is known yet.", "earliest"),
        new("properties", new MapShape("^[a-z][a-z0-9._]{1,99}$", "a setting of librdkafka, such as security.protocol", new AnyTextShape()), "Settings of librdkafka, passed through: security.protocol, sasl.mechanism, sasl.username, ssl.ca.location …"),
        new("secrets", new MapShape("^[a-z][a-z0-9._]{1,99}$", "a setting of librdkafka, such as sasl.password", new SectionShape(
            new ShapeField("env", Variable, "Environment variable with its value."),
            new ShapeField("file", SecretFile, "File with its value."))), "Settings whose value is a secret, with the place of the value: sasl.password: {env: KAFKA_PASSWORD}."),
        new("alerts", new TopicShape(MayBeOff: true), "Topic of alerts and incidents, or off.", "secstream.alerts.v1"),
        new("actions", new TopicShape(MayBeOff: true), "Topic of actions, or off.", "secstream.actions.v1"),
        new("dead_letters", new TopicShape(MayBeOff: true, IsTemplate: true), "Topic of what could not be parsed, or off; {topic} stands for the topic it came from.", "{topic}.dlq"),
        new("state", new TopicShape(MayBeOff: true), "Topic through which members of the group hand on their state; off: this is the only member.", "secstream.state.v1"),
        new("create_topics", new FlagShape(), "Create topics that are missing.", "true"),
        new("replication", new NumberShape(1, 32), "Copies of the topics that are created. Default: the broker's."))
    {
        Instead = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["password"] = "write secrets: {sasl.password: {env: VARIABLE}} or {file: PATH}",
            ["username"] = "write properties: {sasl.username: NAME}",
            ["tls"] = "write properties: {security.protocol: SSL, ssl.ca.location: PATH}",
            ["bootstrap_servers"] = "write brokers",
            ["topic"] = "write topics",
        },
    };

    private static SectionShape Topic => new(
        new("topic", new TopicShape(MayBeOff: false), "Name of the topic."),
        new("pattern", new TopicPatternShape(), "Regular expression: all topics whose names match it."),
        new("format", new ChoiceShape([.. SourceFormats.All]), "Format of its records.", "auto"),
        new("timezone", new ZoneShape(), "Zone of times that name none."));

    /// <summary>Section <c>elasticsearch</c>.</summary>
    internal static SectionShape Elasticsearch => new(
        new("hosts", new ListShape(new NodeShape("https://es1:9200"), MaxServers), "Nodes: http://host:9200 or https://…", Required: true),
        new("api_key_env", Variable, "Environment variable with an API key (id:key, or its base64 form)."),
        new("api_key_file", SecretFile, "File with an API key."),
        new("username", s_user, "User."),
        new("password_env", Variable, "Environment variable with the user's password."),
        new("password_file", SecretFile, "File with the user's password."),
        new("ca", new PathShape(MustExist: true), "Certificate authority (PEM) that signs the nodes' certificates. Default: those of the system."),
        new("fingerprint", new TextShape("^([0-9A-Fa-f]{2}:?){31}[0-9A-Fa-f]{2}$", "64 hexadecimal digits, as Elasticsearch prints them at its first start"), "SHA-256 of a certificate in the nodes' chain."),
        new("events", new FlagShape(), "Write events.", "true"),
        new("alerts", new FlagShape(), "Write alerts and incidents.", "true"),
        new("features", new FlagShape(), "Write windows of profiles, for a trainer on another machine.", "true"),
        new("keep_local", new FlagShape(), "Keep events in the data folder as well.", "false"),
        new("bulk_size", new SizeShape(1 << 20, 100 << 20), "Size of a bulk request at most.", "8MiB"),
        new("bulk_requests", new NumberShape(1, 64), "Bulk requests under way at once.", "4"),
        new("spool", new SizeShape(64 << 20, 16L << 40), "What waits on disk at most while the cluster takes nothing; then intake stops.", "10GiB"),
        new("compress", new FlagShape(), "Send bodies compressed.", "false"),
        new("timeout", new DurationShape(s_second, TimeSpan.FromMinutes(10)), "A request that takes longer counts as failed.", "30s"),
        new("kibana", new NodeShape("https://kibana:5601"), "Kibana's address, for bootstrap. Default: none."))
    {
        Instead = NoSecretHere("password", "api_key"),
    };

    /// <summary>Section <c>redis</c>.</summary>
    internal static SectionShape Redis => new(
        new("endpoints", new ListShape(new ServersShape(6379), MaxServers), "Servers, host:port.", Required: true),
        new("tls", new FlagShape(), "Connect with TLS.", "false"),
        new("ca", new PathShape(MustExist: true), "Certificate authority (PEM) that signs the server's certificate. Default: those of the system."),
        new("username", s_user, "User (Redis 6 and later). Default: the default user."),
        new("password_env", Variable, "Environment variable with the password."),
        new("password_file", SecretFile, "File with the password."),
        new("database", new NumberShape(0, 9999), "Number of the database.", "0"),
        new("prefix", new TextShape("^[A-Za-z0-9._:-]{1,64}$", "up to 64 letters, digits, '.', '_', ':' and '-'"), "Beginning of the names of all keys and channels.", "secstream:"),
        new("guide_keys", new FlagShape(), "Keep the keys of the operations guides under their literal names, too.", "false"),
        new("keep", new DurationShape(TimeSpan.FromMinutes(1), s_year), "How long recent alerts are kept.", "1d"))
    {
        Instead = NoSecretHere("password"),
    };

    /// <summary>The words for <see cref="KafkaStart"/>.</summary>
    internal static KafkaStart Start(string word) => word == "latest" ? KafkaStart.Latest : KafkaStart.Earliest;
}
