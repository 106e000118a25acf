using SecStream.Host.Configuration;
using Xunit;

namespace SecStream.Host.Tests.Configuration;

public sealed class SourceChoiceTests
{
    private const string Kafka = "kafka: {brokers: [\"127.0.0.1:9092\"], topics: [logs]}\n";

    [Fact]
    public void Settle_NoKafka_ChangesNothing()
    {
        var options = Settle("http: {listen: off}");

        Assert.Null(options.Files);
        Assert.NotNull(options.Syslog.Udp);
        Assert.False(options.IsGroupMember);
    }

    [Fact]
    public void Settle_KafkaOnlyForAlerts_KeepsTheSourcesOfTheMachine()
    {
        var options = Settle("kafka: {brokers: [\"127.0.0.1:9092\"]}");

        Assert.Null(options.Files);
        Assert.NotNull(options.Syslog.Tcp);
        Assert.False(options.IsGroupMember);
    }

    [Fact]
    public void Settle_Topics_IsAGroupWithoutLocalSources()
    {
        var options = Settle(Kafka);

        Assert.Empty(options.Files!);
        Assert.Null(options.Syslog.Udp);
        Assert.Null(options.Syslog.Tcp);
        Assert.True(options.IsGroupMember);
    }

    [Theory]
    [InlineData("files: [/var/log/a.log]\n")]
    [InlineData("syslog: {udp: \"127.0.0.1:5514\", tcp: off}\n")]
    public void Settle_TopicsAndLocalSources_IsTheOnlyMember(string local)
    {
        var options = Settle(Kafka + local);

        Assert.False(options.IsGroupMember);
        Assert.Null(options.Kafka!.StateTopic);
    }

    [Fact]
    public void Settle_GroupAndLocalSourcesAskedFor_IsRefusedWithPlaceAndMend()
    {
        var fault = Assert.Throws<ConfigurationException>(
            () => Settle("kafka:\n  brokers: [\"127.0.0.1:9092\"]\n  topics: [logs]\n  state: my.state\nfiles: [/var/log/a.log]\n"));

        Assert.Contains("test.yml:4: kafka.state:", fault.Message, StringComparison.Ordinal);
        Assert.Contains("/var/log/a.log", fault.Message, StringComparison.Ordinal);
        Assert.Contains("state: off", fault.Message, StringComparison.Ordinal);
    }

    private static ServiceOptions Settle(string text)
    {
        var issues = new ConfigurationIssues("test.yml");
        var file = ServiceOptionsReader.Read(text, issues);
        Assert.Empty(issues.All);
        return SourceChoice.Settle(file.Options, file);
    }
}
