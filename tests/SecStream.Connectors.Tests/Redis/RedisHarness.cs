using System.Text;
using SecStream.Connectors.Redis;
using SecStream.Connectors.Tests.Harness;
using SecStream.Core.Alerts;
using SecStream.TestParts.Redis;

namespace SecStream.Connectors.Tests.Redis;

/// <summary>Settings and entries for tests against a real server.</summary>
internal static class RedisHarness
{
    public static RedisOptions Options(RedisServer server) => new()
    {
        Endpoints = [server.Endpoint],
        Timeout = TimeSpan.FromMilliseconds(500),
        ConnectTimeout = TimeSpan.FromSeconds(1),
    };

    /// <summary>Where no time-out is looked for: a busy machine must not make one.</summary>
    public static RedisOptions Patient(RedisServer server) => Options(server) with { Timeout = TimeSpan.FromSeconds(20), ConnectTimeout = TimeSpan.FromSeconds(20) };

    public static RedisConnection Connect(RedisServer server) => new(Options(server), TimeProvider.System);

    public static RedisConnection ConnectPatiently(RedisServer server, bool guideKeys = false) => new(Patient(server) with { GuideKeys = guideKeys }, TimeProvider.System);

    /// <summary>An alert that ended now, asking for actions, about an event with an action.</summary>
    public static OutboxEntry Alert(
        int number,
        int revision = 1,
        ChangeKind kind = ChangeKind.Opened,
        Severity severity = Severity.High,
        string action = "login_failed",
        string actions = """{"type":"block_ip","duration_seconds":3600,"scope":"authentication"}""",
        string address = "203.0.113.7",
        string user = "alice",
        TimeSpan ago = default)
    {
        var ended = TimeProvider.System.GetUtcNow() - ago;
        var entry = Entries.Make(number, revision, severity, "T1", user, address, kind);
        var document = $$$"""
            {"@timestamp":"{{{ended:O}}}","event":{"kind":"alert","id":"{{{entry.Id}}}","action":{{{Json(action)}}},"end":"{{{ended:O}}}"},"rule":{"id":"T1"},"message":"revision {{{revision}}}","source":{"address":{{{Json(address)}}}},"user":{"name":{{{Json(user)}}}},"secstream":{"severity":"{{{severity.ToString().ToLowerInvariant()}}}","revision":{{{revision}}},"actions":[{{{actions}}}]}}
            """;
        return entry with { Opened = ended.ToUnixTimeMilliseconds() * 1000, EntityValue = address, Document = Encoding.UTF8.GetBytes(document) };
    }

    private static string Json(string text) => System.Text.Json.JsonSerializer.Serialize(text);
}

/// <summary>A clock that stands where it is put; waiting goes by the real one.</summary>
internal sealed class FixedTime : TimeProvider
{
    public DateTimeOffset Now { get; set; } = System.GetUtcNow();

    public override DateTimeOffset GetUtcNow() => Now;
}
