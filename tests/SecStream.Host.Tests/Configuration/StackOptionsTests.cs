using SecStream.Connectors.Elasticsearch;
using SecStream.Connectors.Kafka;
using SecStream.Connectors.Redis;
using SecStream.Host.Configuration;
using SecStream.Host.Tests.Harness;
using Xunit;

namespace SecStream.Host.Tests.Configuration;

public sealed class StackOptionsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Read_NoSection_IsNull()
    {
        var options = Good("tenant: a");
        Assert.Null(options.Kafka);
        Assert.Null(options.Elasticsearch);
        Assert.Null(options.Redis);
        Assert.Equal(StoreChoice.Auto, options.Store);
    }

    [Fact]
    public void Read_Brokers_AreTheRestTheDefaults()
    {
        var options = Good("kafka: {brokers: a:9092}\nelasticsearch: {hosts: 'http://a:9200'}\nredis: {endpoints: a:6379}");
        var expected = new ServiceOptions
        {
            Kafka = new KafkaOptions { Brokers = ["a:9092"] },
            Elasticsearch = new ElasticsearchOptions { Hosts = [new Uri("http://a:9200")] },
            Redis = new RedisOptions { Endpoints = ["a:6379"] },
        };
        Assert.Equal(StackListing.Values(expected), StackListing.Values(options));
    }

    [Fact]
    public void Read_EveryKeyOfKafka_IsTakenOver()
    {
        _folder.Write("key-password", "x");
        var kafka = Good(
            """
            kafka:
              brokers: [a:9092, "[::1]:9093", "b:1,c:2"]
              topics: [logs, {topic: app, format: ecs, timezone: Europe/Berlin}, {pattern: "^x-.*"}, {pattern: y-.*}]
              group: g
              member: m-1
              start: latest
              properties: {security.protocol: SASL_SSL, socket.keepalive.enable: true, fetch.wait.max.ms: 50}
              secrets: {sasl.password: {env: KAFKA_PASSWORD}, ssl.key.password: {file: key-password}}
              alerts: my.alerts
              actions: off
              dead_letters: "dead.{topic}"
              state: off
              create_topics: false
              replication: 3
            """).Kafka!;
        Assert.Equal(["a:9092", "[::1]:9093", "b:1", "c:2"], kafka.Brokers);
        Assert.Equal(
            [
                new KafkaTopicOptions { Topic = "logs" },
                new KafkaTopicOptions { Topic = "app", Format = "ecs", Zone = TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin") },
                new KafkaTopicOptions { Topic = "^x-.*" },
                new KafkaTopicOptions { Topic = "^y-.*" },
            ],
            kafka.Topics);
        Assert.Equal(("g", "m-1", KafkaStart.Latest, false, (short?)3), (kafka.Group, kafka.Member, kafka.Start, kafka.CreateTopics, kafka.Replication));
        Assert.Equal(("my.alerts", null, "dead.{topic}", null), (kafka.AlertTopic, kafka.ActionTopic, kafka.DeadLetterTopic, kafka.StateTopic));
        Assert.Equal(new Dictionary<string, string> { ["security.protocol"] = "SASL_SSL", ["socket.keepalive.enable"] = "true", ["fetch.wait.max.ms"] = "50" }, kafka.Properties);
        Assert.Equal(new Dictionary<string, string> { ["sasl.password"] = "KAFKA_PASSWORD" }, kafka.PropertiesFromEnvironment);
        Assert.Equal(new Dictionary<string, string> { ["ssl.key.password"] = _folder.File("key-password") }, kafka.PropertiesFromFiles);
    }

    [Fact]
    public void Read_EveryKeyOfElasticsearchAndRedis_IsTakenOver()
    {
        _folder.Write("ca.pem", "x");
        _folder.Write("pass", "x");
        var fingerprint = string.Join(':', Enumerable.Repeat("0f", 32));
        var options = Good(
            $$"""
            elasticsearch:
              hosts: ["https://a:9200", "https://b:9200"]
              username: elastic
              password_file: pass
              ca: ca.pem
              fingerprint: "{{fingerprint}}"
              events: true
              alerts: false
              keep_local: true
              bulk_size: 5MiB
              bulk_requests: 2
              spool: 1GiB
              compress: true
              timeout: 1m
              kibana: http://k:5601
            redis: {endpoints: [r:6379, "s:6380"], tls: true, ca: ca.pem, username: u, password_env: P, database: 3, prefix: "x:", guide_keys: true, keep: 2h}
            store: embedded
            """);
        Assert.Equal(
            new ElasticsearchOptions
            {
                Hosts = options.Elasticsearch!.Hosts, Username = "elastic", PasswordFile = _folder.File("pass"), CertificateAuthority = _folder.File("ca.pem"),
                Fingerprint = fingerprint, Alerts = false, KeepLocal = true, BulkBytes = 5 << 20, BulkRequests = 2, SpoolBytes = 1 << 30, Compress = true,
                Timeout = TimeSpan.FromMinutes(1), Kibana = new Uri("http://k:5601"),
            },
            options.Elasticsearch);
        Assert.Equal([new Uri("https://a:9200"), new Uri("https://b:9200")], options.Elasticsearch.Hosts);
        Assert.Equal(
            new RedisOptions
            {
                Endpoints = options.Redis!.Endpoints, Tls = true, AuthorityFile = _folder.File("ca.pem"), Username = "u", PasswordVariable = "P", Database = 3, Prefix = "x:", GuideKeys = true, Keep = TimeSpan.FromHours(2),
            },
            options.Redis);
        Assert.Equal(["r:6379", "s:6380"], options.Redis.Endpoints);
        Assert.Equal(StoreChoice.Embedded, options.Store);
        Assert.Equal("ELASTIC", Good("elasticsearch: {hosts: 'http://a:9200', api_key_env: ELASTIC}").Elasticsearch!.ApiKeyVariable);
    }

    [Theory]
    [InlineData("kafka:", "1:7: kafka: 'brokers' is missing")]
    [InlineData("kafka: {brokers: []}", "1:18: kafka.brokers: names no server")]
    [InlineData("kafka: {brokers: a}", "1:18: kafka.brokers[0]: 'a' can't be used; use host:port, such as server1:9092")]
    [InlineData("kafka: {brokers: 'SSL://a:9092'}", "without SSL://")]
    [InlineData("kafka: {brokers: 'a:0'}", "kafka.brokers[0]: 'a:0' can't be used")]
    [InlineData("kafka: {brokers: 'a:1', topics: [x, x]}", "1:37: kafka.topics[1]: x is named twice")]
    [InlineData("kafka: {brokers: 'a:1', topics: [{format: ecs}]}", "1:34: kafka.topics[0]: names no topic; give it one of topic and pattern")]
    [InlineData("kafka: {brokers: 'a:1', topics: [{topic: x, pattern: y}]}", "kafka.topics[0]: names a topic and a pattern")]
    [InlineData("kafka: {brokers: 'a:1', topics: [{pattern: '('}]}", "kafka.topics[0].pattern: '(' can't be used; use a regular expression")]
    [InlineData("kafka: {brokers: 'a:1', topics: [^x]}", "a regular expression is written as {pattern: …}")]
    [InlineData("kafka: {brokers: 'a:1', topics: ['.']}", "kafka.topics[0]: '.' can't be used")]
    [InlineData("kafka: {brokers: 'a:1', topics: [secstream.alerts.v1]}", "would read its own output")]
    [InlineData("kafka: {brokers: 'a:1', alerts: x, state: x}", "1:43: kafka.state: x is the topic of alerts as well as of state; give each its own")]
    [InlineData("kafka: {brokers: 'a:1', state: secstream.alerts.v1}", "kafka.state: secstream.alerts.v1 is the topic of alerts as well")]
    [InlineData("kafka: {brokers: 'a:1', dead_letters: '{topic}'}", "dead letters would go back into the topic they came from")]
    [InlineData("kafka: {brokers: 'a:1', dead_letters: '{Topic}'}", "{topic} stands for the topic")]
    [InlineData("kafka: {brokers: 'a:1', properties: {acks: 1}}", "1:44: kafka.properties.acks: 'acks' can't be set here; ")]
    [InlineData("kafka: {brokers: 'a:1', secrets: {group.id: {env: X}}}", "kafka.secrets.group.id: 'group.id' can't be set here; write kafka.group")]
    [InlineData("kafka: {brokers: 'a:1', properties: {sasl.password: hunter2}}", "a secret is never written here; write kafka.secrets: {sasl.password: {env: VARIABLE}}")]
    [InlineData("kafka: {brokers: 'a:1', properties: {ssl.truststore.password: hunter2}}", "a secret is never written here")]
    [InlineData("kafka: {brokers: 'a:1', properties: {client.rack: a}, secrets: {client.rack: {env: X}}}", "kafka.properties.client.rack: stands in kafka.secrets as well")]
    [InlineData("kafka: {brokers: 'a:1', secrets: {sasl.password: {env: X, file: secstream.yml}}}", "kafka.secrets.sasl.password: names two places; give it one of env and file")]
    [InlineData("kafka: {brokers: 'a:1', secrets: {sasl.password: {}}}", "kafka.secrets.sasl.password: names no place")]
    [InlineData("kafka: {brokers: 'a:1', secrets: {sasl.password: {env: hunter2!}}}", "kafka.secrets.sasl.password.env: what stands here can't be used; use the name of an environment variable")]
    [InlineData("kafka: {brokers: 'a:1', password: hunter2}", "kafka.password: unknown key 'password'; write secrets: {sasl.password: {env: VARIABLE}} or {file: PATH}")]
    [InlineData("kafka: {brokers: 'a:1', replication: 0}", "use a whole number from 1 to 32")]
    [InlineData("elasticsearch:", "1:15: elasticsearch: 'hosts' is missing")]
    [InlineData("elasticsearch: {hosts: []}", "elasticsearch.hosts: names no host")]
    [InlineData("elasticsearch: {hosts: 'a:9200'}", "elasticsearch.hosts[0]: 'a:9200' can't be used; use an address such as https://es1:9200")]
    [InlineData("elasticsearch: {hosts: 'https://elastic:hunter2@a:9200'}", "elasticsearch.hosts[0]: an address with a user in it can't be used")]
    [InlineData("elasticsearch: {hosts: 'http://a:9200', password: hunter2}", "1:41: elasticsearch.password: unknown key 'password'; a secret is never written here: use password_env (an environment variable) or password_file (a file)")]
    [InlineData("elasticsearch: {hosts: 'http://a:9200', api_key: hunter2}", "use api_key_env")]
    [InlineData("elasticsearch: {hosts: 'http://a:9200', api_key_env: A, api_key_file: secstream.yml}", "elasticsearch.api_key_file: api_key_env is given as well; keep one of them")]
    [InlineData("elasticsearch: {hosts: 'http://a:9200', username: a}", "elasticsearch.username: a user without a password; add password_env or password_file")]
    [InlineData("elasticsearch: {hosts: 'http://a:9200', password_env: A}", "elasticsearch.password_env: a password without a user; add username")]
    [InlineData("elasticsearch: {hosts: 'http://a:9200', username: a, password_env: A, api_key_env: B}", "elasticsearch.username: a user and an API key; keep one of them")]
    [InlineData("elasticsearch: {hosts: 'http://a:9200', ca: secstream.yml}", "elasticsearch.ca: all hosts are http, so no certificate is ever looked at")]
    [InlineData("elasticsearch: {hosts: 'https://a:9200', ca: none.pem}", "elasticsearch.ca: 'none.pem' can't be used; there is no such file")]
    [InlineData("elasticsearch: {hosts: 'https://a:9200', fingerprint: abc}", "elasticsearch.fingerprint: 'abc' can't be used; use 64 hexadecimal digits")]
    [InlineData("elasticsearch: {hosts: 'https://a:9200', bulk_size: 1GiB}", "use a size from 1MiB to 100MiB")]
    [InlineData("redis: {}", "1:8: redis: 'endpoints' is missing")]
    [InlineData("redis: {endpoints: 'redis://a:6379'}", "without redis://")]
    [InlineData("redis: {endpoints: 'a:6379', password: hunter2}", "redis.password: unknown key 'password'; a secret is never written here")]
    [InlineData("redis: {endpoints: 'a:6379', username: u}", "redis.username: a user without a password")]
    [InlineData("redis: {endpoints: 'a:6379', password_env: A, password_file: secstream.yml}", "redis.password_file: password_env is given as well")]
    [InlineData("store: elasticsearch", "1:8: store: there is no section elasticsearch")]
    [InlineData("store: elasticsearch\nelasticsearch: {hosts: 'http://a:9200', events: false}", "store: elasticsearch.events or elasticsearch.alerts is off")]
    [InlineData("store: sqlite", "store: 'sqlite' can't be used; use one of auto, embedded, elasticsearch")]
    public void Read_Mistake_IsToldWithPlaceAndMendAndWithoutSecrets(string text, string expected)
    {
        var (_, issues) = Read(text);
        Assert.Contains(issues, i => i.ToString().Contains(expected, StringComparison.Ordinal));
        Assert.All(issues, i => Assert.DoesNotContain("hunter2", i.ToString(), StringComparison.Ordinal));
    }

    [Fact]
    public void Read_MistakesInAllSections_AreToldAtOnce()
    {
        var (_, issues) = Read("kafka: {brokers: a}\nelasticsearch: {hosts: a}\nredis: {endpoints: a}\n");
        Assert.Equal([1, 2, 3], issues.Select(i => i.Line));
    }

    [Fact]
    public void Values_OfSecrets_AreTheirPlaces()
    {
        var shown = StackListing.Values(Good(
            "kafka: {brokers: 'a:1', secrets: {sasl.password: {env: KP}}}\nelasticsearch: {hosts: 'http://a:9200', api_key_env: EK}\nredis: {endpoints: 'a:1', password_env: RP}"))
            .ToDictionary(v => v.Key, v => v.Value);
        Assert.Equal(("(secret in $KP)", "EK", "RP"), (shown["kafka.secrets.sasl.password"], shown["elasticsearch.api_key_env"], shown["redis.password_env"]));
    }

    private ServiceOptions Good(string text)
    {
        var (options, issues) = Read(text);
        Assert.Empty(issues);
        return options;
    }

    private (ServiceOptions Options, IReadOnlyList<ConfigurationIssue> Issues) Read(string text)
    {
        var issues = new ConfigurationIssues(_folder.Write("secstream.yml", text));
        var loaded = ServiceOptionsReader.Read(text, issues);
        return (loaded.Options, issues.All);
    }
}
