using System.Globalization;
using System.Text;
using System.Text.Json;
using SecStream.Conformance.Tests.Reference;
using SecStream.Core.Events;

namespace SecStream.Conformance.Tests.Generation;

/// <summary>Writes events as sources would.</summary>
internal static class EventLines
{
    public static byte[] Write(SourceEvent e) => e.Shape switch
    {
        EventShape.Ecs => Ecs(e),
        EventShape.Envelope => JsonSerializer.SerializeToUtf8Bytes(Envelope(e)),
        _ => Encoding.UTF8.GetBytes(Sshd(e)),
    };

    /// <summary>An sshd line as RFC 3164 syslog, in UTC.</summary>
    public static string Sshd(SourceEvent e)
    {
        var time = EventClock.ToInstant(e.Time);
        var stamp = time.ToString("MMM ", CultureInfo.InvariantCulture) + $"{time.Day,2} " + time.ToString("HH:mm:ss", CultureInfo.InvariantCulture);
        var from = $"{e.Address} port 4711";
        var pam = $"logname= uid=0 euid=0 tty=ssh ruser= rhost={e.Address}" + (e.User is null ? "" : $"  user={e.User}");
        var message = e.Line switch
        {
            LineKind.Failed => $"Failed password for {e.User} from {from} ssh2",
            LineKind.InvalidUser => $"Invalid user {e.User} from {from}",
            LineKind.Pam => $"pam_unix(sshd:auth): authentication failure; {pam}",
            LineKind.PamMore => $"PAM {e.Count} more authentication failure{(e.Count == 1 ? "" : "s")}; {pam}",
            _ => $"Accepted password for {e.User} from {from} ssh2",
        };
        message = e.Count > 1 && e.Line != LineKind.PamMore ? $"message repeated {e.Count} times: [ {message}]" : message;
        return $"{stamp} {e.Host} sshd[{e.Pid}]: {message}";
    }

    private static byte[] Ecs(SourceEvent e)
    {
        var document = new Dictionary<string, object?>
        {
            ["@timestamp"] = Iso(e.Time),
            ["event"] = new { id = e.GivenId, action = e.Action },
            ["host"] = new { name = e.Host },
        };
        if (e.User is not null || e.TargetUser is not null)
        {
            document["user"] = e.TargetUser is null ? new { name = e.User } : e.User is null
                ? new { target = new { name = e.TargetUser } } : new { name = e.User, target = new { name = e.TargetUser } };
        }

        if (e.Address is not null || e.Country is not null || e.Place is not null)
        {
            document["source"] = Source(e);
        }

        if (e.Service is not null)
        {
            document["service"] = new { name = e.Service };
        }

        return JsonSerializer.SerializeToUtf8Bytes(document);
    }

    private static Dictionary<string, object> Source(SourceEvent e)
    {
        var source = new Dictionary<string, object>();
        var geo = new Dictionary<string, object>();
        if (e.Address is not null)
        {
            source["address"] = e.Address;
        }

        if (e.Country is not null)
        {
            geo["country_iso_code"] = e.Country;
        }

        if (e.Place is { } place)
        {
            geo["location"] = new { lat = place.Latitude, lon = place.Longitude };
        }

        if (geo.Count > 0)
        {
            source["geo"] = geo;
        }

        return source;
    }

    /// <summary>Read by the shipper some milliseconds after it was written.</summary>
    private static object Envelope(SourceEvent e) => new Dictionary<string, object>
    {
        ["@timestamp"] = Iso(e.Time + 731_000),
        ["agent"] = new { type = "filebeat", id = $"agent-{e.Host}" },
        ["log"] = new { offset = e.Offset, file = new { fingerprint = e.File, path = "/var/log/auth.log" } },
        ["message"] = Sshd(e),
    };

    private static string Iso(long time) => EventClock.ToInstant(time).ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture);
}
