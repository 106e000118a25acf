using SecStream.Connectors.Kafka;

namespace SecStream.Connectors.Tests.Kafka;

public sealed class KafkaClientSettingsTests
{
    private static readonly KafkaOptions s_plain = new() { Brokers = ["a:9092", "b:9092"] };

    [Fact]
    public void Consumer_PassedThroughSettings_AreThereBesideOurs()
    {
        var options = s_plain with { Group = "g", Properties = new Dictionary<string, string> { ["security.protocol"] = "sasl_ssl", ["isolation.level"] = "read_uncommitted" } };

        var consumer = KafkaClientSettings.Of(options).Consumer(member: "m1").ToDictionary(s => s.Key, s => s.Value);

        Assert.Equal("a:9092,b:9092", consumer["bootstrap.servers"]);
        Assert.Equal("sasl_ssl", consumer["security.protocol"]);
        Assert.Equal("read_uncommitted", consumer["isolation.level"]);
        Assert.Equal("g", consumer["group.id"]);
        Assert.Equal("m1", consumer["group.instance.id"]);
        Assert.Equal("false", consumer["enable.auto.commit"], ignoreCase: true);
        Assert.Equal("error", consumer["auto.offset.reset"], ignoreCase: true);
        Assert.Equal("range", consumer["partition.assignment.strategy"], ignoreCase: true);
    }

    [Theory]
    [InlineData("enable.auto.commit")]
    [InlineData("auto.offset.reset")]
    [InlineData("group.id")]
    [InlineData("acks")]
    [InlineData("dotnet.producer.enable.delivery.reports")]
    [InlineData("plugin.library.paths")]
    public void Of_SettingThePromisesRestOn_IsRefusedByName(string setting)
    {
        var fault = Assert.Throws<ArgumentException>(() => KafkaClientSettings.Of(s_plain with { Properties = new Dictionary<string, string> { [setting] = "x" } }));

        Assert.Contains($"{setting}: ", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Of_SecretInPlace_IsRefused()
    {
        var options = s_plain with { Properties = new Dictionary<string, string> { ["sasl.password"] = "hunter2" } };

        var fault = Assert.Throws<ArgumentException>(() => KafkaClientSettings.Of(options));

        Assert.Contains("kafka.secrets", fault.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Of_SecretsFromEnvironmentAndFile_AreRead()
    {
        var variable = "SECSTREAM_TEST_" + Guid.NewGuid().ToString("N");
        var file = Path.GetTempFileName();
        Environment.SetEnvironmentVariable(variable, "from-environment");
        try
        {
            File.WriteAllText(file, "from-file\n");
            var options = s_plain with
            {
                PropertiesFromEnvironment = new Dictionary<string, string> { ["sasl.password"] = variable },
                PropertiesFromFiles = new Dictionary<string, string> { ["ssl.key.password"] = file },
            };

            var producer = KafkaClientSettings.Of(options).Producer().ToDictionary(s => s.Key, s => s.Value);

            Assert.Equal("from-environment", producer["sasl.password"]);
            Assert.Equal("from-file", producer["ssl.key.password"]);
            Assert.Equal("true", producer["enable.idempotence"], ignoreCase: true);
            Assert.Equal("-1", producer["acks"]);
        }
        finally
        {
            Environment.SetEnvironmentVariable(variable, null);
            File.Delete(file);
        }
    }

    [Fact]
    public void Of_SecretThatIsNotThere_NamesWhereItWasLookedFor()
    {
        var missing = s_plain with { PropertiesFromFiles = new Dictionary<string, string> { ["sasl.password"] = "/nowhere/secret" } };
        var unset = s_plain with { PropertiesFromEnvironment = new Dictionary<string, string> { ["sasl.password"] = "SECSTREAM_NEVER_SET" } };

        Assert.Contains("/nowhere/secret", Assert.Throws<ArgumentException>(() => KafkaClientSettings.Of(missing)).Message, StringComparison.Ordinal);
        Assert.Contains("SECSTREAM_NEVER_SET", Assert.Throws<ArgumentException>(() => KafkaClientSettings.Of(unset)).Message, StringComparison.Ordinal);
    }
}
