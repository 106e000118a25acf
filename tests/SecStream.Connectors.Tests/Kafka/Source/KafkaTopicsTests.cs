using SecStream.Connectors.Kafka;
using SecStream.Connectors.Kafka.Source;

namespace SecStream.Connectors.Tests.Kafka.Source;

/// <summary>Which topics are meant, and what comes later.</summary>
public sealed class KafkaTopicsTests
{
    private static readonly Dictionary<string, int> s_cluster = new()
    {
        ["logs.web"] = 3, ["logs.auth"] = 2, ["logs.auth.dlq"] = 1, ["other.dlq"] = 1, ["secstream.alerts.v1"] = 6, ["secstream.actions.v1"] = 1, ["secstream.state.v1"] = 4, ["__consumer_offsets"] = 50,
    };

    [Theory]
    [InlineData("logs.web", "logs.web:3", "")]
    [InlineData("logs.auth.dlq", "logs.auth.dlq:1", "")]
    [InlineData("logs", "", "logs")]
    [InlineData("^logs", "logs.auth:2 logs.web:3", "")]
    [InlineData("^logs\\.web$", "logs.web:3", "")]
    [InlineData("^.*", "logs.auth:2 logs.web:3 other.dlq:1", "")]
    [InlineData("^nothing,logs.web,gone", "logs.web:3", "^nothing gone")]
    public void Select_NamesAndExpressions_MeetWhatIsThereButNothingWritten(string topics, string found, string missing)
    {
        var set = KafkaTopics.Select(Options(topics.Split(',')), s_cluster);

        Assert.Equal(found, string.Join(' ', set.Topics.Select(t => $"{t.Name}:{t.PartitionCount}")));
        Assert.Equal(missing, string.Join(' ', set.Missing));
        Assert.Equal(set.Topics.Sum(t => t.PartitionCount), set.PartitionCount);
    }

    [Fact]
    public void Select_SeveralEntriesMeetATopic_TheFirstWins()
    {
        var set = KafkaTopics.Select(Options("logs.web", "^logs"), s_cluster);

        Assert.Equal(["^logs", "logs.web"], set.Topics.Select(t => t.Options.Topic));
    }

    [Theory]
    [InlineData("secstream.alerts.v1", "written to by this service")]
    [InlineData("secstream.state.v1", "written to by this service")]
    [InlineData("^(", "not an expression")]
    [InlineData("^(?=a)b", "not an expression")]
    public void Check_UnusableTopic_IsRefusedByName(string topic, string fault)
    {
        var refused = Assert.Throws<ArgumentException>(() => KafkaTopics.Check(Options(topic)));

        Assert.Contains($"kafka.topics: {topic}: ", refused.Message, StringComparison.Ordinal);
        Assert.Contains(fault, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ResolveAsync_NoBrokerAnswers_GoesOnAskingAndSaysWhy()
    {
        using var cluster = new SourceCluster();
        cluster.Create("logs", 2);
        cluster.Kafka.SetAllDown();
        var said = new TaskCompletionSource<string>();
        var resolving = KafkaTopics.ResolveAsync(cluster.Options("logs"), text => said.TrySetResult(text), TimeProvider.System, default);

        Assert.Contains(cluster.Kafka.Brokers[0], await said.Task.WaitAsync(TimeSpan.FromSeconds(40)), StringComparison.Ordinal);
        cluster.Kafka.SetAllUp();
        var set = await resolving.WaitAsync(TimeSpan.FromSeconds(40));
        Assert.Equal(("logs", 2), (set.Topics[0].Name, set.Topics[0].PartitionCount));
    }

    [Fact]
    public async Task Watch_TopicAppears_IsToldOnceAndReadByANewReader()
    {
        using var cluster = new SourceCluster();
        cluster.Create("logs.a");
        var options = cluster.Options("^logs\\.");
        var known = await KafkaTopics.ResolveAsync(options, null, TimeProvider.System, default);
        var changes = new System.Collections.Concurrent.ConcurrentQueue<KafkaTopicSet>();
        await using var watch = new KafkaTopicWatch(options, known, TimeProvider.System, TimeSpan.FromMilliseconds(50));
        watch.PartitionsChanged += changes.Enqueue;

        // While no broker answers, nothing has changed.
        cluster.Kafka.SetAllDown();
        cluster.Kafka.SetAllUp();
        var later = cluster.Create("logs.b", 2);
        cluster.Create("unwanted");
        await SourceCluster.UntilAsync(() => !changes.IsEmpty, () => "the new topic");

        var change = Assert.Single(changes);
        Assert.Equal(["logs.a", "logs.b"], change.Topics.Select(t => t.Name));
        Assert.True(change.HasSamePartitions(watch.Known));
        cluster.Write(later, 5);
        await using var reader = TestReader.Started(options, change.Topics);
        await reader.PumpUntilAsync(10);
        cluster.AssertTakenOnce(reader.Taken);
    }

    private static KafkaOptions Options(params string[] topics) => new() { Brokers = ["b:1"], Topics = [.. topics.Select(t => new KafkaTopicOptions { Topic = t })] };
}
