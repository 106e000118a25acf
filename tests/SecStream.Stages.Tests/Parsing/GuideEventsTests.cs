using SecStream.Stages.Parsing;
using Xunit;

namespace SecStream.Stages.Tests.Parsing;

/// <summary>A document of each guide and the ECS fields it must become, all of them.</summary>
public sealed class GuideEventsTests
{
    [Theory]
    [InlineData("guide-l", "2024-01-27T10:30:00.000000", new[]
    {
        "event.action=login_failed", "event.category=authentication", "event.dataset=application.security", "event.kind=event", "event.outcome=failure",
        "event.reason=invalid_password", "event.severity=47", "host.name=app-server-01", "http.request.method=POST", "log.level=WARN", "secstream.severity=medium",
        "service.environment=production", "service.name=security-monitor", "service.version=1.0.0", "session.id=session123", "source.address=192.168.1.100",
        "source.ip=192.168.1.100", "trace.id=req-123456789", "url.original=/api/auth/login", "url.path=/api/auth/login", "user.email=user@example.com",
        "user.id=user123", "user.name=user@example.com", "user.roles=user", "user_agent.original=Mozilla/5.0...",
    })]
    [InlineData("guide-p", "2025-06-01T12:00:00.250000", new[]
    {
        "event.action=bulk_data_access", "event.category=database", "event.dataset=application.security", "event.kind=event", "event.outcome=success", "event.severity=73",
        "log.level=High", "secstream.api_key.id=key-1", "secstream.records.count=12500", "secstream.risk.score=0.75", "secstream.sensitivity=sensitive",
        "secstream.severity=high", "source.address=203.0.113.7", "source.ip=203.0.113.7", "user.id=trader-7", "user.name=trader-7", "user_agent.original=curl/8.0",
    })]
    [InlineData("guide-c", "2025-10-14T08:15:30.123000", new[]
    {
        "event.action=login_failed", "event.category=authentication", "event.dataset=application.security", "event.kind=event", "event.outcome=failure",
        "event.reason=bad password", "event.severity=47", "log.level=WARNING", "secstream.severity=medium", "session.id=s-1", "source.address=203.0.113.9",
        "source.ip=203.0.113.9", "user.id=chatman", "user.name=chatman",
    })]
    [InlineData("guide-t", "2025-06-01T12:00:00.500000", new[]
    {
        "event.action=rate_limit_exceeded", "event.category=intrusion_detection", "event.dataset=application.security", "event.kind=event", "event.severity=99",
        "message=Too many requests", "secstream.severity=critical", "source.address=198.51.100.4", "source.ip=198.51.100.4", "url.original=/api/pay?x=1",
        "url.path=/api/pay", "url.query=x=1", "user.email=a@b.jp", "user.name=a@b.jp",
    })]
    [InlineData("guide-g", "2023-01-05T09:30:00.500000", new[]
    {
        "event.action=configuration_change", "event.category=configuration", "event.dataset=application.security", "event.duration=12500000", "event.kind=event",
        "event.severity=47", "http.response.status_code=200", "message=settings updated", "secstream.severity=medium", "source.address=2001:db8::7",
        "source.ip=2001:db8::7", "user.id=42", "user.name=42", "user.roles=admin",
    })]
    public void Parse_GuideSample_ExpectedEcsFields(string format, string time, string[] expected)
    {
        var harness = new ParsingHarness();
        var line = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Parsing", "Samples", format + ".json"));

        Assert.Equal(ParseResult.Event, harness.Parse(line));

        var fields = harness.Record.Present.ToArray().Select(f => $"{harness.Catalog.Name(f)}={harness[harness.Catalog.Name(f)]}").Order(StringComparer.Ordinal);
        Assert.Equal(expected.Order(StringComparer.Ordinal), fields);
        Assert.Equal((time, format), (harness.Time, harness.Parser.Format));
        Assert.False(harness.Record.IsEcsJson);
    }

    [Theory]
    [InlineData("AUTH_LOGIN_SUCCESS", "login_success")]
    [InlineData("BACKUP_RESTORE", "backup_restore")]
    [InlineData("ENCRYPTION_KEY_ACCESS", "encryption_key_access")]
    [InlineData("rateLimitViolation", "rate_limit_exceeded")]
    [InlineData("Failed login", "login_failed")]
    [InlineData("privilege-escalation", "privilege_escalation_attempt")]
    [InlineData("SESSION_DELETE", "session_delete")]
    [InlineData("  ", "")]
    public void Parse_ActionName_GuideLName(string name, string action)
    {
        var harness = new ParsingHarness();
        harness.Parse($"{{\"timestamp\":\"2025-10-14T08:15:30Z\",\"action\":\"{name}\"}}");
        Assert.Equal(action, harness["event.action"] ?? "");
    }

    [Theory]
    [InlineData("\"success\":false", "login_failed")]
    [InlineData("\"success\":true", "login_success")]
    [InlineData("\"result\":\"FAILURE\"", "login_failed")]
    public void Parse_LoginWithResult_TheResultNamesIt(string result, string action)
    {
        var harness = new ParsingHarness();
        harness.Parse($"{{\"timestamp\":\"2025-10-14T08:15:30Z\",\"category\":\"authentication\",\"event\":\"login\",{result}}}");
        Assert.Equal(action, harness["event.action"]);
    }

    [Theory]
    [InlineData("{\"timestamp\":\"never\",\"event\":\"x\"}")]
    [InlineData("{\"event\":\"x\"}")]
    [InlineData("{}")]
    public void Parse_NoTime_Dead(string line) => Assert.Equal(ParseResult.Dead(ErrorClasses.NoTimestamp), new ParsingHarness().Parse(line));
}
