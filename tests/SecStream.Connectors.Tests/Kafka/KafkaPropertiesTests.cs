using SecStream.Connectors.Kafka;

namespace SecStream.Connectors.Tests.Kafka;

/// <summary>Which settings may be passed through.</summary>
public sealed class KafkaPropertiesTests
{
    [Theory]
    [InlineData("security.protocol")]
    [InlineData("sasl.username")]
    [InlineData("ssl.ca.location")]
    [InlineData("fetch.wait.max.ms")]
    [InlineData("session.timeout.ms")]
    [InlineData("compression.type")]
    public void WhyRefused_SettingOfTheConnection_IsNot(string name) => Assert.Null(KafkaProperties.WhyRefused(name));

    [Theory]
    [InlineData("bootstrap.servers", "write kafka.brokers")]
    [InlineData("group.id", "write kafka.group")]
    [InlineData("group.instance.id", "write kafka.member")]
    [InlineData("auto.offset.reset", "kafka.start")]
    [InlineData("partition.assignment.strategy", "range assignor")]
    [InlineData("enable.auto.offset.store", "positions")]
    [InlineData("queued.max.messages.kbytes", "memory is bounded")]
    [InlineData("acks", "nothing may be lost")]
    [InlineData("partitioner", "revisions")]
    [InlineData("plugin.library.paths", "foreign code")]
    [InlineData("oauthbearer_token_refresh_cb", "no text")]
    [InlineData("dotnet.cancellation.delay.max.ms", "client library")]
    public void WhyRefused_SettingThePromisesRestOn_SaysWhyAndTheMend(string name, string why) =>
        Assert.Contains(why, KafkaProperties.WhyRefused(name), StringComparison.Ordinal);

    [Fact]
    public void Faults_SeveralThingsWrong_AreAllNamed()
    {
        var options = new KafkaOptions
        {
            Brokers = ["b:1"],
            Properties = new Dictionary<string, string> { ["acks"] = "1", ["sasl.password"] = "x", ["sasl.username"] = "u" },
            PropertiesFromEnvironment = new Dictionary<string, string> { ["group.id"] = "V" },
            PropertiesFromFiles = new Dictionary<string, string> { ["retries"] = "/f" },
        };

        Assert.Equal(["acks", "group.id", "retries", "sasl.password"], KafkaProperties.Faults(options).Select(fault => fault.Setting).Distinct().Order(StringComparer.Ordinal));
    }
}
