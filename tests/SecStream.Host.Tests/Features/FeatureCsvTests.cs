using SecStream.Core.Events;
using SecStream.Host.Features;
using Xunit;

namespace SecStream.Host.Tests.Features;

public sealed class FeatureCsvTests
{
    [Fact]
    public void Write_Windows_GivesAHeadAndALineEach()
    {
        var lines = Write(1, null, null);
        Assert.Equal("start,end,secstream.api_key.id,events,requests,error_ratio,latency,country", lines[0]);
        Assert.Equal(1 + (GeneratedWindows.WindowsPerDay * GeneratedWindows.Keys), lines.Length);
        Assert.StartsWith("2026-03-01T00:00:00.000000Z,2026-03-01T00:05:00.000000Z,key-0,", lines[1], StringComparison.Ordinal);
    }

    [Fact]
    public void Write_ValuesWithCommasAndQuotes_AreQuoted() =>
        Assert.EndsWith(";B,\"\"E=1\"", Write(1, null, null)[1], StringComparison.Ordinal);

    [Fact]
    public void Write_FeatureThatIsNotKnown_IsEmpty() => Assert.Contains(Write(1, null, null), l => l.Contains(",,\"NL", StringComparison.Ordinal));

    [Fact]
    public void Write_FromAndUntil_AreAboutTheEnd()
    {
        var from = GeneratedWindows.First + EventClock.Day;
        var lines = Write(3, from, from + (2 * GeneratedWindows.Window));
        Assert.Equal(1 + (2 * GeneratedWindows.Keys), lines.Length);
        Assert.StartsWith("2026-03-02T00:00:00.000000Z,2026-03-02T00:05:00.000000Z", lines[1], StringComparison.Ordinal);
    }

    private static string[] Write(int days, long? from, long? until)
    {
        using var writer = new StringWriter();
        var range = new FeatureRange(GeneratedWindows.Schema, GeneratedWindows.Window, from, until);
        var count = FeatureCsv.Write(writer, GeneratedWindows.Store(days), range, null, CancellationToken.None);
        var lines = writer.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(lines.Length - 1, count);
        return lines;
    }
}
