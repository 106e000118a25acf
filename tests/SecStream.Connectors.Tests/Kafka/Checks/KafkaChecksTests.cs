using Confluent.Kafka;
using SecStream.Connectors.Kafka;
using SecStream.Connectors.Kafka.Checks;
using SecStream.Connectors.Kafka.Topics;
using SecStream.Connectors.Tests.Kafka.Topics;
using SecStream.Core.Checks;
using SecStream.TestParts;
using SecStream.TestParts.Kafka;

namespace SecStream.Connectors.Tests.Kafka.Checks;

/// <summary>Against the mock brokers; what they don't know (topics' settings, groups) comes from a fake administration.</summary>
public sealed class KafkaChecksTests : IDisposable
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(15);
    private readonly MockKafka _kafka = new();
    private readonly FakeKafkaAdmin _admin = new();

    public KafkaChecksTests()
    {
        // Somebody of ours is in the group, so that it is joined only where a test is about that: it takes the mock brokers seconds.
        _admin.Group = new KafkaGroupState("consumer", ["secstream"], null);
        foreach (var topic in (string[])["logs", "logs.dlq", "secstream.alerts.v1", "secstream.actions.v1"])
        {
            _kafka.CreateTopic(topic);
            _admin.Add(topic, 3, 3, ("min.insync.replicas", "2"), ("max.message.bytes", "1048588"), ("cleanup.policy", "delete"));
        }
    }

    [Fact]
    public async Task Run_AllIsWell_NothingButOk()
    {
        _admin.Group = null;
        var checks = await RunAsync();

        Assert.All(checks, check => Assert.True(check.Result == PartCheckResult.Ok, check.ToString()));
        string[] expected =
        [
            "kafka: connection", "kafka: read logs", "kafka: offsets of group secstream", "kafka: group secstream", "kafka: idempotent producer", "kafka: write secstream.alerts.v1",
            "kafka: write secstream.actions.v1", "kafka: write logs.dlq", "kafka: settings of secstream.alerts.v1", "kafka: settings of secstream.actions.v1", "kafka: settings of logs.dlq",
        ];
        Assert.Equal(expected, checks.Select(check => check.Name));
    }

    [Fact]
    public async Task Run_RightsMissing_EachIsNamedWithItsCommand()
    {
        _admin.Group = null;
        _kafka.PushErrors(KafkaApi.Fetch, [.. Enumerable.Repeat(ErrorCode.TopicAuthorizationFailed, 20)]);
        _kafka.PushErrors(KafkaApi.OffsetFetch, ErrorCode.GroupAuthorizationFailed);
        _kafka.PushErrors(KafkaApi.JoinGroup, ErrorCode.GroupAuthorizationFailed);
        _kafka.PushErrors(KafkaApi.Produce, [.. Enumerable.Repeat(ErrorCode.TopicAuthorizationFailed, 3)]);
        _kafka.PushErrors(KafkaApi.InitProducerId, ErrorCode.ClusterAuthorizationFailed);
        var checks = await RunAsync();

        AssertFailed(checks, "kafka: read logs", "--operation Read --topic logs");
        AssertFailed(checks, "kafka: offsets of group secstream", "--operation Read --group secstream");
        AssertFailed(checks, "kafka: group secstream", "--operation Read --group secstream");
        AssertFailed(checks, "kafka: write secstream.alerts.v1", "--operation Write --topic secstream.alerts.v1");
        AssertFailed(checks, "kafka: write logs.dlq", "--operation Write --topic logs.dlq");
        AssertFailed(checks, "kafka: idempotent producer", "--operation IdempotentWrite --cluster");
    }

    [Fact]
    public async Task Run_BrokerThatRefusesTheAcks_LeavesNothing()
    {
        _kafka.PushErrors(KafkaApi.Produce, [.. Enumerable.Repeat(ErrorCode.InvalidRequiredAcks, 3)]);
        var checks = await RunAsync();

        Assert.All(checks.Where(check => check.Name.StartsWith("kafka: write", StringComparison.Ordinal)), check => Assert.Equal("may be written", check.Detail));
        Assert.Empty(await Kcat.ReadAsync(_kafka.Bootstraps, "secstream.alerts.v1"));
    }

    [Fact]
    public async Task Run_OldBrokers_AreNamedSo()
    {
        _kafka.SetVersions(KafkaApi.InitProducerId, -1, -1);
        var checks = await RunAsync(limit: TimeSpan.FromSeconds(5));

        var producer = Assert.Single(checks, check => check.Name == "kafka: idempotent producer");
        Assert.NotEqual(PartCheckResult.Ok, producer.Result);
        Assert.Contains("0.11", producer.Mend, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_NobodyListens_IsOneFailureWithTheAddress()
    {
        var port = FreePort.Next();
        var checks = await KafkaChecks.RunAsync(new KafkaOptions { Brokers = [$"127.0.0.1:{port}"] }, TimeSpan.FromSeconds(2), default);

        var check = Assert.Single(checks);
        Assert.Equal(("kafka: connection", PartCheckResult.Failed), (check.Name, check.Result));
        Assert.Contains($"127.0.0.1:{port}", check.Detail, StringComparison.Ordinal);
        Assert.Contains("Nothing listens there", check.Mend, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_TlsOnAPlainPort_NamesTls()
    {
        var options = Options() with { Properties = new Dictionary<string, string> { ["security.protocol"] = "SSL" } };
        var check = Assert.Single(await KafkaChecks.RunAsync(options, TimeSpan.FromSeconds(2), default));

        Assert.Equal(PartCheckResult.Failed, check.Result);
        Assert.True(check.Mend!.Contains("TLS", StringComparison.Ordinal), check.ToString());
    }

    [Fact]
    public async Task Run_SecretThatIsNotSet_IsNamed()
    {
        var options = Options() with { PropertiesFromEnvironment = new Dictionary<string, string> { ["sasl.password"] = "NO_SUCH_VARIABLE_HERE" } };
        var check = Assert.Single(await KafkaChecks.RunAsync(options, s_limit, default));

        Assert.Contains("NO_SUCH_VARIABLE_HERE", check.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_TopicsMissing_TellsApartWhatMayBeMadeAndWhatMayNot()
    {
        _admin.Topics.Remove("logs");
        _admin.Topics.Remove("secstream.alerts.v1");
        _admin.Topics.Remove("secstream.actions.v1");
        _admin.OnCreate = topic => topic == "secstream.actions.v1" ? new Error(ErrorCode.TopicAuthorizationFailed) : null;
        var checks = await RunAsync();

        AssertFailed(checks, "kafka: read logs", "kafka-topics.sh");
        Assert.Equal(PartCheckResult.Warning, Assert.Single(checks, check => check.Name == "kafka: topic secstream.alerts.v1").Result);
        AssertFailed(checks, "kafka: topic secstream.actions.v1", "--operation Create --topic secstream.actions.v1");
    }

    public void Dispose()
    {
        _admin.Dispose();
        _kafka.Dispose();
    }

    private static void AssertFailed(IReadOnlyList<PartCheck> checks, string name, string mend)
    {
        var check = Assert.Single(checks, check => check.Name == name);
        Assert.True(check.Result == PartCheckResult.Failed, check.ToString());
        Assert.Contains(mend, check.Mend, StringComparison.Ordinal);
    }

    private KafkaOptions Options() => new() { Brokers = _kafka.Brokers, Topics = [new KafkaTopicOptions { Topic = "logs" }], StateTopic = null };

    private Task<IReadOnlyList<PartCheck>> RunAsync(TimeSpan? limit = null) => KafkaChecks.RunAsync(Options(), limit ?? s_limit, default, _admin);
}
