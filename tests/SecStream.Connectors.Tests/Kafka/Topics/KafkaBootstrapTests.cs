using Confluent.Kafka;
using SecStream.Connectors.Kafka;
using SecStream.Connectors.Kafka.Topics;
using SecStream.Core.Checks;

namespace SecStream.Connectors.Tests.Kafka.Topics;

public sealed class KafkaBootstrapTests : IDisposable
{
    private static readonly KafkaOptions s_options = new()
    {
        Brokers = ["b1:9092"],
        Topics = [new KafkaTopicOptions { Topic = "logs" }, new KafkaTopicOptions { Topic = "^app-.*" }],
        Properties = new Dictionary<string, string> { ["sasl.username"] = "secstream" },
    };

    private readonly FakeKafkaAdmin _admin = new();

    [Fact]
    public async Task Run_EmptyCluster_MakesWhatIsWrittenAndTheSecondRunNothing()
    {
        _admin.Add("app-web");
        var first = await RunAsync();

        string[] expected = ["secstream.alerts.v1", "secstream.actions.v1", "secstream.state.v1", "app-web.dlq", "logs.dlq"];
        Assert.Equal(expected, first.Select(step => step.Name));
        Assert.All(first, step => Assert.Equal(BootstrapOutcome.Created, step.Outcome));
        Assert.Equal(("3", "2", "delete"), (
            $"{_admin.Topics["secstream.alerts.v1"].Copies}", _admin.Settings["secstream.alerts.v1"]["min.insync.replicas"], _admin.Settings["secstream.alerts.v1"]["cleanup.policy"]));
        Assert.Equal((8, "604800000"), (_admin.Topics["secstream.state.v1"].Partitions, _admin.Settings["secstream.state.v1"]["retention.ms"]));

        Assert.All(await RunAsync(), step => Assert.Equal(BootstrapOutcome.Unchanged, step.Outcome));
        Assert.Equal(expected.Length, _admin.Made.Count);
    }

    [Fact]
    public async Task Run_Dry_SaysTheSameAndMakesNothing()
    {
        var steps = await RunAsync(isDryRun: true);

        Assert.Equal(4, steps.Count(step => step.Outcome == BootstrapOutcome.Created));
        Assert.Empty(_admin.Made);
    }

    [Fact]
    public async Task Run_OneBroker_AsksForOneCopy()
    {
        _admin.Brokers.RemoveRange(1, 2);
        await RunAsync();

        Assert.Equal((1, "1"), (_admin.Topics["secstream.alerts.v1"].Copies, _admin.Settings["secstream.alerts.v1"]["min.insync.replicas"]));
    }

    [Fact]
    public async Task Run_MayNotCreate_NamesBothCommandsAndTriesTheOthers()
    {
        _admin.OnCreate = topic => topic == "secstream.alerts.v1" ? new Error(ErrorCode.TopicAuthorizationFailed) : null;
        var steps = await RunAsync();

        var refused = Assert.Single(steps, step => step.Outcome == BootstrapOutcome.Refused);
        Assert.Contains("kafka-acls.sh --bootstrap-server b1:9092 --add --allow-principal User:secstream --operation Create --topic secstream.alerts.v1", refused.Mend, StringComparison.Ordinal);
        Assert.Contains(
            "kafka-topics.sh --bootstrap-server b1:9092 --create --if-not-exists --topic secstream.alerts.v1 --partitions 6 --replication-factor 3 --config cleanup.policy=delete --config min.insync.replicas=2 --config retention.ms=2592000000",
            refused.Mend,
            StringComparison.Ordinal);
        Assert.Equal(3, _admin.Made.Count);
    }

    [Fact]
    public async Task Run_CreateTopicsOff_MakesNothingAndNamesTheCommand()
    {
        var steps = await new KafkaBootstrap(_admin, s_options with { CreateTopics = false }).RunAsync(false, default);

        Assert.All(steps, step => Assert.Equal((BootstrapOutcome.Refused, true), (step.Outcome, step.Mend!.StartsWith("kafka-topics.sh", StringComparison.Ordinal))));
        Assert.Empty(_admin.Made);
    }

    [Fact]
    public async Task Run_TopicOfOthersSettings_IsLeftAsItIs()
    {
        _admin.Add("secstream.alerts.v1", 1, 1, ("cleanup.policy", "compact"));
        var steps = await RunAsync();

        Assert.Equal(BootstrapOutcome.Unchanged, steps[0].Outcome);
        Assert.Equal("compact", _admin.Settings["secstream.alerts.v1"]["cleanup.policy"]);
    }

    public void Dispose() => _admin.Dispose();

    private Task<IReadOnlyList<BootstrapStep>> RunAsync(bool isDryRun = false) => new KafkaBootstrap(_admin, s_options).RunAsync(isDryRun, default);
}
