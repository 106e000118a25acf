using System.Text;

namespace SecStream.Benchmarks;

/// <summary>ECS events of about 450 bytes in one buffer: six templates with keys in different orders, IPv6, escapes, optional fields.</summary>
internal sealed class EcsEvents
{
    private readonly Random _random = new(20261121);
    private readonly List<(int Start, int Length)> _events = [];

    public EcsEvents(int count)
    {
        using var bytes = new MemoryStream();
        for (var i = 0; i < count; i++)
        {
            var json = Encoding.UTF8.GetBytes(Make(i));
            _events.Add(((int)bytes.Length, json.Length));
            bytes.Write(json);
            bytes.WriteByte((byte)'\n');
        }

        Buffer = bytes.ToArray();
    }

    public byte[] Buffer { get; }

    public IReadOnlyList<(int Start, int Length)> Events => _events;

    private string Make(int i)
    {
        var r = _random;
        var time = $"2026-11-21T{r.Next(24):00}:{r.Next(60):00}:{r.Next(60):00}.{r.Next(1000):000}Z";
        var ip = r.Next(4) == 0 ? $"2001:db8:{r.Next(65536):x}:{r.Next(65536):x}::{r.Next(65536):x}" : $"{r.Next(1, 224)}.{r.Next(256)}.{r.Next(256)}.{r.Next(256)}";
        var user = r.Next(8) == 0 ? $"m\\u00fcller{r.Next(1000)}" : $"user{r.Next(100_000)}";
        var agent = r.Next(6) == 0 ? "curl\\/8.5.0 \\\"probe\\\"" : "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/126.0";
        var domain = r.Next(3) == 0 ? $",\"domain\":\"h{r.Next(50)}.example.org\"" : "";
        var tags = r.Next(3) == 0 ? "\"tags\":[\"prod\",\"eu-west\"]," : "";
        var outcome = r.Next(5) == 0 ? "failure" : "success";
        var port = r.Next(1024, 65535);
        return r.Next(6) switch
        {
            0 => $$$$"""{"@timestamp":"{{{{time}}}}","ecs":{"version":"8.11"},{{{{tags}}}}"event":{"id":"{{{{i:x16}}}}","action":"login_failed","category":["authentication"],"kind":"event","outcome":"{{{{outcome}}}}","dataset":"system.auth"},"source":{"ip":"{{{{ip}}}}","port":{{{{port}}}}{{{{domain}}}}},"user":{"name":"{{{{user}}}}"},"host":{"name":"web-{{{{i % 40}}}}"},"process":{"name":"sshd","pid":{{{{i % 32768}}}}},"message":"Failed password for {{{{user}}}} from {{{{ip}}}} port {{{{port}}}} ssh2","log":{"file":{"path":"/var/log/auth.log"},"offset":{{{{i * 97}}}}}}""",
            1 => $$$$"""{"@timestamp":"{{{{time}}}}","source":{"address":"{{{{ip}}}}","ip":"{{{{ip}}}}"{{{{domain}}}}},"http":{"request":{"method":"GET","bytes":{{{{port}}}}},"response":{"status_code":{{{{200 + (i % 5)}}}},"body":{"bytes":{{{{i % 100_000}}}}}},"version":"1.1"},"url":{"original":"/api/v1/items/{{{{i}}}}?page=2","path":"/api/v1/items/{{{{i}}}}"},"user_agent":{"original":"{{{{agent}}}}"},"event":{"category":["web"],"dataset":"nginx.access","outcome":"{{{{outcome}}}}","duration":{{{{i * 31}}}}},"service":{"name":"shop"},"host":{"name":"edge-{{{{i % 9}}}}"}}""",
            2 => $$$$"""{"event":{"kind":"event","dataset":"audit","action":"data_access","severity":{{{{i % 100}}}},"outcome":"{{{{outcome}}}}"},"user":{"id":"{{{{port}}}}","name":"{{{{user}}}}","email":"{{{{user}}}}@example.com","roles":["analyst","viewer"]},"@timestamp":"{{{{time}}}}",{{{{tags}}}}"source":{"ip":"{{{{ip}}}}"},"session":{"id":"{{{{i * 7919L:x12}}}}"},"labels":{"region":"eu","tier":"gold"},"secstream":{"records":{"count":{{{{i % 5000}}}}},"sensitivity":"pii"},"message":"records read","service":{"name":"crm","version":"4.2.1"},"trace":{"id":"{{{{i:x32}}}}"}}""",
            3 => $$$$"""{"@timestamp":"{{{{time}}}}","agent":{"ephemeral_id":"{{{{i:x8}}}}-11ee","id":"a{{{{i % 40}}}}","type":"filebeat","version":"8.15.0"},"log":{"offset":{{{{i * 113}}}},"file":{"path":"/var/log/secure","inode":"{{{{port}}}}"}},"message":"Accepted publickey for {{{{user}}}}","host":{"hostname":"db-{{{{i % 12}}}}","name":"db-{{{{i % 12}}}}","ip":["10.0.0.{{{{i % 250}}}}"]},"event":{"action":"login_success","outcome":"success"},"user.name":"{{{{user}}}}","source.ip":"{{{{ip}}}}","source.port":{{{{port}}}},"cloud":{"provider":"aws","instance":{"id":"i-{{{{i:x}}}}"}}}""",
            4 => $$$$"""{"@timestamp": "{{{{time}}}}", "message": "GET /search?q=\"x\" 200", "source": {"ip": "{{{{ip}}}}", "port": {{{{port}}}}}, "destination": {"ip": "10.1.2.{{{{i % 250}}}}", "port": 443}, "network": {"protocol": "tls", "transport": "tcp"}, "event": {"category": "network", "type": "connection", "duration": {{{{i * 17}}}}.5, "outcome": "{{{{outcome}}}}"}, "user": {"name": "{{{{user}}}}", "domain": "corp"}, "host": {"name": "fw-{{{{i % 3}}}}"}, "rule": {"id": "{{{{i % 77}}}}", "name": "allow web"}, "observer": {"name": "fw"}}""",
            _ => $$$$"""{"host":{"name":"app-{{{{i % 25}}}}"},"service":{"name":"payments","environment":"prod"},"source":{"ip":"{{{{ip}}}}","geo":{"country_iso_code":"DE","city_name":"Berlin","location":{"lat":52.{{{{port}}}},"lon":13.4}}},"http":{"response":{"status_code":403},"request":{"method":"POST","id":"{{{{i:x12}}}}"}},"@timestamp":"{{{{time}}}}","event":{"outcome":"{{{{outcome}}}}","action":"payment_blocked","id":"{{{{i:x16}}}}","severity":7},"error":{"message":"card declined","type":null},"user":{"name":"{{{{user}}}}","target":{"name":"x"}},"message":"payment blocked"}""",
        };
    }
}
