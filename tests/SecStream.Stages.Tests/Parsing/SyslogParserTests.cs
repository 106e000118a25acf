using SecStream.Core.Events;
using SecStream.Stages.Parsing;
using Xunit;

namespace SecStream.Stages.Tests.Parsing;

public sealed class SyslogParserTests
{
    [Theory]
    [InlineData("Jun  9 06:06:20 combo kernel: klogd 1.4.1", "2026-06-09T06:06:20.000000", "combo", "kernel", null, "klogd 1.4.1")]
    [InlineData("<38>Jun  9 06:06:20 combo cron[7]: run", "2026-06-09T06:06:20.000000", "combo", "cron", "7", "run")]
    [InlineData("Jun 9 06:06:20 combo cron[7]: run", "2026-06-09T06:06:20.000000", "combo", "cron", "7", "run")]
    [InlineData("Jun  9 2025 06:06:20 fw %ASA-6-302013: built", "2025-06-09T06:06:20.000000", "fw", "%ASA-6-302013", null, "built")]
    [InlineData("Jun  9 06:06:20.123 combo cron[7]: run", "2026-06-09T06:06:20.123000", "combo", "cron", "7", "run")]
    [InlineData("Sep 28 09:09:19 combo exiting on signal 15", "2026-09-28T09:09:19.000000", "combo", null, null, "exiting on signal 15")]
    [InlineData("2026-05-01T10:00:00.123456+02:00 web1 postfix/smtpd[9]: hello", "2026-05-01T08:00:00.123456", "web1", "postfix/smtpd", "9", "hello")]
    [InlineData("<34>1 2003-10-11T22:14:15.003Z mymachine.example.com su - ID47 [x a=\"]\\\"\"][y] \uFEFFhello", "2003-10-11T22:14:15.003000", "mymachine.example.com", "su", null, "hello")]
    [InlineData("<165>1 2003-08-24T05:14:15.000003-07:00 192.0.2.1 myproc 8710 - - time", "2003-08-24T12:14:15.000003", "192.0.2.1", "myproc", "8710", "time")]
    [InlineData("Jul  1 09:00:55 mac com.apple.xpc.launchd[1] (com.apple.ql[8]): died", "2026-07-01T09:00:55.000000", "mac", "com.apple.xpc.launchd", "1", "(com.apple.ql[8]): died")]
    [InlineData("Jun  9 06:06:20 kernel: no host", "2026-06-09T06:06:20.000000", null, "kernel", null, "no host")]
    public void Parse_Header_Parts(string line, string time, string? host, string? program, string? pid, string message)
    {
        var harness = new ParsingHarness();
        Assert.Equal(ParseResult.Event, harness.Parse(line));
        Assert.Equal((time, host, program, pid, message), (harness.Time, harness["host.name"], harness["process.name"], harness["process.pid"], harness["message"]));
        Assert.Equal("syslog", harness.Parser.Format);
    }

    [Fact]
    public void Parse_Rfc5424_AllFields()
    {
        var harness = new ParsingHarness();
        harness.Parse("<86>1 2026-05-01T10:00:00Z web1 sshd 4711 MSG1 [o@1 k=\"v\"] Failed password for root from 203.0.113.7 port 22 ssh2");
        Assert.Equal(("86", "10", "6", "1"), (harness["log.syslog.priority"], harness["log.syslog.facility.code"], harness["log.syslog.severity.code"], harness["log.syslog.version"]));
        Assert.Equal(("sshd", "4711", "MSG1", "[o@1 k=\"v\"]"), (harness["log.syslog.appname"], harness["log.syslog.procid"], harness["log.syslog.msgid"], harness["log.syslog.structured_data"]));
        Assert.Equal((LoginLine.Failed, "4711", "web1"), (harness.Record.LoginLine, harness["process.pid"], harness["host.name"]));
    }

    [Theory]
    [InlineData("Dec  2 13:14:2")]
    [InlineData("Dec  2 25:14:20 h x: y")]
    [InlineData("Feb 30 13:14:20 h x: y")]
    [InlineData("<34>1 yesterday h a - - - x")]
    [InlineData("2026-13-01T10:00:00Z web1 x: y")]
    public void Parse_CutOrImpossibleTime_Dead(string line) =>
        Assert.Equal(ParseResult.Dead(ErrorClasses.BadTimestamp), new ParsingHarness().Parse(line));

    [Fact]
    public void Parse_NothingAfterTheTime_Dead() =>
        Assert.Equal(ParseResult.Dead(ErrorClasses.SyslogSyntax), new ParsingHarness().Parse("Dec  2 13:14:20"));

    [Fact]
    public void Parse_MessageRepeated_InnerMessageCounted()
    {
        var harness = new ParsingHarness();
        harness.Parse("Dec 10 09:12:35 LabSZ sshd[5]: message repeated 5 times: [ Failed password for root from 5.36.59.76 port 42393 ssh2]");
        Assert.Equal((5, LoginLine.Failed, "root", "5.36.59.76", "5"),
            (harness.Record.Count, harness.Record.LoginLine, harness["user.name"], harness["source.ip"], harness["secstream.repeat.count"]));
        Assert.Equal("Failed password for root from 5.36.59.76 port 42393 ssh2", harness["message"]);
    }

