using SecStream.Core.Events;
using SecStream.Stages.Parsing;
using Xunit;

namespace SecStream.Stages.Tests.Parsing;

public sealed class SshdMessagesTests
{
    [Theory]
    [InlineData("Failed password for root from 203.0.113.7 port 4711 ssh2", "login_failed", LoginLine.Failed, "root", "203.0.113.7", "4711")]
    [InlineData("Failed password for invalid user bob from 203.0.113.7 port 4711 ssh2", "login_failed", LoginLine.Failed, "bob", "203.0.113.7", "4711")]
    [InlineData("Failed password for illegal user bob from ::ffff:203.0.113.7 port 4711 ssh2", "login_failed", LoginLine.Failed, "bob", "203.0.113.7", "4711")]
    [InlineData("Failed publickey for git from 2001:db8::1 port 22 ssh2: RSA SHA256:abc", "login_failed", LoginLine.Failed, "git", "2001:db8::1", "22")]
    [InlineData("Failed keyboard-interactive/pam for bob from 203.0.113.7 port 1 ssh2", "login_failed", LoginLine.Failed, "bob", "203.0.113.7", "1")]
    [InlineData("Failed none for invalid user x from 203.0.113.7 port 4711 ssh2", "login_attempt", LoginLine.None, "x", "203.0.113.7", "4711")]
    [InlineData("Invalid user webmaster from 203.0.113.7", "login_failed_user_not_found", LoginLine.InvalidUser, "webmaster", "203.0.113.7", null)]
    [InlineData("Invalid user web master from 203.0.113.7 port 4711", "login_failed_user_not_found", LoginLine.InvalidUser, "web master", "203.0.113.7", "4711")]
    [InlineData("Invalid user  from 203.0.113.7 port 4711", "login_failed_user_not_found", LoginLine.InvalidUser, null, "203.0.113.7", "4711")]
    [InlineData("Accepted publickey for fztu from 119.137.62.142 port 49116 ssh2: ED25519 SHA256:x", "login_success", LoginLine.None, "fztu", "119.137.62.142", "49116")]
    [InlineData("maximum authentication attempts exceeded for root from 203.0.113.7 port 4711 ssh2 [preauth]", "login_attempts_exceeded", LoginLine.None, "root", "203.0.113.7", "4711")]
    [InlineData("Connection closed by authenticating user root 203.0.113.7 port 4711 [preauth]", null, LoginLine.None, null, "203.0.113.7", "4711")]
    [InlineData("Received disconnect from 203.0.113.7: 11: Bye Bye [preauth]", null, LoginLine.None, null, "203.0.113.7", null)]
    [InlineData("pam_unix(sshd:auth): authentication failure; logname= uid=0 euid=0 tty=ssh ruser= rhost=203.0.113.7  user=root", "login_failed", LoginLine.Pam, "root", "203.0.113.7", null)]
    [InlineData("pam_unix(sshd:auth): authentication failure; logname= uid=0 euid=0 tty=ssh ruser= rhost=203.0.113.7 ", "login_failed", LoginLine.Pam, null, "203.0.113.7", null)]
    [InlineData("pam_unix(sshd:auth): authentication failure; logname= uid=0 euid=0 tty=ssh ruser= rhost=  user=root", "login_failed", LoginLine.None, "root", null, null)]
    [InlineData("pam_unix(sshd:session): session opened for user fztu(uid=1000) by (uid=0)", "login_session_opened", LoginLine.None, "fztu", null, null)]
    [InlineData("pam_unix(sshd:session): session closed for user fztu", "logout", LoginLine.None, "fztu", null, null)]
    [InlineData("Server listening on 0.0.0.0 port 22.", null, LoginLine.None, null, null, null)]
    public void Parse_SshdMessage_Meaning(string message, string? action, LoginLine line, string? user, string? address, string? port)
    {
        var harness = new ParsingHarness();

        Assert.Equal(ParseResult.Event, harness.Parse($"Dec 10 06:55:46 web1 sshd[24200]: {message}"));

        Assert.Equal(action, harness["event.action"]);
        Assert.Equal(line, harness.Record.LoginLine);
        Assert.Equal(user, harness["user.name"]);
        Assert.Equal(address, harness["source.address"]);
        Assert.Equal(address, harness["source.ip"]);
        Assert.Equal(port, harness["source.port"]);
        Assert.Equal(("web1", "sshd", "24200", "system.auth"), (harness["host.name"], harness["process.name"], harness["process.pid"], harness["event.dataset"]));
        Assert.Equal(message, harness["message"]);
        Assert.Equal("2026-12-10T06:55:46.000000", harness.Time);
    }

