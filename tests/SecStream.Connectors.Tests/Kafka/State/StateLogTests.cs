using System.Security.Cryptography;
using System.Text;
using Confluent.Kafka;
using SecStream.Connectors.Kafka;
using SecStream.Connectors.Kafka.State;
using SecStream.TestParts.Kafka;

namespace SecStream.Connectors.Tests.Kafka.State;

/// <summary>The state log on the mock cluster: who leads, what counts, what is handed on.</summary>
public sealed class StateLogTests : IDisposable
{
    private const string Topic = "state";
    private const int Partitions = 4;
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(3);
    private readonly MockKafka _kafka = new();

    public StateLogTests() => _kafka.CreateTopic(Topic, Partitions);

    public void Dispose() => _kafka.Dispose();

    [Fact]
    public async Task Append_BySoleLeader_IsReadInOrder()
    {
        await using var log = Open();
        Assert.True(await LeadAsync(log, "a"));
        await Task.WhenAll(Enumerable.Range(0, 50).Select(i => log.AppendAsync(StateKind.Control, i, Encoding.UTF8.GetBytes($"{i}\n"), default)));
        await using var other = Open();
        await UntilAsync(() => other.With(v => v.Control.Count) == 50);
        Assert.Equal(Enumerable.Range(0, 50).Select(i => (long)i), other.With(v => v.Control.Select(c => c.Position).ToList()));
    }

    [Fact]
    public async Task TakeLead_WhileAnotherLeads_FencesItOff()
    {
        await using var a = Open();
        await using var b = Open();
        Assert.True(await LeadAsync(a, "a"));
        await a.AppendAsync(StateKind.Outbox, 0, "before\n"u8.ToArray(), default);
        Assert.True(await LeadAsync(b, "b"));

        await Assert.ThrowsAnyAsync<LeadLostException>(() => a.AppendAsync(StateKind.Outbox, 7, "too late\n"u8.ToArray(), default));
        await UntilAsync(() => a.Lost.IsCancellationRequested);
        await b.AppendAsync(StateKind.Outbox, 7, "after\n"u8.ToArray(), default);
        Assert.False(b.Lost.IsCancellationRequested);
        var view = await b.ReadAsync(default);
        Assert.Equal("before\n", Encoding.UTF8.GetString(Assert.Single(view.Outbox).Lines));
        Assert.Equal(("a", "b"), (view.Before!.Member, view.Leader!.Member));
    }

    [Fact]
    public async Task TakeLead_LeaderThatOnlyBeats_NoticesByItself()
    {
        await using var a = Open();
        await using var b = Open();
        Assert.True(await LeadAsync(a, "a"));
        Assert.True(await LeadAsync(b, "b"));
        await UntilAsync(() => a.Lost.IsCancellationRequested);
    }

    [Fact]
    public async Task WaitForVacancy_LeaderLives_WaitsUntilItLeaves()
    {
        await using var a = Open();
        await using var b = Open();
        await b.WaitForVacancyAsync(s_patience, default);
        Assert.True(await LeadAsync(a, "a"));
        await UntilAsync(() => b.With(v => v.Leader?.Member) == "a");
        var vacancy = b.WaitForVacancyAsync(TimeSpan.FromSeconds(6), default);
        await Task.WhenAny(vacancy, Task.Delay(TimeSpan.FromSeconds(7)));
        Assert.False(vacancy.IsCompleted, "a leader that beats was taken for silent");
        await a.LeaveAsync(s_patience);
        await vacancy.WaitAsync(TimeSpan.FromSeconds(20));
    }

    [Fact]
    public async Task WaitForVacancy_LeaderDies_WaitsAsLongAsItMayBeSilent()
    {
        await using var b = Open();
        await using (var a = Open())
        {
            Assert.True(await LeadAsync(a, "a"));
        }

        await b.WaitForVacancyAsync(s_patience, default).WaitAsync(TimeSpan.FromSeconds(30));
        Assert.True(await LeadAsync(b, "b"));
        Assert.Equal("a", (await b.ReadAsync(default)).Before!.Member);
    }

