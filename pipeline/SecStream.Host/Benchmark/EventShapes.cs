using System.Text;
using SecStream.Core.Text;

namespace SecStream.Host.Benchmark;

/// <summary>
/// The forms of events as different agents write them: nested objects, dotted keys and mixtures, each with its own order of keys, arrays,
/// numbers, escapes and other alphabets; half of them bring an <c>event.id</c>.
/// </summary>
internal sealed class EventShapes(Draw draw, double idShare = 0.5)
{
    private static readonly Dictionary<Shape, Template> s_templates = new()
    {
        [Shape.Web] = new("""{"@timestamp":"$Time$","event":{$NestedId$"kind":"event","category":["web"],"dataset":"nginx.access"},"source":{"address":"$Ip$"},"url":{"original":"$Url$"},"http":{"request":{"method":"$Method$"},"response":{"status_code":$Status$,"body":{"bytes":$Bytes$}},"version":"1.1"},"user_agent":{"original":"$Agent$"},"host":{"name":"$Host$"},"service":{"name":"shop"}}"""),
        [Shape.Api] = new("""{"@timestamp":"$Time$","log.level":"info","message":"request finished",$FlatId$"event.dataset":"api.request","event.duration":$Number$,"secstream.api_key.id":"$Key$","source.ip":"$Ip$","url.path":"$Url$","http.request.method":"$Method$","http.response.status_code":$Status$,"http.response.body.bytes":$Bytes$,"trace.id":"$Hex$$Hex$","service.name":"$Service$","host.name":"$Host$"}"""),
        [Shape.Login] = new("""{"host":{"name":"$Host$"},"user":{"name":"$User$","id":"$UserId$"},"source":{"ip":"$Ip$","port":$Port$},"event":{"action":"$Action$","category":["authentication"],"outcome":"success",$NestedId$"dataset":"system.auth"},"process":{"name":"sshd","pid":$Number$},"@timestamp":"$Time$","message":"Accepted publickey for $User$ from $Ip$ port $Port$ ssh2: ED25519 SHA256:$Hex$"}"""),
        [Shape.LoginFailure] = new("""{"event":{"kind":"event","action":"$Action$","outcome":"failure",$NestedId$"category":"authentication","dataset":"app.auth"},"@timestamp":"$Time$","user.name":"$User$","error.message":"Invalid credentials for \"$User$\"","source":{"address":"$Ip$"},"user_agent.original":"$Agent$","service":{"name":"$Service$"},"host.name":"$Host$","labels":{"realm":"main"}}"""),
        [Shape.Flow] = new("""{"observer":{"name":"$Host$","type":"firewall"},"source":{"ip":"$Ip$","port":$Port$,"bytes":$Bytes$},"destination":{"ip":"$Inner$","port":443,"bytes":$Bytes$},"network":{"transport":"tcp","direction":"inbound","community_id":"1:$Hex$=","bytes":$Bytes$},"event":{"action":"flow_end","category":["network"],"dataset":"firewall.flow",$NestedId$"duration":$Number$},"@timestamp":"$Time$","tags":["edge","eu"]}"""),
        [Shape.Process] = new("""{"agent":{"id":"$Hex$","type":"endpoint"},"process":{"pid":$Number$,"name":"svchost.exe","executable":"C:\\Windows\\System32\\svchost.exe","command_line":"$Command$","parent":{"pid":$Number$},"hash":{"md5":"$Hex$$Hex$"}},"@timestamp":"$Time$","user":{"name":"$User$","domain":"CORP"},"event":{$NestedId$"action":"process_start","category":["process"],"dataset":"endpoint.process"},"host":{"name":"$Host$"}}"""),
        [Shape.Application] = new("""{"@timestamp":"$Time$","log":{"level":"warn"},"message":"$Text$","event.dataset":"app.log",$FlatId$"labels":{"request":"$Hex$"},"host":{"name":"$Host$"},"service":{"name":"$Service$"},"error":{"type":"java.io.IOException","code":"$Status$"}}"""),
        [Shape.Audit] = new("""{"event":{"dataset":"audit","kind":"event",$NestedId$"action":"$Action$","outcome":"$Outcome$"},"user":{"name":"$User$","roles":["clerk","audit"]},"source.ip":"$Ip$","secstream":{"sensitivity":"financial","records":{"count":$Status$}},"message":"$Action$ by \u201e$User$\u201c \u2013 see ticket $Number$","host":{"name":"$Host$"},"service.name":"$Service$","@timestamp":"$Time$","labels":{"session":"$Hex$","change":"$Hex$"}}"""),
        [Shape.Violation] = new("""{"@timestamp":"$Time$","event.action":"$Action$","event.category":["intrusion_detection"],"event.outcome":"failure",$FlatId$"event.dataset":"gateway","source":{"ip":"$Ip$","port":$Port$},"user_agent":{"original":"$Agent$"},"rule":{"id":"gw-$Status$","name":"per client limit"},"http":{"request":{"method":"$Method$"}},"host.name":"$Host$"}"""),
    };

    private static readonly (string Prefix, int Count)[] s_hosts =
        [("web", 24), ("api", 16), ("bastion", 12), ("app", 20), ("fw", 4), ("desk", 300), ("app", 20), ("db", 8), ("gw", 6)];

    private static readonly byte[][] s_agents = Bytes(
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0 Safari/537.36",
        "Mozilla/5.0 (X11; Linux x86_64; rv:127.0) Gecko/20100101 Firefox/127.0",
        "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 Version/17.5 Mobile/15E148",
        "okhttp/4.12.0", "python-requests/2.32.3", "Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)");

