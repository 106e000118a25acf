using SecStream.Conformance.Tests.Harness;
using static SecStream.Conformance.Tests.Scenarios.Scenario;

namespace SecStream.Conformance.Tests.Scenarios;

/// <summary>One address that floods: histories beyond what is kept exact must still give the same alert, with its evidence, however they come.</summary>
public sealed class FloodTests
{
    private const int Count = 15_000;

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
    public void FloodWithLateEvents_CountsThemOrSaysThatItCouldNot()
    {
        var lines = Enumerable.Range(0, Count).Select(i => Failure($"e{i}", At(10).AddMilliseconds(i * 100))).ToList();
        var late = lines[50..60];
        lines.RemoveRange(50, 10);
        lines.InsertRange(Count - 100, late);
        foreach (var result in new[] { 1, 7, 500, 100_000 }.Select(batch => Run(lines, batch, 1)))
        {
            var alert = Assert.Single(result.Of("C1"));
            var rules = Pack.Plan.Plan.Routes.Where(r => r.Rules.Any(x => x.Rule.Inputs.Any(i => i.Detections.Any(d => Pack.Plan.Rules.Detections[d].Name == "failed_login"))));
            Assert.Equal(Count, alert.Total + (result.Counters.Unevaluated / rules.Count()));
            Assert.Equal(alert.Total, alert.Events);
        }
    }

    [Fact]
    public void FloodDeliveredTwice_CountsOnce()
    {
        var lines = Enumerable.Range(0, Count).Select(i => Failure($"e{i}", At(10).AddMilliseconds(i * 100))).ToList();
        foreach (var batch in new[] { 7, 500 })
        {
            var alert = Assert.Single(Run([.. lines, .. lines], batch, 1).Of("C1"));
            Assert.Equal((Count, Count), (alert.Total, alert.Events));
        }
    }

    [Fact]
    public void FloodThroughMidnight_SecondDayKnowsItsEvents()
    {
        var lines = Enumerable.Range(0, Count).Select(i => Failure($"e{i}", At(23, 50).AddMilliseconds(i * 100)));
        foreach (var batch in new[] { 1, 500, 100_000 })
        {
            var alerts = Run(lines, batch, 1).Of("C1");
            Assert.Equal(2, alerts.Count);
            Assert.Equal((6_000, 6_000), (alerts[0].Total, alerts[0].Events));

            // Its window reaches back ten minutes into the day before: to all that there was.
            Assert.Equal((Count, Count), (alerts[1].Total, alerts[1].Events));
        }
    }

    private const int AlertEvidence = 100;

    private static RunResult Run(IEnumerable<string> lines, int batchSize, int lanes) =>
        PipelineRun.Run(Pack, [Lines("a", lines)], new RunShape { BatchSize = batchSize, Lanes = lanes });
}
