using SecStream.Core.Features;
using SecStream.Stages.Profiles;
using Xunit;

namespace SecStream.Stages.Tests.Profiles;

public sealed class ModelTimelineTests
{
    private readonly List<string> _loaded = [];

    [Fact]
    public void None_HasNothingAtAnyTime()
    {
        Assert.True(ModelTimeline.None.IsEmpty);
        Assert.Null(ModelTimeline.None.At(0));
        Assert.Equal(long.MinValue, ModelTimeline.None.LatestFrom);
    }

    [Fact]
    public void At_SeveralVersions_GivesWhatIsInForceFromItsTimeOn()
    {
        var timeline = ModelTimeline.None.With(Models("a"), 100).With(null, 200).With(Models("b"), 300);
        Assert.Equal(
            [null, null, "a", "a", null, null, "b", "b"],
            new[] { long.MinValue, 99, 100, 199, 200, 299, 300, long.MaxValue }.Select(time => timeline.At(time)?.Id));
        Assert.Equal(("b", 300), (timeline.Latest!.Id, timeline.LatestFrom));
        Assert.False(timeline.IsEmpty);
    }

    [Theory]
    [InlineData(99)]
    [InlineData(100)]
    public void With_NotBehindTheLatest_Throws(long from) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => ModelTimeline.None.With(Models("a"), 100).With(Models("b"), from));

    [Fact]
    public void With_Third_KeepsTheOneBeforeAndLoadsTheFirstAgainOnce()
    {
        var timeline = ModelTimeline.Of(Models("a"), Again("a")).With(Models("b"), 100, Again("b")).With(Models("c"), 200, Again("c"));
        Assert.Equal("b", timeline.At(100)!.Id);
        Assert.Empty(_loaded);
        Assert.Same(timeline.At(0), timeline.At(99));
        Assert.Equal(["a"], _loaded);
    }

    [Fact]
    public void With_LettingGo_KeepsOnlyTheLatest()
    {
        var timeline = ModelTimeline.Of(Models("a"), Again("a")).With(Models("b"), 100, Again("b"), letGoOfEarlier: true);
        Assert.Equal("a", timeline.At(99)!.Id);
        Assert.Equal("b", timeline.At(100)!.Id);
        Assert.Equal(["a"], _loaded);
    }

    [Fact]
    public void With_NothingToLoadItAgain_StaysInMemory()
    {
        var first = Models("a");
        var timeline = ModelTimeline.Of(first).With(Models("b"), 100, letGoOfEarlier: true).With(null, 200, letGoOfEarlier: true);
        Assert.Same(first, timeline.At(0));
    }

    private static WindowModels Models(string id) => new(id, _ => null);

    private Func<IModelSet?> Again(string id) => () =>
    {
        _loaded.Add(id);
        return Models(id);
    };
}
