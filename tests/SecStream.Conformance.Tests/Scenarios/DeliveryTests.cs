using static SecStream.Conformance.Tests.Scenarios.Scenario;

namespace SecStream.Conformance.Tests.Scenarios;

/// <summary>Events that come twice, late, early or from clocks that are wrong.</summary>
public sealed class DeliveryTests
{
    [Fact]
    public void ThreeFailuresDeliveredTwice_DeclaredIdentity_NoBruteForce()
    {
        string[] lines = [.. Enumerable.Range(0, 3).Select(i => Failure($"e{i}", At(10, i)))];
        Assert.Empty(Run(Lines("a", [.. lines, .. lines])).Of("C1"));
        Assert.Empty(Run(Lines("a", lines), Lines("b", lines)).Of("C1"));
    }

    [Fact]
    public void FiveFailuresDeliveredTwice_DeclaredIdentity_OneBruteForceWithCountFive()
    {
        string[] lines = [.. Enumerable.Range(0, 5).Select(i => Failure($"e{i}", At(10, i)))];
        foreach (var result in new[] { Run(Lines("a", [.. lines, .. lines])), Run(Lines("a", lines), Lines("b", lines)) })
        {
            var alert = Assert.Single(result.Of("C1"));
            Assert.Equal((5, 5), (alert.Total, alert.Events));
            Assert.Equal(["e0", "e1", "e2", "e3", "e4"], alert.Evidence.Select(e => e.EventId));
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    [InlineData(9)]
    public void OneEventThreeHoursAhead_Anywhere_DisturbsNobody(int at)
    {
        var lines = Enumerable.Range(0, 10).Select(i => Failure($"e{i}", At(10, i))).ToList();
        lines.Insert(at, Failure("ahead", At(13, 5), address: "198.51.100.1"));
        var result = Run(Lines("a", lines));
        Assert.Equal(10, Assert.Single(result.Of("C1")).Total);
        Assert.Equal(0, result.Unevaluated);
    }

    [Fact]
    public void OneSyslogLineThreeHoursAhead_AmongOtherHosts_DisturbsNobody()
    {
        var lines = Enumerable.Range(0, 20).Select(i => Sshd(At(10, i).DateTime, i, host: $"web{i % 2}")).ToList();
        lines.Insert(7, Sshd(At(13).DateTime, 99, "198.51.100.1", host: "web1"));
        var result = Run(Lines("a", lines));
        Assert.Equal(20, result.Of("C1").Single(a => a.Key[0].Value == "203.0.113.7").Total);
        Assert.Equal((0, 1), (result.Unevaluated, result.Skewed));
    }

    [Fact]
    public void HostTwoHoursAhead_SameFile_IsSeenAndBlindsNobody()
    {
        var lines = Enumerable.Range(0, 40).SelectMany(i => new[]
        {
            Sshd(At(10, i).DateTime, i, "203.0.113.7", host: "right"),
            Sshd(At(12, i).DateTime, i, "198.51.100.9", host: "ahead"),
        });
        AssertBothSeen(Run(Lines("a", lines)));
    }

    [Fact]
    public void HostTwoHoursAhead_FileOfItsOwn_IsSeenAndBlindsNobody() => AssertBothSeen(Run(
        Lines("right", Enumerable.Range(0, 40).Select(i => Sshd(At(10, i).DateTime, i, "203.0.113.7", host: "right"))),
        Lines("ahead", Enumerable.Range(0, 40).Select(i => Sshd(At(12, i).DateTime, i, "198.51.100.9", host: "ahead")))));

    [Fact]
    public void TimeStepsBack_ByLessThanH_EveryLineCounts()
    {
        var minutes = new[] { 30, 31, 32, 1, 2, 33 };
        var result = Run(Lines("a", minutes.Select((m, i) => Sshd(At(10, m).DateTime, i))));
        Assert.Equal(0, result.Unevaluated);
        Assert.Empty(result.Of("C1"));

        // Three more make five in 15 minutes only together with those that came late.
        result = Run(Lines("a", minutes.Append(15).Append(14).Append(3).Select((m, i) => Sshd(At(10, m).DateTime, i))));
        Assert.Equal(At(10, 15), Core.Events.EventClock.ToInstant(Assert.Single(result.Of("C1")).Opened));
    }

    [Fact]
    public void TimeStepsBack_ByMoreThanH_LineIsMarkedAndTheRestCounts()
    {
        var lines = Enumerable.Range(0, 6).Select(i => Sshd(At(15, i).DateTime, i)).ToList();
        lines.Insert(3, Sshd(At(9).DateTime, 99));
        var result = Run(Lines("a", lines));
        Assert.Equal(6, Assert.Single(result.Of("C1")).Total);
        Assert.Equal(1, result.Unevaluated);
        Assert.Contains(result.Events.Events, e => e.Contains("unevaluated", StringComparison.Ordinal));
    }

    [Fact]
    public void ManyHosts_OneLineEach_AllAreEvaluatedInTime()
    {
        var lines = Enumerable.Range(0, 30_000).Select(i => Failure($"e{i}", At(10).AddSeconds(i), $"10.1.{i / 100 / 256}.{i / 100 % 256}", host: $"h{i}"));
        var result = Harness.PipelineRun.Run(Pack, [Lines("a", lines)]);
        Assert.Equal(0, result.Unevaluated + result.Skewed);
        Assert.Equal(300, result.Of("C1").Count);
    }

    private static void AssertBothSeen(Harness.RunResult result)
    {
        Assert.Equal((0, 0), (result.Unevaluated, result.Skewed));
        var alerts = result.Of("C1");
        Assert.Equal(["203.0.113.7", "198.51.100.9"], alerts.Select(a => a.Key[0].Value));
        Assert.All(alerts, a => Assert.Equal(40, a.Total));
    }
}