    [Theory]
    [InlineData("root from 8.8.8.8 port 22 ssh2")]
    [InlineData("root from 8.8.8.8 port 22")]
    [InlineData("<img src=x onerror=alert(1)>")]
    [InlineData("\u001b[31mred\u001b[0m")]
    [InlineData("\"},{\"user\":\"x")]
    [InlineData("invalid user invalid user")]
    [InlineData(" leading and trailing ")]
    [InlineData(" from  from ")]
    [InlineData("a\\nb\\x00c")]
    [InlineData("x rhost=8.8.8.8 user=root")]
    public void Parse_HostileUserName_AttributedToTheRealAddress(string name)
    {
        foreach (var (message, line) in new[]
        {
            ($"Failed password for invalid user {name} from 203.0.113.7 port 4711 ssh2", LoginLine.Failed),
            ($"Invalid user {name} from 203.0.113.7 port 4711", LoginLine.InvalidUser),
            ($"Invalid user {name} from 203.0.113.7", LoginLine.InvalidUser),
        })
        {
            var harness = new ParsingHarness();
            harness.Parse($"Dec 10 06:55:46 web1 sshd[1]: {message}");
            Assert.Equal((name, "203.0.113.7", line), (harness["user.name"], harness["source.ip"], harness.Record.LoginLine));
        }
    }

    [Fact]
    public void Parse_HostileUserNameInPam_FirstRemoteHostCounts()
    {
        var harness = new ParsingHarness();
        harness.Parse("Dec 10 06:55:46 web1 sshd[1]: pam_unix(sshd:auth): authentication failure; logname= uid=0 euid=0 tty=ssh ruser= rhost=203.0.113.7  user=x rhost=8.8.8.8 user=y");
        Assert.Equal(("203.0.113.7", "x rhost=8.8.8.8 user=y"), (harness["source.ip"], harness["user.name"]));
    }

    [Theory]
    [InlineData("sshd(pam_unix)[1]: authentication failure; logname= uid=0 euid=0 tty=NODEVssh ruser= rhost=ned.gcdtech.com  user=root", 1)]
    [InlineData("sshd(pam_unix)[1]: 7 more authentication failures; logname= uid=0 euid=0 tty=NODEVssh ruser= rhost=ned.gcdtech.com  user=root", 7)]
    [InlineData("sshd[1]: PAM 5 more authentication failures; logname= uid=0 euid=0 tty=ssh ruser= rhost=ned.gcdtech.com  user=root", 5)]
    [InlineData("sshd[1]: message repeated 3 times: [ PAM 2 more authentication failures; logname= uid=0 euid=0 tty=ssh ruser= rhost=ned.gcdtech.com  user=root]", 6)]
    [InlineData("vsftpd[1]: pam_unix(vsftpd:auth): authentication failure; logname= uid=0 euid=0 tty=ftp ruser=root rhost=ned.gcdtech.com  user=root", 1)]
    public void Parse_PamFailureFromNamedHost_AddressIsTheNameWithoutIp(string body, int count)
    {
        var harness = new ParsingHarness();
        harness.Parse($"Jun 14 15:16:01 combo {body}");
        Assert.Equal(("ned.gcdtech.com", "ned.gcdtech.com", null), (harness["source.address"], harness["source.domain"], harness["source.ip"]));
        Assert.Equal((LoginLine.Pam, count, "root", "1"), (harness.Record.LoginLine, harness.Record.Count, harness["user.name"], harness["process.pid"]));
        Assert.Equal(("login_failed", "failure", "medium", "47"), (harness["event.action"], harness["event.outcome"], harness["secstream.severity"], harness["event.severity"]));
    }

    [Theory]
    [InlineData("sudo:    alice : TTY=pts/0 ; PWD=/home/alice ; USER=root ; COMMAND=/bin/ls ; USER=bob", "privilege_access", "alice", "root")]
    [InlineData("sudo:   mallory : user NOT in sudoers ; TTY=pts/1 ; PWD=/ ; USER=root ; COMMAND=/bin/sh", "permission_denied", "mallory", "root")]
    [InlineData("su[77]: Successful su for root by alice", "privilege_access", "alice", "root")]
    [InlineData("su[77]: FAILED SU (to root) alice on pts/0", "permission_denied", "alice", "root")]
    public void Parse_SudoAndSu_WhoBecameWhom(string body, string action, string user, string effective)
    {
        var harness = new ParsingHarness();
        harness.Parse($"Jun 14 15:16:01 combo {body}");
        Assert.Equal((action, user, effective), (harness["event.action"], harness["user.name"], harness["user.effective.name"]));
    }
}
