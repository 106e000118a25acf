using static SecStream.Conformance.Tests.Scenarios.Scenario;

namespace SecStream.Conformance.Tests.Scenarios;

/// <summary>Hosts whose PAM asks several modules about one password, each of which logs that it was wrong.</summary>
public sealed class StackedPamTests
{
    [Theory]
    [InlineData(4, 0)]
    [InlineData(5, 1)]
    public void EveryModuleAndSshdLogOneFailure_OneAttempt(int failures, int alerts)
    {
        const string Pam = "authentication failure; logname= uid=0 euid=0 tty=ssh ruser= rhost=203.0.113.7";
        var lines = Enumerable.Range(0, failures).SelectMany(i => new[]
        {
            $"Mar 10 10:0{i}:00 web1 sshd[{i / 3}]: pam_unix(sshd:auth): {Pam}  user=alice",
            $"Mar 10 10:0{i}:00 web1 sshd[{i / 3}]: pam_sss(sshd:auth): {Pam} user=alice",
            $"Mar 10 10:0{i}:02 web1 sshd[{i / 3}]: Failed password for alice from 203.0.113.7 port 4711 ssh2",
        });

        var found = Run(Lines("a", lines, new() { Year = 2026 })).Of("C1");

        Assert.Equal(alerts, found.Count);
        Assert.All(found, a => Assert.Equal(failures, a.Total));
    }
}
