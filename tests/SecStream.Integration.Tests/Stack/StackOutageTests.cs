using System.Diagnostics;
using Confluent.Kafka;
using SecStream.Integration.Tests.Conformance.Harness;
using SecStream.Integration.Tests.Stack.Harness;
using SecStream.TestParts.Kafka;
using Xunit.Abstractions;

namespace SecStream.Integration.Tests.Stack;

/// <summary>Outputs that are away for long: nothing is lost, memory stays where it was, and all is delivered afterwards.</summary>
public sealed class StackOutageTests(ITestOutputHelper output)
{
    private const int Partitions = 32;
    private const long MostGrowthBytes = 300 << 20;
    private static readonly bool s_long = Environment.GetEnvironmentVariable("SECSTREAM_LONG") is { Length: > 0 };
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(4);

    /// <summary>Elasticsearch and Redis are away while events go on coming: 15 s here, 5 minutes with <c>SECSTREAM_LONG=1</c>.</summary>
    [Fact]
    public async Task ElasticsearchAndRedisAway_ComeBack_NothingLostAndMemoryBounded()
    {
        var (count, rounds, pause) = s_long ? (1_000_000, 60, TimeSpan.FromSeconds(5)) : (150_000, 10, TimeSpan.FromSeconds(1.5));
        var set = RecordedSet.Make(count, 10, attacks: 0.6, 29);
        await using var servers = await StackServers.StartAsync(Partitions, brokers: 1);
        await using var member = new StackMember(servers, "m1", new MemberSetting { IsGroup = false });
        await member.Service.StartAsync();
        var blocks = set.Events.Chunk((count / (rounds + 2)) + 1).ToList();
        Send(servers, blocks[0]);
        await UntilAsync(() => Ids(servers).Count == blocks[0].Length, member, "the first events are there");
        var before = member.Service.ResidentBytes;

        servers.Elasticsearch.IsAway = true;
        await servers.Redis.KillAsync();
        var watch = Stopwatch.StartNew();
        var most = 0L;
        foreach (var block in blocks.Skip(1))
        {
            Send(servers, block);
            await Task.Delay(pause);
            most = Math.Max(most, member.Service.ResidentBytes);
        }

        var away = watch.Elapsed;
        servers.Elasticsearch.IsAway = false;
        await servers.Redis.RestartAsync();
        await UntilAsync(() => Ids(servers).Count == count, member, "all events are there");
        await SettledAlerts.OfServiceAsync(member.Service);
        var alerts = await StackAlerts.OfElasticsearchAsync(servers);
        Assert.True(alerts.Count > 10, "too few alerts to compare");
        Assert.Equal(StackAlerts.OfTopic(servers), alerts);
        Assert.Equal(alerts, await StackAlerts.OfRedisAsync(servers, alerts.Keys));
        Assert.Equal(set.Events.Select(e => e.Id).Order(StringComparer.Ordinal), Ids(servers).Order(StringComparer.Ordinal));
        output.WriteLine($"away for {away.TotalSeconds:N0} s; resident {before >> 20} MiB before, {most >> 20} MiB at most meanwhile, {member.Service.ResidentBytes >> 20} MiB after; {alerts.Count} alerts");
        Assert.True(most - before < MostGrowthBytes, $"resident memory grew from {before >> 20} to {most >> 20} MiB");
    }

    private static void Send(StackServers servers, IEnumerable<RecordedEvent> events) => KafkaTopicTraffic.Produce(
        servers.Kafka.Bootstraps,
        events.Select((e, i) => (new TopicPartition(StackServers.Topic, i % Partitions), new Message<byte[]?, byte[]?> { Value = System.Text.Encoding.UTF8.GetBytes(e.Line) })),
        isCompressed: true);

    private static List<string> Ids(StackServers servers) => [.. servers.Elasticsearch.AllDocuments("logs-secstream.*").Select(d => d.Document.Id)];

    private static async Task UntilAsync(Func<bool> isSo, StackMember member, string what)
    {
        for (var started = Stopwatch.GetTimestamp(); !isSo();)
        {
            Assert.True(Stopwatch.GetElapsedTime(started) < s_patience, $"not so: {what}: {string.Join('\n', member.Service.Log.TakeLast(10))}");
            await Task.Delay(200);
        }
    }
}