    private static readonly byte[][] s_paths = Bytes(
        "/", "/login", "/api/v1/orders/", "/products/category/garden?page=", "/static/js/main.8f3a1c.js", "/img/2026/03/header-large.webp", "/cart/items?ref=mail&n=",
        "/search?q=blue+chair&sort=price_asc&from=", "/account/settings", "/health");

    private static readonly byte[][] s_services = Bytes("orders", "payments", "search", "identity", "mail", "catalog");

    private static readonly byte[][] s_texts = Bytes(
        """Could not reach the stock service\n\tat com.example.Stock.get(Stock.java:71)\n\tat com.example.Cart.add(Cart.java:118)\n\tat java.base/java.lang.Thread.run(Thread.java:1583)""",
        "Lieferung für Müller & Söhne verzögert sich um drei Tage, bitte Kunden benachrichtigen",
        """Retrying \"PUT /v2/shipments\" after 250 ms (attempt 2 of 5), upstream said \"503 Service Unavailable\".""",
        """Pool has 3 of 40 connections left; slow query: SELECT id, name FROM customer WHERE region = ?""");

    private static readonly byte[][] s_commands = Bytes(
        """C:\\Windows\\system32\\svchost.exe -k netsvcs -p -s Schedule""",
        """\"C:\\Program Files\\Backup\\agent.exe\" --config \"C:\\ProgramData\\Backup\\conf.json\" --quiet""",
        """powershell.exe -NoProfile -File C:\\scripts\\inventory.ps1""");

    private static readonly byte[][] s_methods = Bytes("GET", "GET", "GET", "GET", "POST", "POST", "PUT", "DELETE");
    private static readonly int[] s_statuses = [200, 200, 200, 200, 200, 200, 200, 204, 301, 302, 304, 404, 500];

    private ulong _host;

    /// <summary>Writes an event as one line, the line end included.</summary>
    public void Write(in PlannedEvent planned, ByteWriter output)
    {
        var (_, count) = s_hosts[(int)planned.Shape];
        _host = (ulong)draw.Zipf(count, 0.5);
        foreach (var (literal, slot) in s_templates[planned.Shape].Parts)
        {
            output.Write(literal);
            Fill(slot, in planned, output);
        }

        output.WriteByte((byte)'\n');
    }

    private static byte[][] Bytes(params string[] texts) => [.. texts.Select(Encoding.UTF8.GetBytes)];

    private void Fill(Slot slot, in PlannedEvent planned, ByteWriter output)
    {
        switch (slot)
        {
            case Slot.None:
                break;
            case Slot.Time:
                output.WriteTimestamp(planned.Time);
                break;
            case Slot.Ip:
                Population.WriteAddress(output, planned.Address);
                break;
            case Slot.User:
                Population.WriteUser(output, planned.User);
                break;
            case Slot.NestedId or Slot.FlatId:
                WriteId(slot == Slot.NestedId ? "\"id\":\""u8 : "\"event.id\":\""u8, output);
                break;
            case Slot.Host:
                output.Write(Encoding.ASCII.GetBytes(s_hosts[(int)planned.Shape].Prefix));
                output.WriteByte((byte)'-');
                output.WriteInteger((long)_host + 1);
                break;
            case Slot.Url:
                WriteUrl(in planned, output);
                break;
            case Slot.Action or Slot.Key:
                output.Write(Encoding.ASCII.GetBytes(planned.Detail));
                break;
            case Slot.Outcome:
                output.Write(planned.Detail.EndsWith("denied", StringComparison.Ordinal) ? "failure"u8 : "success"u8);
                break;
            case Slot.Inner:
                output.Write("10.20."u8);
                output.WriteInteger(draw.Below(8));
                output.WriteByte((byte)'.');
                output.WriteInteger(draw.Between(1, 255));
                break;
            case Slot.Hex:
                Population.WriteHex(output, draw.Next(), 16);
                break;
            default:
                FillSimple(slot, output);
                break;
        }
    }

    private void FillSimple(Slot slot, ByteWriter output)
    {
        switch (slot)
        {
            case Slot.Agent:
                output.Write(s_agents[draw.Zipf(s_agents.Length, 0.8)]);
                break;
            case Slot.Service:
                output.Write(draw.Pick(s_services));
                break;
            case Slot.Method:
                output.Write(draw.Pick(s_methods));
                break;
            case Slot.Text:
                output.Write(draw.Pick(s_texts));
                break;
            case Slot.Command:
                output.Write(draw.Pick(s_commands));
                break;
            default:
                output.WriteInteger(slot switch
                {
                    Slot.Status => draw.Pick(s_statuses),
                    Slot.Port => draw.Between(1024, 65_536),
                    Slot.UserId => draw.Between(1000, 30_000),
                    Slot.Bytes => draw.Zipf(1_000_000, 0.9),
                    _ => draw.Below(1_000_000),
                });
                break;
        }
    }

    private void WriteId(ReadOnlySpan<byte> key, ByteWriter output)
    {
        if (!draw.Chance(idShare))
        {
            return;
        }

        output.Write(key);
        Population.WriteHex(output, draw.Next(), 16);
        Population.WriteHex(output, draw.Next(), 16);
        output.Write("\","u8);
    }

    private void WriteUrl(in PlannedEvent planned, ByteWriter output)
    {
        if (planned.Shape == Shape.Web && planned.Detail.Length > 0)
        {
            output.Write(Encoding.ASCII.GetBytes(planned.Detail));
            return;
        }

        var path = draw.Pick(s_paths);
        output.Write(path);
        if (path[^1] is (byte)'=' or (byte)'/' && path.Length > 1)
        {
            output.WriteInteger(draw.Below(100_000));
        }
    }
}
