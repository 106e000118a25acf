using SecStream.Core.Events;
using SecStream.Stages.Parsing;
using Xunit;

namespace SecStream.Stages.Tests.Parsing;

/// <summary>One failed login in the header shapes of the daemons and systems that write auth logs.</summary>
public sealed class SyslogVariantsTests
{
    private const string Failed = "Failed password for root from 203.0.113.7 port 22 ssh2";

    [Theory]
    [InlineData("2024 Dec 10 06:55:46 web1 sshd[5]: ", "web1")]
    [InlineData("2024 Dec  9 06:55:46 web1 sshd[5]: ", "web1")]
    [InlineData("Dec 10 2024 06:55:46 web1 sshd[5]: ", "web1")]
    [InlineData("Dec 10 06:55:46 2024 web1 sshd[5]: ", "web1")]
    [InlineData("Dec 10 06:55:46 2024 sshd[5]: ", "2024", 2026)]
    [InlineData("Tue Dec 10 06:55:46 2024 auth.info sshd[5]: ", null)]
    [InlineData("Dec 10 06:55:46 web1 auth.info sshd[5]: ", "web1", 2026)]
    [InlineData("Dec 10 06:55:46 <auth.info> web1 sshd[5]: ", "web1", 2026)]
    [InlineData("Dec 10 06:55:46 <4.6> web1 sshd[5]: ", "web1", 2026)]
    [InlineData("2024-12-10 06:55:46 web1 sshd[5]: ", "web1")]
    [InlineData("2024-12-10 06:55:46.000+00:00 web1 sshd[5]: ", "web1")]
    [InlineData("<38>2024-12-10 06:55:46 web1 sshd[5]: ", "web1")]
    [InlineData("2024-12-10T06:55:46+0000 web1 sshd[5]: ", "web1")]
    [InlineData("1 2024-12-10T06:55:46Z web1 sshd 5 - - ", "web1")]
    [InlineData("Dec 10 06:55:46\tweb1\tsshd[5]:\t", "web1", 2026)]
    [InlineData("Dec 10 06:55:46  web1  sshd[5]:  ", "web1", 2026)]
    [InlineData("Dec 10 06:55:46 2001:db8::5 sshd[5]: ", "2001:db8::5", 2026)]
    [InlineData("Dec 10 06:55:46 web1 /usr/sbin/sshd[5]: ", "web1", 2026)]
    [InlineData("Dec 10 06:55:46 web1 sshd-session[5]: ", "web1", 2026)]
    [InlineData("Dec 10 06:55:46 web1 sshd[5]: [ID 800047 auth.info] ", "web1", 2026)]
    public void Parse_HeaderOfSomeDaemon_TheSameFailure(string header, string? host, int year = 2024)
    {
        foreach (var end in new[] { "", " ", "\t", "\r\n" })
        {
            var harness = new ParsingHarness();
            Assert.Equal(ParseResult.Event, harness.Parse(header + Failed + end));
            Assert.Equal((host, "5", "login_failed", "root", "203.0.113.7"),
                (harness["host.name"], harness["process.pid"], harness["event.action"], harness["user.name"], harness["source.ip"]));
            Assert.Equal(LoginLine.Failed, harness.Record.LoginLine);
            Assert.Equal($"{year}-12-{(header.Contains("  9 ") ? "09" : "10")}T06:55:46.000000", harness.Time);
        }
    }

    [Theory]
    [InlineData("Dec 10 06:55:46 web1 sshd[5]: " + Failed, "syslog")]
    [InlineData("1.2.3.4 - - [17/May/2015:10:05:03 +0000] \"GET / HTTP/1.1\" 200 1", "access")]
    [InlineData("{\"@timestamp\":\"2026-05-01T10:00:00Z\",\"event\":{\"action\":\"login_failed\"}}", "ecs")]
    public void Parse_ByteOrderMark_NoPartOfTheLine(string line, string format)
    {
        var harness = new ParsingHarness();
        Assert.Equal(ParseResult.Event, harness.Parse("\uFEFF" + line + "\r\n"));
        Assert.Equal(format, harness.Parser.Format);
        Assert.Equal(line, System.Text.Encoding.UTF8.GetString(harness.Record.Raw));
    }

    [Theory]
    [InlineData("2024-12-10 06:55:46,123 ERROR module: failed")]
    [InlineData("2024-12-10 06:55:46 ERROR module: failed")]
    [InlineData("2024-12-10 06:55:46.123 [main] app.Main: started")]
    [InlineData("2024-12-10 06:55:46 no tag here")]
    [InlineData("2024 December was cold: it snowed")]
    [InlineData("Tue Decade of the bells")]
    public void Parse_OtherLogsThatBeginAlike_Dead(string line) =>
        Assert.Equal(ParseOutcome.Dead, new ParsingHarness().Parse(line).Outcome);

    [Theory]
    [InlineData("(pam_unix) authentication failure; logname= uid=0 euid=0 tty=ssh ruser= rhost=203.0.113.7  user=root", LoginLine.Pam)]
    [InlineData("pam_unix(sshd:auth): authentication failure; logname= uid=0 euid=0 tty=ssh ruser= rhost=203.0.113.7  user=root", LoginLine.Pam)]
    [InlineData("PAM 2 more authentication failures; logname= uid=0 euid=0 tty=ssh ruser= rhost=203.0.113.7  user=root", LoginLine.Pam)]
    [InlineData("pam_sss(sshd:auth): authentication failure; logname= uid=0 euid=0 tty=ssh ruser= rhost=203.0.113.7 user=root", LoginLine.PamStacked)]
    public void Parse_PamModules_KindOfLine(string message, LoginLine line)
    {
        var harness = new ParsingHarness();
        harness.Parse("Dec 10 06:55:46 web1 sshd[5]: " + message);
        Assert.Equal(("login_failed", "root", "203.0.113.7"), (harness["event.action"], harness["user.name"], harness["source.ip"]));
        Assert.Equal(line, harness.Record.LoginLine);
        Assert.Equal(line, LoginLines.Parse(LoginLines.Name(line)));
    }

    [Theory]
    [InlineData("pam_sss(sshd:auth): received for user bob: 7 (Authentication failure)")]
    [InlineData("pam_tally2(sshd:auth): user root (0) tally 5, deny 3")]
    [InlineData("pam_unix(sshd:auth): check pass; user unknown")]
    [InlineData("Disconnecting authenticating user root 203.0.113.7 port 22: Too many authentication failures [preauth]")]
    [InlineData("Postponed keyboard-interactive for invalid user x from 203.0.113.7 port 22 ssh2 [preauth]")]
    [InlineData("error: PAM: Authentication failure for illegal user x from 203.0.113.7")]
    public void Parse_LinesAroundAnAttempt_AreNone(string message)
    {
        var harness = new ParsingHarness();
        harness.Parse("Dec 10 06:55:46 web1 sshd[5]: " + message);
        Assert.Equal(LoginLine.None, harness.Record.LoginLine);
        Assert.False(harness["event.action"]?.StartsWith("login_failed", StringComparison.Ordinal) ?? false);
    }

    [Fact]
    public void Parse_PeerAlreadyGone_NobodysAddress()
    {
        var harness = new ParsingHarness();
        harness.Parse("Dec 10 06:55:46 web1 sshd[5]: Invalid user bob from UNKNOWN port 65535");
        Assert.Equal(("bob", null), (harness["user.name"], harness["source.address"]));
    }
}
