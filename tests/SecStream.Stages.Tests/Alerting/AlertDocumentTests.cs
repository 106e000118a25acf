using SecStream.TestParts.Schemas;
using System.Text;
using System.Text.Json;
using SecStream.Core.Alerts;
using SecStream.Core.Events;
using SecStream.Stages.Alerting;
using SecStream.Stages.Rules.Model;
using Xunit;
using static SecStream.Stages.Tests.Alerting.Samples;

namespace SecStream.Stages.Tests.Alerting;

public sealed class AlertDocumentTests : IDisposable
{
    private readonly AlertDocument _document = new(Versions);

    public static TheoryData<string> Goldens => [.. Cases.Keys.Order(StringComparer.Ordinal)];

    private static Dictionary<string, (Alert Alert, AlertRule Rule, AlertState State)> Cases => new()
    {
        ["event"] = (Make(L7, Noon, 1) with { Actions = [new("sql_injection_attempt", 1)] }, L7, InIncident(Noon)),
        ["event_count"] = (Make(L5, Noon, 6), L5, InIncident(Noon - EventClock.Minute)),
        ["value_count"] = (ManyUsers(Spray, 12, 141), Spray, InIncident(Noon)),
        ["temporal"] = (ChainOf(), Chain, InIncident(Noon)),
        ["temporal_ordered"] = (Success(), X1, InIncident(Noon)),
        ["impossible_travel"] = (Travel(), P3, default),
        ["new_value"] = (NewCountry(), T7, default),
        ["anomaly"] = (AnomalyOf(
            P5, "7f3a",
            AnomalySentenceTests.Number("request_rate", "requests", 4120, 310, 118.4, 643.2),
            new("country", "country", 0, 0, 0, 0, 0.2, double.NaN, "DE", "NL, BE")), P5, InIncident(Noon)),
        ["withdrawn"] = (Make(C1, Noon, 6), C1, new AlertState { IsWithdrawn = true, SupersededBy = Make(C1, Noon - 1, 6).Id }),
        ["hostile"] = (Make(L5, Noon, 6, "<img onerror=…>\u001b[2J\r\n\u202e\"},{\ud800", "2001:db8::/64"), L5, InIncident(Noon)),
    };

    public void Dispose() => _document.Dispose();

    [Theory]
    [MemberData(nameof(Goldens))]
    public void Write_Sample_IsTheGoldenByteForByte(string name)
    {
        var (alert, rule, state) = Cases[name];
        var written = _document.Write(alert, rule, state).ToArray();
        var file = Path.Combine(TestFiles.Root, "tests", "SecStream.Stages.Tests", "Alerting", "golden", name + ".json");
        TestFiles.UpdateIfAsked(file, written);

        Assert.Equal(File.ReadAllText(file), Encoding.UTF8.GetString(written) + "\n");
        Assert.Empty(TestFiles.AlertSchema.Validate(written));
    }

    [Fact]
    public void Write_AnySample_IsOneLineOfAscii()
    {
        foreach (var (alert, rule, state) in Cases.Values)
        {
            var written = _document.Write(alert, rule, state).ToArray();
            Assert.DoesNotContain(written, b => b is < 0x20 or > 0x7E or (byte)'<' or (byte)'>' or (byte)'&');
        }
    }

    [Fact]
    public void WithRevision_AddsOnlyTheRevision()
    {
        var (alert, rule, state) = Cases["event_count"];
        var without = Encoding.UTF8.GetString(_document.Write(alert, rule, state));
        var with = _document.WithRevision(17);

        Assert.Equal(without, Encoding.UTF8.GetString(with).Replace(",\"revision\":17", "", StringComparison.Ordinal));
        Assert.Equal(17, JsonDocument.Parse(with).RootElement.GetProperty("secstream").GetProperty("revision").GetInt32());
        Assert.Empty(TestFiles.AlertSchema.Validate(with));
    }

    [Fact]
    public void Write_HostileText_ComesBackUnchanged()
    {
        var (alert, rule, state) = Cases["hostile"];
        var root = JsonDocument.Parse(_document.Write(alert, rule, state).ToArray()).RootElement;

        Assert.Equal("<img onerror=…>\u001b[2J\r\n\u202e\"},{\ufffd", root.GetProperty("user").GetProperty("name").GetString());
        Assert.False(root.GetProperty("source").TryGetProperty("ip", out _));
        Assert.False(root.TryGetProperty("related", out var related) && related.TryGetProperty("ip", out _));
    }

    [Fact]
    public void Write_TwoPlacesAtOnce_HasNoNumberForTheSpeed()
    {
        var alert = Travel() with { Facts = [("from", ""), ("to", "Tokyo, Japan"), ("distance_km", "8918"), ("elapsed_seconds", "0")], Observed = new("speed_kmh", 0, ">", 900, 0, "impossible_travel") };
        var written = _document.Write(alert, P3, default).ToArray();

        Assert.Empty(TestFiles.AlertSchema.Validate(written));
        Assert.Equal(JsonValueKind.Null, JsonDocument.Parse(written).RootElement.GetProperty("secstream").GetProperty("observed").GetProperty("value").ValueKind);
        Assert.Equal("alice moved from an unknown place to Tokyo, Japan, 8918 km, at the same time (limit 900 km/h)", AlertSentence.Write(alert, P3));
    }

    [Theory]
    [InlineData(long.MinValue)]
    [InlineData(long.MaxValue)]
    [InlineData(-1)]
    public void Write_TimesBeyondCalendars_AreClamped(long time)
    {
        var alert = Make(C1, Noon, 6) with { Opened = time, Start = time, End = time, Evidence = [new("e", time, 1)] };

        Assert.Empty(TestFiles.AlertSchema.Validate(_document.Write(alert, C1, default).ToArray()));
    }

    [Fact]
    public void Validate_UnknownKeyword_IsAnError() =>
        Assert.Contains("does not know", Assert.Single(new JsonSchema("""{"contains": {}}""").Validate("1"u8.ToArray())), StringComparison.Ordinal);

    [Theory]
    [InlineData("\"kind\":\"alert\"", "\"kind\":\"event\"")]
    [InlineData("\"severity\":99", "\"severity\":98")]
    [InlineData("\"truncated\":false", "\"truncated\":0")]
    [InlineData("\"events\":6", "\"events\":-6")]
    [InlineData("\"tenant\":\"default\",", "")]
    [InlineData("\"tenant\":\"default\"", "\"tenant\":\"default\",\"other\":1")]
    [InlineData("12:00:00.000000Z", "12:00:00Z")]
    public void Validate_DamagedDocument_IsRefused(string from, string to)
    {
        var (alert, rule, state) = Cases["event_count"];
        var text = Encoding.UTF8.GetString(_document.Write(alert, rule, state));

        Assert.NotEmpty(TestFiles.AlertSchema.Validate(Encoding.UTF8.GetBytes(text.Replace(from, to, StringComparison.Ordinal))));
    }

    private static AlertState InIncident(long opened) => new() { Incident = new(IncidentGrouping.MakeId("default", Address, opened), opened) };
}
