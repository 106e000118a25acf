using System.Text;
using SecStream.Connectors.Tests.Harness;
using SecStream.TestParts;
using SecStream.TestParts.Kafka;
using SecStream.TestParts.Schemas;

namespace SecStream.Connectors.Tests.Kafka.Output;

/// <summary>What a client that is not ours reads from the topics, held against the published schemas.</summary>
public sealed class SchemaTests
{
    [Fact]
    public async Task Kcat_EveryAlertOnTheTopic_ValidatesAgainstTheSchema()
    {
        var schema = new JsonSchema(RepositoryFiles.Read("infra", "schemas", "alert.schema.json"));
        var samples = Directory.GetFiles(RepositoryFiles.At("tests", "SecStream.Stages.Tests", "Alerting", "golden"), "*.json")
            .Select(File.ReadAllText).Where(text => text.Contains("\"kind\":\"alert\"", StringComparison.Ordinal)).Select(text => text.TrimEnd()).ToList();
        using var topic = new AlertTopic();
        using var sink = topic.Sink();
        await sink.DeliverAsync([.. samples.Select((text, i) => Entries.Make(i, address: $"203.0.113.{i}") with { Document = Encoding.UTF8.GetBytes(text) })], default);

        var read = await Kcat.ReadAsync(topic.Cluster.Bootstraps, AlertTopic.Name);

        Assert.True(samples.Count >= 5);
        Assert.Equal(samples.Order(StringComparer.Ordinal), read.Order(StringComparer.Ordinal));
        Assert.All(read, text => Assert.Empty(schema.Validate(Encoding.UTF8.GetBytes(text))));
        Assert.NotEmpty(schema.Validate(Encoding.UTF8.GetBytes(read[0].Replace("\"kind\":\"alert\"", "\"kind\":\"event\"", StringComparison.Ordinal))));
    }
}
