using System.Text;
using SecStream.Core.Events;
using SecStream.Stages.Parsing;
using Xunit;

namespace SecStream.Stages.Tests.Parsing;

public sealed class SourceParserTests
{
    private static readonly string[] Mixed =
    [
        "Dec 31 23:59:58 a sshd[5]: Failed password for root from 203.0.113.7 port 1 ssh2",
        "203.0.113.7 - - [17/May/2015:10:05:03 +0000] \"GET /x?a=%27%20or%201=1 HTTP/1.1\" 200 1 \"-\" \"sqlmap\"",
        "{\"@timestamp\":\"2026-05-01T10:00:00Z\",\"event\":{\"action\":\"login_success\"},\"source\":{\"ip\":\"203.0.113.7\"}}",
        "Jan  1 00:00:01 a last message repeated 3 times",
        "Oct 26 02:54:00 b cron[1]: x",
        "Oct 26 02:03:00 b last message repeated 2 times",
        "{\"timestamp\":1748779200500,\"eventType\":\"login_failed\",\"ip\":\"203.0.113.7\"}",
        "broken",
        "Jan  2 00:00:00 a su(pam_unix)[9]: session opened for user x by (uid=0)",
    ];

    [Fact]
    public void SaveRestore_AtEveryLine_ContinuesAsIfUninterrupted()
    {
        var options = new SourceOptions { Year = 2024, Zone = TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin") };
        var whole = new ParsingHarness(options);
        var expected = Mixed.Select(l => Read(whole, l)).ToList();
        for (var cut = 0; cut <= Mixed.Length; cut++)
        {
            var first = new ParsingHarness(options);
            var actual = Mixed[..cut].Select(l => Read(first, l)).ToList();
            using var state = new MemoryStream();
            first.Parser.Save(new BinaryWriter(state));
            state.Position = 0;
            var second = new ParsingHarness(options);
            second.Parser.Restore(new BinaryReader(state));
            Assert.Equal(first.Parser.Format, second.Parser.Format);
            actual.AddRange(Mixed[cut..].Select(l => Read(second, l)));
            Assert.Equal(expected, actual);
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("   \t")]
    [InlineData("\r\n")]
    public void Parse_Blank_Skip(string line) => Assert.Equal(ParseResult.Skip, new ParsingHarness().Parse(line));

    [Fact]
    public void Parse_LineEnd_TakenOff()
    {
        var harness = new ParsingHarness();
        harness.Parse("Jun  9 06:06:20 combo x: hello\r\n");
        Assert.Equal(("hello", "Jun  9 06:06:20 combo x: hello"), (harness["message"], Encoding.ASCII.GetString(harness.Record.Raw)));
    }

    [Fact]
    public void Parse_TenMegabytes_TooLarge()
    {
        var line = new byte[10 << 20];
        line.AsSpan().Fill((byte)'a');
        "Jun  9 06:06:20 combo x: "u8.CopyTo(line);
        Assert.Equal(ParseResult.Dead(ErrorClasses.TooLarge), new ParsingHarness().Parse(line));
        Assert.Equal(ParseResult.Event, new ParsingHarness(new SourceOptions { Year = 2026, MaxLineBytes = 16 << 20 }).Parse(line));
    }

    [Theory]
    [InlineData("syslog", "{\"@timestamp\":1777629600123}", ErrorClasses.BadTimestamp)]
    [InlineData("access", "Jun  9 06:06:20 combo x: hello", ErrorClasses.AccessSyntax)]
    [InlineData("ecs", "Jun  9 06:06:20 combo x: hello", ErrorClasses.JsonSyntax)]
    public void Parse_FixedFormat_OtherLinesDie(string format, string line, string error) =>
        Assert.Equal(ParseResult.Dead(error), new ParsingHarness(new SourceOptions { Format = format }).Parse(line));

    [Fact]
    public void Constructor_UnknownFormat_NamesTheKnown() =>
        Assert.Contains("guide-l", Assert.Throws<ArgumentException>(() => new ParsingHarness(new SourceOptions { Format = "xml" })).Message);

    [Theory]
    [InlineData("")]
    [InlineData("Dec 10 06:55:46 h sshd[1]: ")]
    [InlineData("<86>1 2026-05-01T10:00:00Z h sshd 1 - ")]
    [InlineData("1.2.3.4 - - [17/May/2015:10:05:03 +0000] \"")]
    [InlineData("{\"@timestamp\":\"2026-05-01T10:00:00Z\",\"message\":\"")]
    [InlineData("{\"@timestamp\":1777629600123,\"agent\":{\"type\":\"filebeat\"},\"message\":\"Dec 10 06:55:46 ")]
    public void Parse_RandomBytes_NeverThrows(string prefix)
    {
        var random = new Random(20260501);
        var harness = new ParsingHarness();
        var head = Encoding.UTF8.GetBytes(prefix);
        var pieces = Mixed.SelectMany(l => l.Split(' ')).Concat([" from ", " port ", "[", "]", "\"", "\\", "%27", "rhost=", "user=", ": ", "message repeated 3 times: [ ", "Failed ", "for "]).ToArray();
        for (var i = 0; i < 50_000; i++)
        {
            var tail = new byte[random.Next(60)];
            random.NextBytes(tail);
            byte[] line = (i % 2) == 0 ? [.. head, .. tail] : [.. head, .. Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, random.Next(8)).Select(_ => pieces[random.Next(pieces.Length)])))];
            var result = harness.Parse(line);
            Assert.True(result.Outcome != ParseOutcome.Dead || result.ErrorClass.Length > 0);
        }
    }

    [Fact]
    public void Parse_CutLines_NeverThrow()
    {
        foreach (var line in Mixed)
        {
            for (var length = 0; length <= line.Length; length++)
            {
                new ParsingHarness().Parse(line[..length]);
            }
        }
    }

    [Fact]
    public void Parse_TextLines_AllocateNothingInSteadyState()
    {
        var harness = new ParsingHarness(new SourceOptions { Year = 2024, Zone = TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin") });
        var lines = Mixed.Where(l => l[0] != '{').Concat(["Dec 10 06:55:46 web1 sshd[1]: pam_unix(sshd:auth): authentication failure; logname= uid=0 euid=0 tty=ssh ruser= rhost=x.example  user=root"])
            .Select(l => Encoding.UTF8.GetBytes(l)).ToArray();
        Run(harness, lines, 200);

        // A collection that another test causes adds what is left of this thread's block; what parsing allocates comes every time.
        Assert.InRange(Enumerable.Range(0, 3).Min(_ => Allocated(harness, lines)), 0, 1000 * lines.Length / 10);
    }

    private static long Allocated(ParsingHarness harness, byte[][] lines)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        Run(harness, lines, 1000);
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }

    private static void Run(ParsingHarness harness, byte[][] lines, int rounds)
    {
        for (var i = 0; i < rounds; i++)
        {
            foreach (var line in lines)
            {
                harness.Record.Reset(line, 0, line.Length);
                harness.Parser.Parse(harness.Record);
            }
        }
    }

    private static string Read(ParsingHarness harness, string line)
    {
        var result = harness.Parse(line);
        return result.Outcome == ParseOutcome.Event ? harness.Dump() : result.ToString();
    }
}
