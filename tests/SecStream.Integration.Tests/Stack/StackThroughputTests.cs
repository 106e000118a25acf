using System.Diagnostics;
using System.Text.Json;
using Confluent.Kafka;
using SecStream.Integration.Tests.Conformance.Harness;
using SecStream.Integration.Tests.Stack.Harness;
using SecStream.TestParts.Kafka;
using Xunit.Abstractions;

namespace SecStream.Integration.Tests.Stack;

/// <summary>What the way through Kafka and Elasticsearch costs, against a replay of the same events from a file; in processor time of our process, in one run.</summary>
public sealed class StackThroughputTests(ITestOutputHelper output)
{
    private const int Partitions = 32;
    private const double Wanted = 0.70;
    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(4);

    /// <summary>Both processes are counted from their start: loading, compiling and all. With <c>SECSTREAM_LONG=1</c> more events, so that less of it is that.</summary>
    [Fact]
    public async Task KafkaToElasticsearch_AgainstReplay_MostOfItsRate()
    {
        var count = Environment.GetEnvironmentVariable("SECSTREAM_LONG") is { Length: > 0 } ? 1_000_000 : 300_000;
        var set = RecordedSet.Make(count, 10, attacks: 0.5, 23);
        await using var servers = await StackServers.StartAsync(Partitions, brokers: 1, keepDocuments: false);
        var before = servers.Elasticsearch.CountAll();
        KafkaTopicTraffic.Produce(
            servers.Kafka.Bootstraps,
            set.Events.Select((e, i) => (new TopicPartition(StackServers.Topic, i % Partitions), new Message<byte[]?, byte[]?> { Value = System.Text.Encoding.UTF8.GetBytes(e.Line) })));
        await using var member = new StackMember(servers, "m1", new MemberSetting { IsGroup = false, Lanes = 1, SnapshotEvery = "10s" });
        var replay = await ReplayAsync(set, member.Folder);
        var watch = Stopwatch.StartNew();
        await member.Service.LaunchAsync();
        while (servers.Elasticsearch.CountAll() - before < count)
        {
            Assert.True(watch.Elapsed < s_limit, $"{servers.Elasticsearch.CountAll() - before} of {count} events: {string.Join('\n', member.Service.Log.TakeLast(10))}");
            await Task.Delay(50);
        }

        var (processor, elapsed) = (member.Service.ProcessorTime, watch.Elapsed);
        var (ours, theirs) = (count / processor.TotalSeconds, count / replay.TotalSeconds);
        output.WriteLine($"Kafka to Elasticsearch {ours:N0} events per CPU-second ({count / elapsed.TotalSeconds:N0} events/s), replay {theirs:N0}: {ours / theirs:0.00}");
        Assert.True(ours / theirs >= Wanted, $"{ours / theirs:0.00} of the replay's rate, wanted is {Wanted}");
    }

    private static async Task<TimeSpan> ReplayAsync(RecordedSet set, ServiceFolder folder)
    {
        var (events, results) = (Path.Combine(folder.Root, "recorded.ndjson"), Path.Combine(folder.Root, "out"));
        set.WriteEvents(events);
        await HostProgram.RunAsync(folder.Root, "replay", events, "--out", results, "--lanes", "1", "--rules", folder.Rules, "--timezone", "UTC");
        using var summary = JsonDocument.Parse(await File.ReadAllTextAsync(Path.Combine(results, "summary.json")));
        Assert.Equal(set.Events.Count, summary.RootElement.GetProperty("events").GetInt32());
        return TimeSpan.FromSeconds(summary.RootElement.GetProperty("cpu_seconds").GetDouble());
    }
}
