using System.Text;
using SecStream.Core.Events;
using SecStream.Stages.Parsing;
using Xunit;

namespace SecStream.Stages.Tests.Parsing;

public sealed class JsonEventsTests
{
    [Theory]
    [InlineData("\"2026-05-01T10:00:00Z\"", "2026-05-01T10:00:00.000000")]
    [InlineData("\"2026-05-01T10:00:00.123456789+02:00\"", "2026-05-01T08:00:00.123456")]
    [InlineData("\"2026-05-01T10:00:00.5-0330\"", "2026-05-01T13:30:00.500000")]
    [InlineData("\"2026-05-01 10:00:00,25\"", "2026-05-01T10:00:00.250000")]
    [InlineData("\"2026-05-01T10:00\"", "2026-05-01T10:00:00.000000")]
    [InlineData("\"2026-05-01\"", "2026-05-01T00:00:00.000000")]
    [InlineData("1777629600123", "2026-05-01T10:00:00.123000")]
    [InlineData("1777629600", "2026-05-01T10:00:00.000000")]
    [InlineData("1777629600.25", "2026-05-01T10:00:00.250000")]
    [InlineData("\"1777629600123\"", "2026-05-01T10:00:00.123000")]
    public void Parse_EcsTime_Variants(string value, string time)
    {
        var harness = new ParsingHarness();
        Assert.Equal(ParseResult.Event, harness.Parse($"{{\"@timestamp\":{value},\"event\":{{\"action\":\"x\"}}}}"));
        Assert.Equal((time, "ecs", true), (harness.Time, harness.Parser.Format, harness.Record.IsEcsJson));
    }

    [Theory]
    [InlineData("{\"@timestamp\":\"soon\"}", ErrorClasses.NoTimestamp)]
    [InlineData("{\"@timestamp\":\"2026-02-30T10:00:00Z\"}", ErrorClasses.NoTimestamp)]
    [InlineData("{\"@timestamp\":-1}", ErrorClasses.NoTimestamp)]
    [InlineData("{\"@timestamp\":[1]}", ErrorClasses.NoTimestamp)]
    [InlineData("{\"@timestamp\":null}", ErrorClasses.NoTimestamp)]
    [InlineData("{\"@timestamp\":\"2026-05-01T10:00:00Z\"", ErrorClasses.JsonSyntax)]
    [InlineData("{\"@timestamp\":\"2026-05-01T10:00:00Z\"},{", ErrorClasses.JsonSyntax)]
    [InlineData("[1]", ErrorClasses.UnknownFormat)]
    [InlineData("[Sun Dec 04 04:47:44 2005] [notice] init() ok", ErrorClasses.UnknownFormat)]
    [InlineData("hello world", ErrorClasses.UnknownFormat)]
    public void Parse_Bad_Dead(string line, string error) => Assert.Equal(ParseResult.Dead(error), new ParsingHarness().Parse(line));

    [Theory]
    [InlineData("\"source\":{\"ip\":\"203.0.113.7\"}", "203.0.113.7", "203.0.113.7")]
    [InlineData("\"source\":{\"ip\":\"::ffff:203.0.113.7\"}", "203.0.113.7", "203.0.113.7")]
    [InlineData("\"source\":{\"ip\":\"::FFFF:CB00:7107\",\"address\":\"::ffff:cb00:7107\"}", "203.0.113.7", "203.0.113.7")]
    [InlineData("\"source\":{\"address\":\"203.0.113.7\"}", "203.0.113.7", "203.0.113.7")]
    [InlineData("\"source\":{\"address\":\"evil.example\"}", "evil.example", null)]
    [InlineData("\"client\":{\"ip\":\"2001:db8::1\"}", "2001:db8::1", "2001:db8::1")]
    [InlineData("\"source\":{\"ip\":\"not an ip\"}", "not an ip", null)]
    public void Parse_EcsSource_AddressAndIp(string json, string address, string? ip)
    {
        var harness = new ParsingHarness();
        harness.Parse($"{{\"@timestamp\":\"2026-05-01T10:00:00Z\",{json}}}");
        Assert.Equal((address, ip), (harness["source.address"], harness["source.ip"]));
    }

    [Fact]
    public void Parse_EcsEventId_IsTheIdentity()
    {
        var harness = new ParsingHarness();
        harness.Parse("{\"@timestamp\":\"2026-05-01T10:00:00Z\",\"event\":{\"id\":\"abc\",\"action\":\"login_failed\",\"severity\":3}}");
        Assert.Equal("abc", Encoding.ASCII.GetString(harness.Record.GivenId));
        Assert.Equal(("authentication", "3", null), (harness["event.category"], harness["event.severity"], harness["secstream.severity"]));
    }

    [Fact]
    public void Parse_FilebeatSyslog_InnerTimeAndIdentity()
    {
        var harness = new ParsingHarness(new SourceOptions());
        Assert.Equal(ParseResult.Event, harness.Parse(
            "{\"@timestamp\":\"2026-01-01T00:00:07Z\",\"agent\":{\"type\":\"filebeat\",\"id\":\"A1\"},\"host\":{\"name\":\"shipper\"},"
            + "\"log\":{\"offset\":4096,\"file\":{\"path\":\"/var/log/auth.log\",\"inode\":\"77\",\"device_id\":\"8\"}},"
            + "\"message\":\"Dec 31 23:59:58 web1 sshd[5]: Failed password for invalid user a\\\"b from 203.0.113.7 port 1 ssh2\"}"));
        Assert.Equal(("2025-12-31T23:59:58.000000", "filebeat", LoginLine.Failed), (harness.Time, harness.Parser.Format, harness.Record.LoginLine));
        Assert.Equal(("A1|8|77|4096", "web1", "a\"b", "203.0.113.7"),
            (Encoding.ASCII.GetString(harness.Record.GivenId), harness["host.name"], harness["user.name"], harness["source.ip"]));
        Assert.Equal("2026-01-01T00:00:07.0000000Z", EventClock.ToInstant(harness.Record.ArrivalTime).UtcDateTime.ToString("O"));
        Assert.StartsWith("Dec 31", harness["event.original"]);
        Assert.False(harness.Record.IsEcsJson);
    }

