using System.Text;
using SecStream.Connectors.Segments;

namespace SecStream.Connectors.Tests.Segments;

public sealed class StoredDocumentTests
{
    [Theory]
    [InlineData("2026-03-02T10:00:00.123456Z")]
    [InlineData("1969-12-31T23:59:59.999999Z")]
    [InlineData("9999-12-31T23:59:59.999999Z")]
    public void TryReadTime_AsWeWriteIt_AgreesWithParsing(string text)
    {
        var line = Encoding.UTF8.GetBytes($"{{\"@timestamp\":\"{text}\",\"a\":1}}");
        Assert.True(StoredDocument.TryReadTime(line, out var time));
        using var document = StoredDocument.Parse(line)!;
        Assert.Equal(StoredDocument.Time(document.RootElement), time);
        Assert.Equal(text, TestEvent.Iso(time));
    }

    [Theory]
    [InlineData("""{"@timestamp":"2026-03-02T10:00:00.123Z","a":"xxxxxxxxxxxxxxx"}""")]
    [InlineData("""{"@timestamp":"2026-13-02T10:00:00.123456Z","a":1}""")]
    [InlineData("""{"@timestamp":"2026-03-02T10:00:00.123456Z","secstream":{"evaluated_at":"2026-03-02T11:00:00.123456Z"}}""")]
    [InlineData("""{"@timestamp":"2026""")]
    [InlineData("")]
    public void TryReadTime_AnythingElse_LeavesItToTheParser(string line) =>
        Assert.False(StoredDocument.TryReadTime(Encoding.UTF8.GetBytes(line), out _));

    [Theory]
    [InlineData("1772445600", 1_772_445_600_000_000)]
    [InlineData("1772445600123", 1_772_445_600_123_000)]
    [InlineData("\"1772445600.5\"", 1_772_445_600_500_000)]
    [InlineData("\"2026-03-02T11:00:00+01:00\"", 1_772_445_600_000_000)]
    [InlineData("\"no time\"", 0)]
    public void Time_FormsThatLogsHave_AreRead(string value, long expected)
    {
        using var document = StoredDocument.Parse(Encoding.UTF8.GetBytes($"{{\"@timestamp\":{value}}}"))!;
        Assert.Equal(expected, StoredDocument.Time(document.RootElement));
    }
}
