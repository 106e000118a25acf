using System.Text;
using SecStream.Connectors.Files;
using SecStream.Connectors.Kafka;
using SecStream.Connectors.Kafka.State;
using SecStream.Core.Pipeline;
using SecStream.Host.Serve.Group;
using SecStream.Host.Tests.Harness;
using SecStream.TestParts.Kafka;
using Xunit;

namespace SecStream.Host.Tests.Serve.Group;

/// <summary>What becomes of a data folder when its member takes the lead.</summary>
public sealed class GroupRestoreTests : IDisposable
{
    private const string Topic = "state";
    private readonly MockKafka _kafka = new();
    private readonly TemporaryFolder _folder = new();
    private readonly StateFiles _files;

    public GroupRestoreTests()
    {
        _kafka.CreateTopic(Topic, 3);
        _files = new StateFiles(KafkaClientSettings.Of(new KafkaOptions { Brokers = _kafka.Brokers }), Topic, 3, TimeProvider.System);
        Directory.CreateDirectory(Path.Combine(_folder.Path, "state"));
    }

    public void Dispose()
    {
        _files.Dispose();
        _folder.Dispose();
        _kafka.Dispose();
    }

    [Fact]
    public async Task Apply_NobodyHasLed_KeepsWhatASingleMemberHad()
    {
        Write("state/snapshots/000000000001.base", "mine");
        Write("alerts/00000000000000000000.ndjson", "mine");
        await ApplyAsync(new GroupState(null, null, [], [], [], 0, 0), isOwn: false);
        Assert.Equal(("mine", "mine"), (Read("state/snapshots/000000000001.base"), Read("alerts/00000000000000000000.ndjson")));
    }

    [Fact]
    public async Task Apply_StateOfAnother_ReplacesSnapshotsAndSmallFiles()
    {
        await ApplyAsync(new GroupState(null, null, [], [], [], 0, 0), isOwn: false);
        Write("state/snapshots/000000000001.base", "mine, and old");
        var state = await StateOfAnotherAsync();
        var notes = await ApplyAsync(state, isOwn: false);
        Assert.Equal(("theirs", "place", "rule"), (Read("state/snapshots/000000000007.base"), Read("state/outbox/redis.cursor"), Read("state/versions/rules-1/0000-a.yml")));
        Assert.False(File.Exists(Path.Combine(_folder.Path, "state/snapshots/000000000001.base")));
        Assert.Contains(notes, note => note.Contains("taken over", StringComparison.Ordinal));
        Assert.Equal([10L, 20L], FileControlLog.ReadFolder(Path.Combine(_folder.Path, "state", "control")).Select(e => e.Value));
    }

    [Fact]
    public async Task Apply_MemberThatWasNeverInTheGroup_ItsOwnGoesAside()
    {
        Write("alerts/00000000000000000000.ndjson", "of another life");
        var notes = await ApplyAsync(await StateOfAnotherAsync(), isOwn: false);
        Assert.False(File.Exists(Path.Combine(_folder.Path, "alerts/00000000000000000000.ndjson")));
        var aside = Assert.Single(Directory.EnumerateDirectories(_folder.Path, "aside-*"));
        Assert.Equal("of another life", File.ReadAllText(Path.Combine(aside, "alerts/00000000000000000000.ndjson")));
        Assert.Contains(notes, note => note.Contains(aside, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Apply_OwnState_KeepsSnapshotsAndAddsDecisions()
    {
        await ApplyAsync(new GroupState(null, null, [], [], [], 0, 0), isOwn: false);
        Write("state/snapshots/000000000009.base", "mine, newer than what was handed on");
        await ApplyAsync(await StateOfAnotherAsync(), isOwn: true);
        Assert.StartsWith("mine", Read("state/snapshots/000000000009.base"), StringComparison.Ordinal);
        Assert.Equal(2, FileControlLog.ReadFolder(Path.Combine(_folder.Path, "state", "control")).Count());
    }

    [Theory]
    [InlineData("../outside")]
    [InlineData("state/snapshots/../../outside")]
    [InlineData("/etc/outside")]
    [InlineData("state/lock")]
    [InlineData("state/versions/a/b c")]
    public async Task Apply_FileThatLeadsElsewhere_IsRefused(string name)
    {
        var state = await StateOfAnotherAsync();
        var file = state.Manifest!.Snapshot[0] with { Name = name };
        await Assert.ThrowsAsync<InvalidDataException>(() => ApplyAsync(state with { Manifest = state.Manifest with { Snapshot = [file] } }, isOwn: false));
    }

    [Fact]
    public async Task Apply_PartIsGone_SaysSo_AndClearLeavesNothingHalf()
    {
        var state = await StateOfAnotherAsync();
        var file = state.Manifest!.Snapshot[0];
        file = file with { Parts = [new StatePart(file.Parts[0].Partition, 999)] };
        state = state with { Manifest = state.Manifest with { Snapshot = [file] } };
        await Assert.ThrowsAsync<InvalidDataException>(() => ApplyAsync(state, isOwn: false));
        new GroupRestore(_files, _folder.Path, TimeProvider.System).Clear();
        Assert.False(Directory.Exists(Path.Combine(_folder.Path, "state", "snapshots")));
        Assert.Equal((0, 5L), (state.Anew().Control.Count, state.Anew().Since));
    }

    private async Task<GroupState> StateOfAnotherAsync()
    {
        using var other = new TemporaryFolder();
        using (var log = new FileControlLog(other.Path, TimeProvider.System))
        {
            log.Append(new ControlEntry(ControlKinds.Activate, 0, 0, 10, "rules", "1"));
            log.Append(new ControlEntry(ControlKinds.Idle, 1, 5, 20, "kafka:logs/0", ""));
        }

        var lines = File.ReadAllLines(Path.Combine(other.Path, "0000000000000000.ndjson")).Select(line => Encoding.UTF8.GetBytes(line + "\n")).ToList();
        var manifest = new StateManifest
        {
            Snapshot = [await _files.WriteAsync("state/snapshots/000000000007.base", Bytes("theirs"), default)],
            Versions = [],
            Small = new Dictionary<string, byte[]> { ["state/outbox/redis.cursor"] = "place"u8.ToArray() },
            Kept = lines[0],
            Control = 1,
            Outbox = 0,
        };
        var version = await _files.WriteAsync("state/versions/rules-1/0000-a.yml", Bytes("rule"), default);
        return new GroupState(new StateLeader("b", "folder-b"), manifest, [new StateLines(1, 2, lines[1])], [], [version], 5, 0);
    }

    private static MemoryStream Bytes(string text) => new(Encoding.UTF8.GetBytes(text));

    private Task<IReadOnlyList<string>> ApplyAsync(GroupState state, bool isOwn) =>
        new GroupRestore(_files, _folder.Path, TimeProvider.System).ApplyAsync(state, isOwn, default);

    private void Write(string name, string content)
    {
        var path = Path.Combine(_folder.Path, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, content);
    }

    private string Read(string name) => File.ReadAllText(Path.Combine(_folder.Path, name));
}
