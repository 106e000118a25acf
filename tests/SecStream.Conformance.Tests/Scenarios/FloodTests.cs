using SecStream.Conformance.Tests.Harness;
using SecStream.Core.Alerts;
using static SecStream.Conformance.Tests.Scenarios.Scenario;

namespace SecStream.Conformance.Tests.Scenarios;

/// <summary>One address that floods: histories beyond what is kept exact must still give the same alert, with its evidence, however they come.</summary>
public sealed class FloodTests
{
    private const int Count = 24_000;

    [Theory]
    [InlineData(1, 1)]
    [InlineData(7, 2)]
    [InlineData(500, 8)]
    [InlineData(100_000, 1)]
    public void FloodInOrder_HasItsTotalsAndItsFirstHundredEvents(int batchSize, int lanes)
    {
        var lines = Enumerable.Range(0, Count).Select(i => Failure($"e{i}", At(10).AddMilliseconds(i * 100), user: $"u{i % 3}"));
        var alert = Assert.Single(Run(lines, batchSize, lanes).Of("C1"));
        Assert.Equal((Count, Count), (alert.Total, alert.Events));
        Assert.Equal(Enumerable.Range(0, AlertEvidence).Select(i => $"e{i}"), alert.Evidence.Select(e => e.EventId));
        Assert.Equal([("u0", Count / 3L), ("u1", Count / 3L), ("u2", Count / 3L)], alert.Users.Select(u => (u.Value, u.Count)));
    }

    [Fact]
    public void FloodWithLateEvents_HasItsTotals()
    {
        var lines = Enumerable.Range(0, Count).Select(i => Failure($"e{i}", At(10).AddMilliseconds(i * 100))).ToList();
        var late = lines[50..60];
        lines.RemoveRange(50, 10);
        lines.InsertRange(Count - 100, late);
        Alert[] alerts = [.. new[] { 1, 7, 500, 100_000 }.Select(batch => Assert.Single(Run(lines, batch, 1).Of("C1")))];
        Assert.All(alerts, a => Assert.Equal((Count, Count), (a.Total, a.Events)));
        Assert.All(alerts, a => Assert.Equal(alerts[0].Evidence, a.Evidence));
    }

    private const int AlertEvidence = 100;

    private static RunResult Run(IEnumerable<string> lines, int batchSize, int lanes) =>
        PipelineRun.Run(Pack, [Lines("a", lines)], new RunShape { BatchSize = batchSize, Lanes = lanes });
}