    [Fact]
    public async Task WaitForVacancy_BrokerAway_IsNoSilenceOfTheLeader()
    {
        await using var a = Open();
        Assert.True(await LeadAsync(a, "a"));
        await using var b = Open();
        await UntilAsync(() => b.With(v => v.Leader?.Member) == "a");
        _kafka.SetAllDown();
        var vacancy = b.WaitForVacancyAsync(s_patience, default);
        await Task.WhenAny(vacancy, Task.Delay(TimeSpan.FromSeconds(7)));
        Assert.False(vacancy.IsCompleted, "who could not ask took the leader for dead");
        _kafka.SetAllUp();
        await a.AppendAsync(StateKind.Control, 0, "goes on\n"u8.ToArray(), default).WaitAsync(TimeSpan.FromSeconds(60));
        Assert.False(a.Lost.IsCancellationRequested);
    }

    [Fact]
    public async Task Append_WritesFail_AreTriedAgainInOrder()
    {
        await using var a = Open();
        Assert.True(await LeadAsync(a, "a"));
        _kafka.PushErrors(KafkaApi.Produce, ErrorCode.NotEnoughReplicas, ErrorCode.RequestTimedOut, ErrorCode.NotLeaderForPartition);
        await Task.WhenAll(Enumerable.Range(0, 20).Select(i => a.AppendAsync(StateKind.Outbox, i, new[] { (byte)'\n' }, default))).WaitAsync(TimeSpan.FromSeconds(60));
        await using var other = Open();
        await UntilAsync(() => other.With(v => v.Outbox.Count) >= 20);
        var positions = other.With(v => v.Outbox.Select(o => o.Position).ToList());
        Assert.Equal(Enumerable.Range(0, 20).Select(i => (long)i), positions.Distinct());
        Assert.Equal(positions.Order(), positions);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData((512 << 10) - 1)]
    [InlineData(512 << 10)]
    [InlineData(5_000_001)]
    public async Task Files_WrittenAndRead_AreTheSame(int length)
    {
        var content = new byte[length];
        new Random(length).NextBytes(content);
        using var files = new StateFiles(Settings(), Topic, Partitions, TimeProvider.System);
        var file = await files.WriteAsync("state/snapshots/1.base", new MemoryStream(content), default);
        Assert.Equal((length, Convert.ToHexStringLower(SHA256.HashData(content))), (file.Bytes, file.Sha256));
        Assert.DoesNotContain(file.Parts, part => part.Partition == 0);
        using var target = new MemoryStream();
        await files.ReadAsync(file, target, default);
        Assert.Equal(content, target.ToArray());
    }

    [Fact]
    public async Task Files_PartThatIsAnother_IsRefused()
    {
        using var files = new StateFiles(Settings(), Topic, Partitions, TimeProvider.System);
        var one = await files.WriteAsync("one", new MemoryStream([1, 2, 3]), default);
        var two = await files.WriteAsync("two", new MemoryStream([4, 5, 6]), default);
        var mixed = one with { Parts = two.Parts };
        await Assert.ThrowsAsync<InvalidDataException>(() => files.ReadAsync(mixed, new MemoryStream(), default));
    }

    private KafkaClientSettings Settings() => KafkaClientSettings.Of(new KafkaOptions
    {
        Brokers = _kafka.Brokers,
        Properties = new Dictionary<string, string> { ["reconnect.backoff.ms"] = "50", ["reconnect.backoff.max.ms"] = "300" },
    });

    private StateLog Open() => new(Settings(), Topic, Partitions, TimeProvider.System, _ => { });

    private static Task<bool> LeadAsync(StateLog log, string member) => log.TakeLeadAsync(new StateLeader(member, "folder-" + member), default);

    private static async Task UntilAsync(Func<bool> isSo)
    {
        for (var left = 600; !isSo(); left--)
        {
            Assert.True(left > 0, "it did not come to be");
            await Task.Delay(50);
        }
    }
}
