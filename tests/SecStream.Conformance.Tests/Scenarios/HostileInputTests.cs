using System.Text;
using System.Text.Json;
using SecStream.Conformance.Tests.Harness;
using static SecStream.Conformance.Tests.Scenarios.Scenario;

namespace SecStream.Conformance.Tests.Scenarios;

/// <summary>What attackers write into logs.</summary>
public sealed class HostileInputTests
{
    public static TheoryData<string> Names => ["root from 8.8.8.8 port 22 ssh2", "<img onerror=alert(1)>", "\u001b[2J\u001b]0;x\u0007", "\"},{", "a'b\\c", "${jndi:ldap://x}", "x rhost=8.8.8.8"];

    [Theory]
    [MemberData(nameof(Names))]
    public void UserName_ThatLooksLikeSomethingElse_IsAttributedToItsAddress(string name)
    {
        var lines = Enumerable.Range(0, 5).Select(i => Sshd(At(10, i).DateTime, i, user: name));
        AssertAttributed(Run(Lines("a", lines)), name);
        AssertAttributed(Run(Lines("a", Enumerable.Range(0, 5).Select(i => Failure($"e{i}", At(10, i), user: name)))), name);
    }

    [Fact]
    public void UserName_WithLineFeedsInJson_StaysOneEvent()
    {
        const string name = "a\nMar 10 10:00:00 web1 sshd[1]: Accepted password for root from 8.8.8.8 port 1 ssh2\r\nb\0c";
        AssertAttributed(Run(Lines("a", Enumerable.Range(0, 5).Select(i => Failure($"e{i}", At(10, i), user: name)))), name);
    }

    [Fact]
    public void MappedAddresses_CountAsTheAddressTheyMap()
    {
        var lines = Enumerable.Range(0, 5).Select(i => Failure($"e{i}", At(10, i), i < 3 ? "203.0.113.7" : "::ffff:203.0.113.7"));
        var alert = Assert.Single(Run(Lines("a", lines)).Of("C1"));
        Assert.Equal(("203.0.113.7", 5L), (alert.Key[0].Value, alert.Total));
        Assert.Single(alert.Addresses);
        lines = Enumerable.Range(0, 5).Select(i => Sshd(At(10, i).DateTime, i, i < 3 ? "203.0.113.7" : "::FFFF:CB00:7107"));
        Assert.Equal(5, Assert.Single(Run(Lines("a", lines)).Of("C1")).Total);
    }

    [Fact]
    public void InvalidUtf8_InAnyFormat_LosesNothingAndBreaksNothing()
    {
        var lines = new List<byte[]>();
        for (var i = 0; i < 5; i++)
        {
            lines.Add([.. Encoding.UTF8.GetBytes(Sshd(At(10, i).DateTime, i, user: "XX"))]);
            lines[^1][lines[^1].AsSpan().IndexOf("XX"u8)] = 0xC3;
            lines.Add([.. "{\"@timestamp\":\"2026-03-10T10:00:00Z\",\"user\":{\"name\":\""u8, 0xFF, 0xFE, .. "\"}}"u8]);
            lines.Add([0xFF, 0x00, 0x80, 0xC0]);
        }

        var result = Run(new Partition("a", lines));
        Assert.Equal(5, Assert.Single(result.Of("C1")).Total);
        Assert.Equal(10, result.DeadLetters);
        AssertValid(result);
    }

    [Fact]
    public void LineOfTenMegabytes_IsADeadLetterAndTheRestCounts()
    {
        var lines = Enumerable.Range(0, 5).Select(i => Sshd(At(10, i).DateTime, i)).ToList();
        lines.Insert(2, Sshd(At(10, 2).DateTime, 9, user: new string('x', 10 << 20)));
        var result = Run(Lines("a", lines));
        Assert.Equal((5L, 1L), (Assert.Single(result.Of("C1")).Total, result.DeadLetters));
    }

    [Fact]
    public void ManyAddressesBelowTheThreshold_OnlyThoseAtItAlert_WithinTheBound()
    {
        var isLong = Environment.GetEnvironmentVariable("SECSTREAM_LONG") == "1";
        var addresses = isLong ? 200_000 : 20_000;
        var lines = Enumerable.Range(0, 5).SelectMany(round => Enumerable.Range(0, round < 4 ? addresses : 0)
            .Concat(Enumerable.Range(addresses, 3))
            .Select(a => Encoding.UTF8.GetBytes(Sshd(At(10, round * 2).DateTime, a, $"10.{a >> 16}.{a >> 8 & 255}.{a & 255}"))));
        var result = PipelineRun.Run(Pack, [new Partition("a", [.. lines])]);
        Assert.Equal(3, result.Of("C1").Count);
        Assert.All(result.Of("C1"), a => Assert.Equal(5, a.Total));
        Assert.Equal((0, 0), (result.Counters.Evicted, result.Counters.Lost));
        Assert.InRange(result.MostStateBytes, 1, 512L << 20);
    }

    private static void AssertAttributed(RunResult result, string name)
    {
        var alert = Assert.Single(result.Of("C1"));
        Assert.Equal("203.0.113.7", alert.Key[0].Value);
        Assert.Equal(5, alert.Total);
        Assert.Equal(name, Assert.Single(alert.Users).Value);
        Assert.Empty(result.Of("X1"));
        Assert.Equal(5, result.Events.Events.Count());
        AssertValid(result);
    }

    private static void AssertValid(RunResult result)
    {
        foreach (var line in result.Events.Events.Concat(result.Events.DeadLetters))
        {
            using var document = JsonDocument.Parse(line);
            Assert.Equal(JsonValueKind.Object, document.RootElement.ValueKind);
            Assert.DoesNotContain('\u001b', line);
        }
    }
}
