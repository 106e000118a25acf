using System.Text;

namespace SecStream.Host.Tests.Harness;

/// <summary>Small logs in which something happens.</summary>
internal static class SampleLogs
{
    /// <summary>
    /// sshd with everything that a stored event must carry on: several lines an attempt in one second, two sessions that interleave, repetitions,
    /// a success after failures, hostile names, a jump back in time.
    /// </summary>
    public static string Auth()
    {
        var log = new StringBuilder();
        for (var i = 0; i < 12; i++)
        {
            var (pid, second) = (2000 + i, 10 + (i * 3));
            log.Append($"Mar  2 10:00:{second} web sshd[{pid}]: Invalid user admin{i % 3} from 203.0.113.7\n");
            log.Append($"Mar  2 10:00:{second} web sshd[{pid + 500}]: Failed password for root from 198.51.100.9 port 4{i:00} ssh2\n");
            log.Append($"Mar  2 10:00:{second} web sshd[{pid}]: pam_unix(sshd:auth): authentication failure; logname= uid=0 euid=0 tty=ssh ruser= rhost=203.0.113.7\n");
            log.Append($"Mar  2 10:00:{second} web sshd[{pid}]: Failed password for invalid user admin{i % 3} from 203.0.113.7 port 5{i:00} ssh2\n");
        }

        log.Append("Mar  2 10:01:00 web sshd[2900]: Failed password for root from 192.0.2.44 port 600 ssh2\n");
        log.Append("Mar  2 10:01:01 web sshd[2900]: message repeated 5 times: [ Failed password for root from 192.0.2.44 port 600 ssh2]\n");
        log.Append("Mar  2 10:01:05 web sshd[2901]: Invalid user <img src=x onerror=alert(1)> from 192.0.2.44\n");
        log.Append("Mar  2 10:01:06 web sshd[2902]: Invalid user \u001b[31mred[/] from 192.0.2.44\n");
        log.Append("Mar  2 10:01:09 web sshd[2903]: Accepted password for root from 203.0.113.7 port 700 ssh2\n");
        log.Append("Mar  2 10:00:50 web sshd[2904]: Failed password for root from 198.51.100.9 port 701 ssh2\n");
        log.Append("Mar  2 10:02:00 web kernel: something else\n");
        return log.ToString();
    }

    /// <summary>A log in which one line is hours ahead of its neighbours: it is evaluated at their time.</summary>
    public static string Skewed()
    {
        var log = new StringBuilder();
        for (var i = 0; i < 4; i++)
        {
            log.Append($"Mar  2 10:00:0{i} web sshd[{100 + i}]: Failed password for root from 203.0.113.7 port 22 ssh2\n");
        }

        log.Append("Mar  2 15:00:00 web sshd[200]: Failed password for root from 203.0.113.7 port 22 ssh2\n");
        log.Append("Mar  2 10:00:09 web sshd[300]: session opened\n");
        return log.ToString();
    }

    /// <summary>ECS logins of one user from two countries, months after the first: what was ever seen of the user matters.</summary>
    public static string Travel() => string.Join('\n',
        Login("2025-11-02T10:00:00Z", "a1", "DE", 52.5, 13.4),
        Login("2026-03-02T10:00:00Z", "a2", "DE", 52.5, 13.4),
        Login("2026-03-02T10:30:00Z", "a3", "BR", -23.5, -46.6)) + "\n";

    private static string Login(string time, string id, string country, double latitude, double longitude) => FormattableString.Invariant(
        $$$"""
        {"@timestamp":"{{{time}}}","event":{"id":"{{{id}}}","action":"login_success","category":["authentication"],"outcome":"success"},"user":{"name":"alice"},
        "host":{"name":"app"},"source":{"ip":"203.0.113.7","geo":{"country_iso_code":"{{{country}}}","location":{"lat":{{{latitude}}},"lon":{{{longitude}}}} } } }
        """).Replace("\n", "", StringComparison.Ordinal);
}
