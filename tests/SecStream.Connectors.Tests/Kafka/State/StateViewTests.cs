using System.Text;
using SecStream.Connectors.Kafka.State;

namespace SecStream.Connectors.Tests.Kafka.State;

/// <summary>What the records of the state log say together.</summary>
public sealed class StateViewTests
{
    private readonly StateView _view = new(keepsLines: true);
    private long _next;

    [Fact]
    public void Take_NothingYet_NobodyLeads() => Assert.Equal((-1L, null), (_view.Epoch, _view.Leader));

    [Fact]
    public void Take_Lead_ItsOffsetIsTheEpoch()
    {
        _next = 7;
        var epoch = Lead("a");
        Assert.Equal((7L, "a", false), (epoch, _view.Leader!.Member, _view.HasLeft));
    }

    [Fact]
    public void Take_LinesOfTheLeaderBefore_BehindALead_AreNotHeard()
    {
        var a = Lead("a");
        Add(StateKind.Control, a, 0, "one\n");
        var b = Lead("b");
        Assert.False(Add(StateKind.Control, a, 1, "zombie\n"));
        Assert.False(Add(StateKind.Leave, a, 0, ""));
        Assert.True(Add(StateKind.Control, b, 1, "two\n"));
        Assert.Equal(["one\n", "two\n"], _view.Control.Select(c => Encoding.UTF8.GetString(c.Lines)));
        Assert.Equal(("b", "a", false), (_view.Leader!.Member, _view.Before!.Member, _view.HasLeft));
    }

    [Fact]
    public void Take_LeaderWhoseLeadIsGone_IsKnownByItsRecords()
    {
        _next = 100;
        Assert.True(Add(StateKind.Outbox, 90, 0, "line\n"));
        Assert.Equal(90, _view.Epoch);
        Assert.False(Add(StateKind.Outbox, 80, 5, "older\n"));
    }

    [Fact]
    public void Take_Manifest_ForgetsWhatIsInIt_KeepsWhatSlowSinksNeed()
    {
        var a = Lead("a");
        Add(StateKind.Control, a, 0, "0\n1\n");
        Add(StateKind.Control, a, 2, "2\n");
        var needed = _next;
        Add(StateKind.Outbox, a, 10, "abcd\n");
        Add(StateKind.Outbox, a, 15, "efgh\n");
        Add(StateKind.Snapshot, a, 0, Manifest(control: 3, outbox: 12));
        Assert.Empty(_view.Control);
        Assert.Equal([10L, 15L], _view.Outbox.Select(o => o.Position));
        Assert.Equal(needed, _view.Needed);
        var snapshot = _next;
        Add(StateKind.Snapshot, a, 0, Manifest(control: 3, outbox: 20));
        Assert.Equal((0, snapshot), (_view.Outbox.Count, _view.Needed));
    }

    [Fact]
    public void Take_ManifestOfALeaderThatBeganAnew_ForgetsAllBeforeIt()
    {
        var a = Lead("a");
        Add(StateKind.Control, a, 50, "old\n");
        Add(StateKind.Outbox, a, 5000, "old\n");
        var b = Lead("b");
        Add(StateKind.Control, b, 0, "new\n");
        Add(StateKind.Snapshot, b, 0, Manifest(control: 0, outbox: 0, since: b));
        Assert.Equal("new\n", Encoding.UTF8.GetString(Assert.Single(_view.Control).Lines));
        Assert.Empty(_view.Outbox);
    }

    [Fact]
    public void Take_DamagedManifest_TheOneBeforeCounts()
    {
        var a = Lead("a");
        Add(StateKind.Snapshot, a, 0, Manifest(control: 1, outbox: 1));
        Add(StateKind.Snapshot, a, 0, "{");
        Assert.Equal(1, _view.Manifest!.Control);
    }

    [Fact]
    public void Take_Leave_UntilTheNextLead()
    {
        var a = Lead("a");
        Add(StateKind.Leave, a, 0, "");
        Assert.True(_view.HasLeft);
        Lead("b");
        Assert.False(_view.HasLeft);
    }

    private static string Manifest(long control, long outbox, long since = 0) => Encoding.UTF8.GetString(new StateManifest
    {
        Snapshot = [], Versions = [], Small = new Dictionary<string, byte[]>(), Kept = [], Control = control, Outbox = outbox, Since = since,
    }.ToBytes());

    private long Lead(string member)
    {
        _view.Take(_next, new StateRecord(StateKind.Lead, 0, 0, new StateLeader(member, "folder-" + member).ToBytes()));
        return _next++;
    }

    private bool Add(StateKind kind, long epoch, long position, string value) => _view.Take(_next++, new StateRecord(kind, epoch, position, Encoding.UTF8.GetBytes(value)));
}
