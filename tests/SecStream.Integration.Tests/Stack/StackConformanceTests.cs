using System.Diagnostics;
using Confluent.Kafka;
using SecStream.Host;
using SecStream.Host.Replay;
using SecStream.Integration.Tests.Conformance.Harness;
using SecStream.Integration.Tests.Stack.Harness;
using SecStream.TestParts.Kafka;
using Xunit.Abstractions;

namespace SecStream.Integration.Tests.Stack;

/// <summary>
/// The first promise with the real stack: what Kafka brings becomes the same alerts as an embedded replay, each once in every store, whatever happens to brokers,
/// stores and members meanwhile.
/// </summary>
public sealed class StackConformanceTests(ITestOutputHelper output)
{
    private const int Partitions = 8;

    [Fact]
    public async Task OneMember_Killed_SameAlertsInEveryStore()
    {
        var set = RecordedSet.Make(20_000, 10, attacks: 5, 7);
        await using var servers = await StackServers.StartAsync(Partitions);
        await using var group = new StackGroup(servers, new MemberSetting());
        var member = await group.JoinAsync();
        await group.LeaderAsync();
        foreach (var part in set.Events.Chunk(set.Events.Count / 4))
        {
            Send(servers, part);
            await Task.Delay(1500);
            await member.Service.KillAsync();
            await member.Service.LaunchAsync();
        }

        await CheckAsync(servers, group, set, member.Folder);
    }

    private static void Send(StackServers servers, IEnumerable<RecordedEvent> events) => KafkaTopicTraffic.Produce(
        servers.Kafka.Bootstraps,
        events.Select((e, i) => (new TopicPartition(StackServers.Topic, i % Partitions), new Message<byte[]?, byte[]?> { Value = System.Text.Encoding.UTF8.GetBytes(e.Line) })));

    private async Task CheckAsync(StackServers servers, StackGroup group, RecordedSet set, ServiceFolder folder)
    {
        var watch = Stopwatch.StartNew();
        var leader = await group.LeaderAsync();
        await SettledAlerts.OfServiceAsync(leader.Service);
        output.WriteLine($"settled after {watch.Elapsed.TotalSeconds:N1} s");
        var expected = await ReplayAsync(set, folder);
        Assert.True(expected.Count > 10, $"only {expected.Count} alerts to compare");
        SettledAlerts.AssertEqual(expected, await StackAlerts.OfElasticsearchAsync(servers), "Elasticsearch and the replay");
        SettledAlerts.AssertEqual(expected, StackAlerts.OfTopic(servers), "the alert topic and the replay");
        SettledAlerts.AssertEqual(expected, await StackAlerts.OfElasticsearchAsync(servers), "Elasticsearch and the replay");
        SettledAlerts.AssertEqual(expected, await StackAlerts.OfRedisAsync(servers, expected.Keys), "Redis and the replay");
        output.WriteLine($"{expected.Count} alerts");
    }

    private static async Task<SortedDictionary<string, string>> ReplayAsync(RecordedSet set, ServiceFolder folder)
    {
        var (events, output) = (Path.Combine(folder.Root, "recorded.ndjson"), Path.Combine(folder.Root, "expected"));
        set.WriteEvents(events);
        var options = new PipelineOptions
        {
            RulesDirectory = folder.Rules,
            GeoIp = [],
            Blacklists = [Path.Combine(folder.Data, "state", "blacklist.txt")],
            Zone = TimeZoneInfo.Utc,
            Horizon = ServiceFolder.Horizon,
            Lanes = 1,
        };
        await new ReplayRun(options, output, TimeProvider.System).RunAsync([events], null, CancellationToken.None);
        return SettledAlerts.OfReplay(output);
    }
}
