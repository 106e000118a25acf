using SecStream.Stages.Enrichment;
using SecStream.Stages.Enrichment.Entities;
using Xunit;

namespace SecStream.Stages.Tests.Enrichment;

public sealed class EnrichmentTimelineTests
{
    private static readonly EnrichmentSources First = Admin("a");
    private static readonly EnrichmentSources Second = Admin("b");
    private static readonly EnrichmentSources Third = Admin("c");

    [Fact]
    public void At_AnyTime_IsWhatWasInForce()
    {
        var timeline = new EnrichmentTimeline(First).With(Second, 100).With(Third, 200);
        Assert.Same(First, timeline.At(long.MinValue));
        Assert.Same(First, timeline.At(99));
        Assert.Same(Second, timeline.At(100));
        Assert.Same(Second, timeline.At(199));
        Assert.Same(Third, timeline.At(200));
        Assert.Same(Third, timeline.Latest);
    }

    [Theory]
    [InlineData(99)]
    [InlineData(100)]
    public void With_TimeNotBehindTheLatest_Throws(long from) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new EnrichmentTimeline(First).With(Second, 100).With(Third, from));

    [Fact]
    public void With_SettledTimes_AreLetGoOfAndComeBackWhenNeeded()
    {
        var loads = 0;
        var timeline = new EnrichmentTimeline(First, () => Load(First)).With(Second, 100, () => Load(Second)).With(Third, 200, settledBefore: 100);
        Assert.Equal((2, 0), (timeline.LoadedCount, loads));
        Assert.Same(First, timeline.At(50));
        Assert.Same(First, timeline.At(51));
        Assert.Equal((3, 1), (timeline.LoadedCount, loads));
        Assert.Equal([First.Versions, Second.Versions, Third.Versions], timeline.Versions.Select(v => v.Versions));

        EnrichmentSources Load(EnrichmentSources sources)
        {
            loads++;
            return sources;
        }
    }

    private static EnrichmentSources Admin(string name) =>
        EnrichmentSources.Default with { Entities = EntityContextParser.Parse("e.yml", System.Text.Encoding.UTF8.GetBytes($"users:\n  - name: {name}\n    admin: true\n")) };
}
