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
    private const int Partitions = 16;
    private static readonly bool s_long = Environment.GetEnvironmentVariable("SECSTREAM_LONG") is { Length: > 0 };

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

    /// <summary>Small here; with <c>SECSTREAM_LONG=1</c> 200 000 events and ten kills.</summary>
    [Fact]
    public async Task ThreeMembers_KilledJoiningAndLeavingAmongFailingServers_SameAlertsInEveryStore()
    {
        var (events, kills) = s_long ? (200_000, 10) : (30_000, 3);
        var set = RecordedSet.Make(events, 10, attacks: s_long ? 1 : 4, 11);
        var random = new Random(3);
        await using var servers = await StackServers.StartAsync(Partitions);
        await using var group = new StackGroup(servers, new MemberSetting());
        await group.JoinAsync();
        await group.LeaderAsync();
        using var end = new CancellationTokenSource();
        var troubles = Task.Run(() => new StackTroubles(servers, Partitions, new Random(5)).RunAsync(end.Token));
        var blocks = set.Events.Chunk((set.Events.Count / (kills + 2)) + 1).ToList();
        for (var block = 0; block < blocks.Count; block++)
        {
            Send(servers, blocks[block]);
            if (group.Members.Count < 3)
            {
                await group.JoinAsync();
            }

            if (block is > 0 && block <= kills)
            {
                await Task.Delay(random.Next(1000, 4000));
                await ReplaceAsync(group, random, inOrder: block == 2);
            }
        }

        await end.CancelAsync();
        await troubles;
        await CheckAsync(servers, group, set, group.Members[0].Folder);
    }

    /// <summary>The member that leads ends, in order or not, and comes back later as one that waits.</summary>
    private async Task ReplaceAsync(StackGroup group, Random random, bool inOrder)
    {
        var leader = await group.LeaderAsync();
        output.WriteLine($"{(inOrder ? "stopping" : "killing")} {leader.Name}");
        await (inOrder ? leader.Service.StopAsync() : leader.Service.KillAsync());
        await Task.Delay(random.Next(500));
        await leader.Service.LaunchAsync();
    }

    private static void Send(StackServers servers, IEnumerable<RecordedEvent> events) => KafkaTopicTraffic.Produce(
        servers.Kafka.Bootstraps,
        events.Select((e, i) => (new TopicPartition(StackServers.Topic, i % Partitions), new Message<byte[]?, byte[]?> { Value = System.Text.Encoding.UTF8.GetBytes(e.Line) })),
        isCompressed: true);

    private async Task CheckAsync(StackServers servers, StackGroup group, RecordedSet set, ServiceFolder folder)
    {
        var watch = Stopwatch.StartNew();
        await group.SettleAsync();
        group.Told.ForEach(output.WriteLine);
        foreach (var member in group.Members)
        {
            // Not asserted: brokers and stores were away. It tells what to look at when the alerts differ.
            member.Service.Errors.Where(line => line.Contains("source_gap", StringComparison.Ordinal) || !line.StartsWith('{')).Take(20).ToList().ForEach(line => output.WriteLine($"{member.Name}: {line}"));
        }

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
