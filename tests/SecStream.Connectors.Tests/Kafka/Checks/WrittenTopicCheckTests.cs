using Confluent.Kafka;
using SecStream.Connectors.Kafka;
using SecStream.Connectors.Kafka.Checks;
using SecStream.Connectors.Kafka.Topics;
using SecStream.Connectors.Tests.Kafka.Topics;
using SecStream.Core.Checks;

namespace SecStream.Connectors.Tests.Kafka.Checks;

/// <summary>What a cluster's administration tells: settings of topics, members of groups.</summary>
public sealed class WrittenTopicCheckTests : IDisposable
{
    private static readonly KafkaOptions s_options = new() { Brokers = ["b1:9092"] };
    private readonly FakeKafkaAdmin _admin = new();

    [Theory]
    [InlineData(3, 1, "2", "delete", "1048588", PartCheckResult.Failed, "start the brokers")]
    [InlineData(3, 3, "3", "delete", "1048588", PartCheckResult.Warning, "min.insync.replicas=2")]
    [InlineData(3, 3, "1", "delete", "1048588", PartCheckResult.Warning, "min.insync.replicas=2")]
    [InlineData(3, 3, "2", "compact", "1048588", PartCheckResult.Warning, "cleanup.policy=delete")]
    [InlineData(3, 3, "2", "delete", "100000", PartCheckResult.Warning, "max.message.bytes=1000000")]
    [InlineData(1, 1, "1", "delete", "1048588", PartCheckResult.Warning, "kafka.replication")]
    public async Task Run_SettingAmiss_IsNamedWithTheMend(int copies, int inSync, string least, string policy, string bytes, PartCheckResult result, string mend)
    {
        _admin.Add("secstream.alerts.v1", copies, inSync, ("min.insync.replicas", least), ("cleanup.policy", policy), ("max.message.bytes", bytes));
        var check = Assert.Single(await SettingsAsync());

        Assert.Equal(result, check.Result);
        Assert.Contains(mend, check.Mend, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_SettingsNotOursToSee_IsAWarningWithTheRight()
    {
        _admin.Add("secstream.alerts.v1");
        _admin.SettingsFault = new Error(ErrorCode.TopicAuthorizationFailed);
        var check = Assert.Single(await SettingsAsync());

        Assert.Equal(PartCheckResult.Warning, check.Result);
        Assert.Contains("--operation DescribeConfigs", check.Mend, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("connect", "x", PartCheckResult.Failed)]
    [InlineData("consumer", "logstash-1", PartCheckResult.Warning)]
    [InlineData("consumer", "secstream", PartCheckResult.Ok)]
    public async Task Run_GroupInUse_TellsByWhomAndDoesNotJoin(string protocol, string client, PartCheckResult result)
    {
        _admin.Group = new KafkaGroupState(protocol, [client], null);
        var check = await new GroupCheck(s_options, KafkaClientSettings.Of(s_options), _admin, TimeSpan.FromSeconds(1)).RunAsync([], default);

        Assert.Equal(result, check.Result);
    }

    public void Dispose() => _admin.Dispose();

    private async Task<IReadOnlyList<PartCheck>> SettingsAsync()
    {
        var view = await _admin.LookAsync([], default);
        var plan = KafkaTopicPlans.For(s_options, [], 3).First(plan => plan.Topic == "secstream.alerts.v1");
        return await new WrittenTopicCheck(s_options, _admin, view, 1_000_000).RunAsync(plan, default);
    }
}