    [Fact]
    public void Parse_FilebeatAccessLine_HostOfTheEnvelope()
    {
        var harness = new ParsingHarness();
        harness.Parse("{\"@timestamp\":\"2026-01-01T00:00:07Z\",\"agent\":{\"type\":\"filebeat\"},\"host\":{\"name\":\"shipper\"},"
            + "\"message\":\"203.0.113.7 - - [17/May/2015:10:05:03 +0000] \\\"GET /x HTTP/1.1\\\" 200 1\"}");
        Assert.Equal(("2015-05-17T10:05:03.000000", "shipper", "/x", "http_request"), (harness.Time, harness["host.name"], harness["url.path"], harness["event.action"]));
    }

    [Fact]
    public void Parse_FilebeatJsonLine_InnerFieldsWin()
    {
        var harness = new ParsingHarness();
        harness.Parse("{\"@timestamp\":\"2026-01-01T00:00:07Z\",\"agent\":{\"type\":\"filebeat\"},\"host\":{\"name\":\"shipper\"},"
            + "\"message\":\"{\\\"timestamp\\\":\\\"2025-10-14T08:15:30Z\\\",\\\"event\\\":\\\"AUTH_LOGIN_FAILED\\\",\\\"ip\\\":\\\"203.0.113.7\\\"}\"}");
        Assert.Equal(("2025-10-14T08:15:30.000000", "shipper", "login_failed", "203.0.113.7"), (harness.Time, harness["host.name"], harness["event.action"], harness["source.ip"]));
    }

    [Theory]
    [InlineData("just words")]
    [InlineData("Dec 31 23:59")]
    [InlineData("{\\\"a\\\":")]
    public void Parse_FilebeatUnreadableLine_EnvelopeIsTheEvent(string message)
    {
        var harness = new ParsingHarness();
        Assert.Equal(ParseResult.Event, harness.Parse($"{{\"@timestamp\":\"2026-01-01T00:00:07Z\",\"agent\":{{\"type\":\"filebeat\"}},\"message\":\"{message}\"}}"));
        Assert.Equal(("2026-01-01T00:00:07.000000", true), (harness.Time, harness.Record.IsEcsJson));
    }

    [Fact]
    public void Parse_EcsRequestWithBody_SignatureFound()
    {
        var harness = new ParsingHarness();
        harness.Parse("{\"@timestamp\":\"2026-05-01T10:00:00Z\",\"url\":{\"path\":\"/login\"},\"http\":{\"request\":{\"body\":{\"content\":\"user=admin' or '1'='1\"}}}}");
        Assert.Equal(("sql_injection_attempt", "high"), (harness["event.action"], harness["secstream.severity"]));
    }

    [Fact]
    public void Parse_AgentsLoginName_GuideLName()
    {
        var harness = new ParsingHarness();
        harness.Parse("{\"@timestamp\":\"2026-05-01T10:00:00Z\",\"event\":{\"action\":\"ssh_login\",\"category\":[\"authentication\"],\"outcome\":\"failure\"}}");
        Assert.Equal(("login_failed", "medium"), (harness["event.action"], harness["secstream.severity"]));
    }

    [Fact]
    public void Parse_Ecs_AddedFieldsComeLast()
    {
        var harness = new ParsingHarness();
        harness.Parse("{\"@timestamp\":\"2026-05-01T10:00:00Z\",\"event\":{\"action\":\"login_failed\"},\"source\":{\"ip\":\"203.0.113.7\"}}");
        var added = harness.Record.Present[harness.Parser.AddedFrom..].ToArray().Select(harness.Catalog.Name);
        Assert.Equal(["source.address", "event.kind", "event.category", "event.severity", "secstream.severity"], added);
    }

    [Fact]
    public void DeclareFields_ThenParser_CatalogDoesNotGrow()
    {
        var catalog = new SecStream.Core.Fields.FieldCatalog();
        SourceParser.DeclareFields(catalog);
        var count = catalog.Count;
        _ = new SourceParser(catalog, new SourceOptions());
        Assert.Equal(count, catalog.Count);
    }

    [Fact]
    public void Parse_InvalidUtf8_JsonDiesTextLives()
    {
        var harness = new ParsingHarness();
        byte[] name = [0xff, 0xfe];
        byte[] json = [.. "{\"@timestamp\":\"2026-05-01T10:00:00Z\",\"message\":\""u8, .. name, .. "\"}"u8];
        byte[] syslog = [.. "Dec 10 06:55:46 h sshd[1]: Invalid user "u8, .. name, .. " from 203.0.113.7"u8];

        Assert.Equal(ParseResult.Dead(ErrorClasses.InvalidUtf8), harness.Parse(json));
        Assert.Equal(ParseResult.Event, harness.Parse(syslog));
        Assert.Equal(name, harness.Record.Text(SecStream.Core.Fields.Ecs.UserName).ToArray());
    }
}
