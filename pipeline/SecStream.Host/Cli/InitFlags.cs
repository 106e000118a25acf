using System.CommandLine;
using SecStream.Host.Init;

namespace SecStream.Host.Cli;

/// <summary>The flags of <c>init</c>.</summary>
internal sealed class InitFlags
{
    private readonly Option<string> _data = new("--data") { Description = "Folder for events, alerts and state.", DefaultValueFactory = _ => "data" };
    private readonly Option<string?> _tenant = new("--tenant") { Description = "Tenant of the events." };
    private readonly Option<string[]> _kafka = new("--kafka") { Description = "Kafka: brokers, host:port, several with commas." };
    private readonly Option<string[]> _topics = new("--topic") { Description = "Topic to read; several with commas." };
    private readonly Option<string[]> _patterns = new("--topic-pattern") { Description = "Regular expression: all topics that match it are read. May be given several times." };
    private readonly Option<string?> _group = new("--group") { Description = "Consumer group." };
    private readonly Option<bool> _kafkaTls = new("--kafka-tls") { Description = "TLS to Kafka." };
    private readonly Option<string?> _kafkaUser = new("--kafka-user") { Description = "User of Kafka (SASL)." };
    private readonly Option<string> _kafkaMechanism = new("--kafka-mechanism")
    {
        Description = "SASL mechanism: SCRAM-SHA-512, SCRAM-SHA-256 or PLAIN.", DefaultValueFactory = _ => new InitSettings().KafkaMechanism,
    };

    private readonly Option<string?> _kafkaPasswordEnv = new("--kafka-password-env") { Description = "Environment variable with the password of Kafka's user." };
    private readonly Option<string?> _kafkaPasswordFile = new("--kafka-password-file") { Description = "File with the password of Kafka's user." };
    private readonly Option<string[]> _elasticsearch = new("--elasticsearch") { Description = "Elasticsearch or OpenSearch: addresses of nodes, several with commas." };
    private readonly Option<string?> _kibana = new("--kibana") { Description = "Kibana's address, for dashboards." };
    private readonly Option<string?> _apiKeyEnv = new("--api-key-env") { Description = "Environment variable with an API key of Elasticsearch." };
    private readonly Option<string?> _apiKeyFile = new("--api-key-file") { Description = "File with an API key of Elasticsearch." };
    private readonly Option<string?> _username = new("--username") { Description = "User of Elasticsearch." };
    private readonly Option<string?> _passwordEnv = new("--password-env") { Description = "Environment variable with the password of Elasticsearch's user." };
    private readonly Option<string?> _passwordFile = new("--password-file") { Description = "File with the password of Elasticsearch's user." };
    private readonly Option<string?> _authority = new("--ca") { Description = "Certificate authority (PEM) of Elasticsearch and Kibana; of Kafka and Redis with --kafka-tls and --redis-tls." };
    private readonly Option<string?> _fingerprint = new("--fingerprint") { Description = "SHA-256 of a certificate of Elasticsearch, as it prints it at its first start." };
    private readonly Option<string[]> _redis = new("--redis") { Description = "Redis: servers, host:port, several with commas." };
    private readonly Option<bool> _redisTls = new("--redis-tls") { Description = "TLS to Redis." };
    private readonly Option<string?> _redisPasswordEnv = new("--redis-password-env") { Description = "Environment variable with Redis' password." };
    private readonly Option<string?> _redisPasswordFile = new("--redis-password-file") { Description = "File with Redis' password." };

    /// <summary>Adds them to the command.</summary>
    public void AddTo(Command command)
    {
        Option[] all =
        [
            _data, _tenant, _kafka, _topics, _patterns, _group, _kafkaTls, _kafkaUser, _kafkaMechanism, _kafkaPasswordEnv, _kafkaPasswordFile, _elasticsearch, _kibana,
            _apiKeyEnv, _apiKeyFile, _username, _passwordEnv, _passwordFile, _authority, _fingerprint, _redis, _redisTls, _redisPasswordEnv, _redisPasswordFile,
        ];
        Array.ForEach(all, command.Options.Add);
    }

