using SecStream.Connectors.Segments;
using SecStream.Core.Events;

namespace SecStream.Connectors.Tests.Segments;

public sealed class RetentionTests
{
    [Fact]
    public async Task Apply_SegmentsPastTheirDays_RemovesThoseAndNoOthers()
    {
        await using var harness = new SegmentHarness();
        var state = await WriteAsync(harness);
        var retention = new Retention(harness.Folder, new RetentionOptions(), harness.Options, harness.Reports.Add);
        var day8 = EventClock.ToInstant(SegmentHarness.Start) + TimeSpan.FromDays(8);

        var plan = retention.Plan(day8).ToDictionary(c => c.Name);
        Assert.True(plan["7d"].ExpiredSegments > 0);
        Assert.True(plan["7d"].ExpiredSegments < plan["7d"].Segments, "what is being written stays");
        Assert.Equal(0, plan["30d"].ExpiredSegments);
        Assert.Equal(0, plan["dead-letters"].ExpiredSegments);
        Assert.NotEmpty(Directory.GetFiles(Path.Combine(harness.Events, "7d"), "*.gz"));

        retention.Apply(day8);
        Assert.Empty(Directory.GetFiles(Path.Combine(harness.Events, "7d"), "*.gz"));
        Assert.Empty(Directory.GetFiles(Path.Combine(harness.Events, "7d"), "*.idx"));
        Assert.Equal(plan["7d"].Events - plan["7d"].ExpiredEvents, retention.Plan(day8).Single(c => c.Name == "7d").Events);
        await harness.RestartAsync(state);
    }

    [Fact]
    public async Task Apply_EventsDatedInTheNextCentury_KeepNoSegmentTillThen()
    {
        await using var harness = new SegmentHarness();
        var century = EventClock.ToMicroseconds(DateTimeOffset.UtcNow.AddYears(100));
        harness.Write(SegmentHarness.Generate(1, 4000).Select((e, i) => i % 20 < 6 ? e with { Time = century } : e));
        await harness.SnapshotAsync();
        var retention = new Retention(harness.Folder, new RetentionOptions(), harness.Options, harness.Reports.Add);

        Assert.Equal(0, retention.Plan(DateTimeOffset.UtcNow.AddDays(6)).Single(c => c.Name == "7d").ExpiredSegments);
        Assert.True(retention.Plan(DateTimeOffset.UtcNow.AddDays(8)).Single(c => c.Name == "7d").ExpiredSegments > 0);
    }

    [Fact]
    public async Task Apply_DaysOfAClassOverridden_CountsThose()
    {
        await using var harness = new SegmentHarness();
        await WriteAsync(harness);
        var options = new RetentionOptions { Days = new Dictionary<int, int> { [7] = 20, [30] = 2 }, DeadLetterDays = 3 };
        var plan = new Retention(harness.Folder, options, harness.Options, harness.Reports.Add)
            .Plan(EventClock.ToInstant(SegmentHarness.Start) + TimeSpan.FromDays(8)).ToDictionary(c => c.Name);
        Assert.Equal((20, 0), (plan["7d"].KeptDays, plan["7d"].ExpiredSegments));
        Assert.True(plan["30d"].ExpiredSegments > 0);
        Assert.True(plan["dead-letters"].ExpiredSegments > 0);
    }

    [Fact]
    public void Retention_WrongOptions_SaysAllThatIs()
    {
        var options = new RetentionOptions { Days = new Dictionary<int, int> { [30] = 0 }, DeadLetterDays = -1 };
        var fault = Assert.Throws<ArgumentException>(() => new Retention("none", options, new SegmentOptions(), _ => { }));
        Assert.Contains("30d", fault.Message, StringComparison.Ordinal);
        Assert.Contains("dead letters", fault.Message, StringComparison.Ordinal);
    }

    private static async Task<byte[]> WriteAsync(SegmentHarness harness)
    {
        harness.Write(SegmentHarness.Generate(1, 4000));
        var letter = DeadLetterTests.Letter("a.log", 1, "syslog", new byte[900]);
        harness.Sink.Write(SegmentHarness.Output([], [.. Enumerable.Repeat(letter, 150)]));
        return await harness.SnapshotAsync();
    }
}
