using System.Text.Json;
using SecStream.Host.Service;
using SecStream.Host.Tests.Harness;
using Xunit;

namespace SecStream.Host.Tests.Service;

public sealed class ServiceLogTests
{
    private static readonly SettableClock Clock = new(new DateTimeOffset(2026, 3, 2, 10, 0, 0, TimeSpan.Zero));

    [Fact]
    public void Journal_PriorityAndNoTime() =>
        Assert.Equal("<4>journal is full\n<6>ready\n<3>stopped\n", Written(LogStyle.Journal, false, log =>
        {
            log.Warning("journal is full");
            log.Info("ready");
            log.Error("stopped");
        }));

    [Fact]
    public void Terminal_TimeAndLevel()
    {
        Assert.Equal("2026-03-02 10:00:00Z notice  started\n", Written(LogStyle.Terminal, false, log => log.Notice("started")));
        Assert.Contains("\u001b[31merror", Written(LogStyle.Terminal, true, log => log.Error("broken")), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(LogStyle.Journal)]
    [InlineData(LogStyle.Terminal)]
    [InlineData(LogStyle.Json)]
    public void HostileText_IsOneLineWithoutControlCharacters(LogStyle style)
    {
        var written = Written(style, false, log => log.Error("a\u001b[2J\r\n<0>forged\u202e\u0000"));
        Assert.Equal(1, written.Count(c => c == '\n'));
        Assert.DoesNotContain(written[..^1], char.IsControl);
        Assert.DoesNotContain('\u202e', written);
    }

    [Fact]
    public void Json_IsADocumentALine()
    {
        using var json = JsonDocument.Parse(Written(LogStyle.Json, false, log => log.Warning("it \"lags\"")));
        Assert.Equal(("2026-03-02T10:00:00Z", "warning", "it \"lags\""), (
            json.RootElement.GetProperty("time").GetString(), json.RootElement.GetProperty("level").GetString(), json.RootElement.GetProperty("message").GetString()));
    }

    [Fact]
    public void LongText_IsCut() => Assert.InRange(Written(LogStyle.Journal, false, log => log.Info(new string('x', 100_000))).Length, 1000, 5000);

    [Fact]
    public void ForProcess_UnknownStyle_IsRefused() => Assert.Throws<ConfigurationException>(() => ServiceLog.ForProcess("xml", Clock));

    private static string Written(LogStyle style, bool colour, Action<ServiceLog> write)
    {
        using var output = new StringWriter { NewLine = "\n" };
        write(new ServiceLog(output, style, colour, Clock));
        return output.ToString();
    }
}