    [Fact]
    public void Parse_LastMessageRepeated_MeansThatHostsLastLine()
    {
        var harness = new ParsingHarness();
        harness.Parse("Dec 10 09:12:35 a sshd[5]: Failed password for root from 203.0.113.7 port 1 ssh2");
        harness.Parse("Dec 10 09:12:36 b cron[9]: something else");
        harness.Parse("Dec 10 09:12:40 a last message repeated 3 times");
        Assert.Equal((3, LoginLine.Failed, "root", "5", "a"), (harness.Record.Count, harness.Record.LoginLine, harness["user.name"], harness["process.pid"], harness["host.name"]));
        Assert.Equal("2026-12-10T09:12:40.000000", harness.Time);
        harness.Parse("Dec 10 09:12:41 a last message repeated 2 times");
        Assert.Equal((2, LoginLine.Failed), (harness.Record.Count, harness.Record.LoginLine));
        harness.Parse("Dec 10 09:12:41 unknown last message repeated 2 times");
        Assert.Equal((2, LoginLine.None), (harness.Record.Count, harness.Record.LoginLine));
    }

    [Fact]
    public void Parse_EndOfSummerTime_SecondPassByOrder()
    {
        var harness = new ParsingHarness(new SourceOptions { Year = 2025, Zone = TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin") });
        var times = new List<string>();
        foreach (var time in new[] { "02:52:00", "02:53:00", "02:54:00", "02:53:58", "02:03:00", "02:04:00", "03:00:00" })
        {
            harness.Parse($"Oct 26 {time} h x: y");
            times.Add(harness.Time[11..19]);
        }

        Assert.Equal(["00:52:00", "00:53:00", "00:54:00", "00:53:58", "01:03:00", "01:04:00", "02:00:00"], times);
    }

    [Theory]
    [InlineData("Mar 30 01:59:59", "2025-03-30T00:59:59.000000")]
    [InlineData("Mar 30 02:30:00", "2025-03-30T01:30:00.000000")]
    [InlineData("Mar 30 03:00:00", "2025-03-30T01:00:00.000000")]
    [InlineData("Jul  1 12:00:00", "2025-07-01T10:00:00.000000")]
    [InlineData("Jan  1 00:30:00", "2024-12-31T23:30:00.000000")]
    public void Parse_ZoneWithSummerTime_SkippedHourShiftsForward(string stamp, string utc)
    {
        var harness = new ParsingHarness(new SourceOptions { Year = 2025, Zone = TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin") });
        harness.Parse($"{stamp} h x: y");
        Assert.Equal(utc, harness.Time);
    }

    [Fact]
    public void Parse_YearRollover_LateDecemberLineKeepsItsYear()
    {
        var harness = new ParsingHarness(new SourceOptions { Year = 2024 });
        var years = new List<string>();
        foreach (var stamp in new[] { "Dec 31 23:59:58", "Jan  1 00:00:01", "Dec 31 23:59:59", "Jan  1 00:00:02", "Feb 29 10:00:00", "Feb  1 00:00:00", "Dec 30 00:00:00", "Jan  2 00:00:00" })
        {
            harness.Parse($"{stamp} h x: y");
            years.Add(harness.Time[..10]);
        }

        Assert.Equal(["2024-12-31", "2025-01-01", "2024-12-31", "2025-01-01", "2025-03-01", "2025-02-01", "2025-12-30", "2026-01-02"], years);
    }

    [Theory]
    [InlineData("2026-02-01", new[] { "Dec 30 10:00:00", "Jan  2 10:00:00" }, 2025)]
    [InlineData("2025-12-31", new[] { "Jan 30 10:00:00", "Dec 30 10:00:00" }, 2025)]
    [InlineData("2025-12-01", new[] { "Jan 30 10:00:00", "Dec 30 10:00:00" }, 2024)]
    [InlineData("2026-12-01", new[] { "Sep 30 10:00:00", "Jan 30 10:00:00", "Dec 30 10:00:00", "Jan  3 10:00:00" }, 2024)]
    [InlineData("2026-12-01", new[] { "Feb 29 10:00:00" }, 2024)]
    public void YearScan_LastLineNotAfterModification(string modified, string[] stamps, int year)
    {
        var scan = new Rfc3164YearScan();
        foreach (var stamp in stamps)
        {
            scan.Add(System.Text.Encoding.ASCII.GetBytes($"<13>{stamp} h x: y"));
            scan.Add("garbage"u8);
        }

        Assert.Equal(year, scan.FirstYear(DateTimeOffset.Parse(modified + "T00:00:00Z")));
    }

    [Fact]
    public void YearScan_NoSyslog_Null() => Assert.Null(new Rfc3164YearScan().FirstYear(DateTimeOffset.UnixEpoch));

    [Fact]
    public void Parse_ArrivalStamp_GivesTheYear()
    {
        var harness = new ParsingHarness(new SourceOptions());
        var line = "Dec 31 23:59:58 h x: y"u8.ToArray();
        harness.Record.Reset(line, 0, line.Length);
        harness.Record.ArrivalTime = EventClock.ToMicroseconds(new DateTimeOffset(2026, 1, 1, 0, 0, 3, TimeSpan.Zero));
        Assert.Equal(ParseResult.Event, harness.Parser.Parse(harness.Record));
        Assert.Equal("2025-12-31T23:59:58.000000", harness.Time);
    }
}
