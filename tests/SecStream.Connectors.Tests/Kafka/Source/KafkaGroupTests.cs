using Confluent.Kafka;
using SecStream.Connectors.Kafka.Source;
using SecStream.TestParts.Kafka;

namespace SecStream.Connectors.Tests.Kafka.Source;

/// <summary>Several members of one group: partitions are given and taken.</summary>
public sealed class KafkaGroupTests
{
    [Fact]
    public async Task Assign_MembersComeAndGo_EachReadsOnWhereItOrTheGroupStood()
    {
        using var cluster = new SourceCluster();
        KafkaTopic[] topics = [cluster.Create("a", 6)];
        var options = cluster.Options("a");
        var members = new List<TestReader>();
        try
        {
            for (var count = 1; count <= 3; count++)
            {
                members.Add(TestReader.Started(options, topics));
                await SettleAsync(members, 6);
                cluster.Write(topics[0], 400);
                await TakeAllAsync(members);

                // What is handed on has been worked off: the group knows the positions before the next one joins.
                foreach (var member in members)
                {
                    await member.Reader.CommitAsync(member.Reader.Positions());
                    Assert.Equal(0, member.Reader.Status().CommitFailures);
                }
            }

            Assert.All(members, m => Assert.NotEmpty(m.Taken));
            Assert.Equal(1200, KafkaTopicTraffic.Committed(cluster.Kafka.Bootstraps, options.Group, "a", 0).Value);

            var gone = members[1];
            await gone.DisposeAsync();
            members.RemoveAt(1);
            await SettleAsync(members, 6);
            cluster.Write(topics[0], 100);
            await TakeAllAsync(members);

            // Who never had a partition begins where the group stood; who had it before reads on where it stood itself, for there its state ends.
            TestReader[] all = [.. members, gone];
            foreach (var positions in all.SelectMany(m => m.Taken.GroupBy(t => t.Source)).Select(partition => partition.Select(t => t.Position).ToList()))
            {
                Assert.Contains(positions[0], (long[])[0, 400, 800, 1200]);
                Assert.Equal(Enumerable.Range((int)positions[0], positions.Count).Select(i => (long)i), positions);
            }

            Assert.Equal(cluster.Written.Order(), all.SelectMany(m => m.Taken).Select(t => (t.Source, t.Position)).Distinct().Order());
        }
        finally
        {
            foreach (var member in members)
            {
                await member.DisposeAsync();
            }
        }
    }

    [Fact]
    public async Task Revoke_WhilePartitionsRest_TheyAreReadOnAfterwards()
    {
        using var cluster = new SourceCluster();
        KafkaTopic[] topics = [cluster.Create("a", 2)];
        cluster.Write(topics[0], 400, padding: 10_000);
        var bounds = new KafkaReaderOptions { BufferBytes = 1 << 20, FetchAheadBytes = 1 << 20 };
        await using var first = TestReader.Started(cluster.Options("a"), topics, bounds: bounds);
        await SourceCluster.UntilAsync(() => first.Reader.Status().Partitions.All(p => p.IsPaused), first.Describe);
        first.Pump(batches: 1);
        var before = first.Taken.Count;

        await using (var second = TestReader.Started(cluster.Options("a"), topics, bounds: bounds))
        {
            await SettleAsync([first, second], 2);
        }

        // Nothing that waited may be given out twice or get lost.
        await SettleAsync([first], 2);
        await first.PumpUntilAsync(800);
        Assert.InRange(before, 1, 799);
        cluster.AssertTakenOnce(first.Taken);
    }

    [Fact]
    public async Task CommitAsync_RefusedOrFenced_IsCountedAndSaid()
    {
        using var cluster = new SourceCluster();
        KafkaTopic[] topics = [cluster.Create("a")];
        cluster.Write(topics[0], 10);
        var options = cluster.Options("a") with { Member = "node-1" };
        await using var reader = TestReader.Started(options, topics);
        await reader.Reader.CommitAsync([new KafkaPosition("a", 0, 3)]);
        await reader.PumpUntilAsync(10);

        // A commit that is refused goes with the next; the same position is committed once.
        cluster.Kafka.PushErrors(KafkaApi.OffsetCommit, ErrorCode.GroupAuthorizationFailed);
        await reader.Reader.CommitAsync(reader.Reader.Positions());
        Assert.Equal((0, 1), (reader.Reader.Status().Commits, reader.Reader.Status().CommitFailures));
        Assert.Equal(Offset.Unset, KafkaTopicTraffic.Committed(cluster.Kafka.Bootstraps, options.Group, "a", 0));
        await reader.Reader.CommitAsync(reader.Reader.Positions());
        await reader.Reader.CommitAsync(reader.Reader.Positions());
        Assert.Equal((1, 1), (reader.Reader.Status().Commits, reader.Reader.Status().CommitFailures));
        Assert.Equal(10, KafkaTopicTraffic.Committed(cluster.Kafka.Bootstraps, options.Group, "a", 0).Value);

        // Another process under the same member name: this one ends, and says whose name it is.
        cluster.Kafka.PushErrors(KafkaApi.Heartbeat, ErrorCode.FencedInstanceId);
        await reader.PumpUntilAsync(() => reader.Reader.Status().State == KafkaReaderState.Failed, "failed");
        Assert.Contains("node-1", reader.Reader.Fault, StringComparison.Ordinal);
        await reader.Reader.Completion.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Empty(reader.Assigned);
        Assert.False(reader.Source("a").IsLive);
    }

    private static Task SettleAsync(IReadOnlyList<TestReader> members, int partitions) => SourceCluster.UntilAsync(
        () => members.All(m => m.Assigned.Count() == partitions / members.Count) && members.SelectMany(m => m.Assigned).Select(p => p.Name).Distinct().Count() == partitions,
        () => string.Join('\n', members.Select(m => m.Describe())));

    private static Task TakeAllAsync(IReadOnlyList<TestReader> members) => SourceCluster.UntilAsync(
        () =>
        {
            foreach (var member in members)
            {
                member.Pump();
            }

            return members.All(m => m.Assigned.All(p => p.IsLive));
        },
        () => string.Join('\n', members.Select(m => m.Describe())));
}