    /// <summary>Reads them.</summary>
    /// <param name="result">The command line.</param>
    /// <param name="output">The file that is to be written: paths in it are relative to its folder, those of flags to where we are.</param>
    /// <exception cref="ConfigurationException">Flags that make no sense without another.</exception>
    public InitSettings Read(System.CommandLine.ParseResult result, string output)
    {
        string? Place(Option<string?> option) => result.GetValue(option) is { } path ? Located(path, output) : null;
        var settings = new InitSettings
        {
            Data = Located(result.GetValue(_data)!, output),
            Tenant = result.GetValue(_tenant),
            Kafka = Split(result.GetValue(_kafka)),
            Topics = Split(result.GetValue(_topics)),
            TopicPatterns = result.GetValue(_patterns) ?? [],
            Group = result.GetValue(_group),
            KafkaTls = result.GetValue(_kafkaTls),
            KafkaUser = result.GetValue(_kafkaUser),
            KafkaMechanism = result.GetValue(_kafkaMechanism)!,
            KafkaPassword = new SecretPlace(result.GetValue(_kafkaPasswordEnv), Place(_kafkaPasswordFile)),
            Elasticsearch = Split(result.GetValue(_elasticsearch)),
            Kibana = result.GetValue(_kibana),
            ApiKey = new SecretPlace(result.GetValue(_apiKeyEnv), Place(_apiKeyFile)),
            Username = result.GetValue(_username),
            Password = new SecretPlace(result.GetValue(_passwordEnv), Place(_passwordFile)),
            Authority = Place(_authority),
            Fingerprint = result.GetValue(_fingerprint),
            Redis = Split(result.GetValue(_redis)),
            RedisTls = result.GetValue(_redisTls),
            RedisPassword = new SecretPlace(result.GetValue(_redisPasswordEnv), Place(_redisPasswordFile)),
        };
        Check(settings);
        return settings;
    }

    /// <summary>A flag that would not show in the file is a mistake.</summary>
    private static void Check(InitSettings settings)
    {
        (bool IsWrong, string Message)[] faults =
        [
            (settings.Kafka.Count == 0 && (settings.Topics.Count + settings.TopicPatterns.Count > 0 || settings.Group is not null || settings.KafkaTls || settings.KafkaUser is not null),
                "--topic, --topic-pattern, --group and --kafka-… are about Kafka: name its brokers with --kafka HOST:PORT"),
            (settings.KafkaUser is null && settings.KafkaPassword.IsNamed, "--kafka-password-…: a password without a user; add --kafka-user NAME"),
            (settings.KafkaUser is not null && !settings.KafkaPassword.IsNamed, "--kafka-user: a user without a password; add --kafka-password-env VARIABLE or --kafka-password-file FILE"),
            (settings.KafkaPassword is { Variable: not null, File: not null }, "--kafka-password-env and --kafka-password-file: keep one of them"),
            (settings.Elasticsearch.Count == 0 && (settings.Kibana is not null || settings.ApiKey.IsNamed || settings.Username is not null || settings.Password.IsNamed || settings.Fingerprint is not null),
                "--kibana, --api-key-…, --username, --password-… and --fingerprint are about Elasticsearch: name a node with --elasticsearch URL"),
            (settings.Username is null && settings.Password.IsNamed, "--password-…: a password without a user; add --username NAME"),
            (settings.Redis.Count == 0 && (settings.RedisTls || settings.RedisPassword.IsNamed), "--redis-…: name a server with --redis HOST:PORT"),
            (settings.Authority is not null && !settings.KafkaTls && !settings.RedisTls && !settings.Elasticsearch.Any(host => host.StartsWith("https:", StringComparison.Ordinal)),
                "--ca: nothing here speaks TLS; write https://… for Elasticsearch, or add --kafka-tls or --redis-tls"),
        ];
        if (Array.Find(faults, fault => fault.IsWrong) is { Message: { } message })
        {
            throw new ConfigurationException(message);
        }
    }

    private static string[] Split(IEnumerable<string>? values) =>
        [.. (values ?? []).SelectMany(v => v.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))];

    private static string Located(string path, string output) =>
        Path.IsPathRooted(path) || Path.GetDirectoryName(Path.GetFullPath(output)) == Directory.GetCurrentDirectory() ? path : Path.GetFullPath(path);
}
