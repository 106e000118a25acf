using SecStream.Core.Alerts;
using SecStream.Host.Alerts;
using Spectre.Console;
using Xunit;

namespace SecStream.Host.Tests.Alerts;

public sealed class AlertTableTests
{
    private const string Sentence = "800 failed logins for 7 users (user3, user0, user1, …) from 2001:db8:85a3:8d3:1319:8a2e:370:7348 in 5 s (threshold more than 10 in 5 min)";

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Print_EightyColumns_SentenceStaysReadable(bool incidents)
    {
        var lines = Printed(80, console => AlertTable.Print(console, [Alert()], incidents));

        Assert.All(lines, line => Assert.InRange(line.TrimEnd().Length, 0, 80));
        Assert.InRange(lines.Length, 3, 9);
        Assert.Contains(lines, line => line.Contains("2026-11-21 17:19:06", StringComparison.Ordinal) && line.Contains("critical", StringComparison.Ordinal) && line.Contains("311aca71", StringComparison.Ordinal));
    }

    [Fact]
    public void Print_TwoHundredColumns_HasEntityAndCount()
    {
        var lines = Printed(200, console => AlertTable.Print(console, [Alert()], incidents: false));

        Assert.Contains(lines, line => line.Contains("311aca71b663", StringComparison.Ordinal) && line.Contains("  800  ", StringComparison.Ordinal));
        Assert.Contains(lines, line => line.Contains("entity", StringComparison.Ordinal));
    }

    [Fact]
    public void PrintLine_IntoAPipe_IsOneLineHoweverLong()
    {
        var line = Assert.Single(Printed(40, console => AlertTable.PrintLine(console, Alert())));

        Assert.EndsWith($"{Sentence} 311aca71b663", line, StringComparison.Ordinal);
    }

    private static string[] Printed(int width, Action<IAnsiConsole> print)
    {
        var output = new StringWriter();
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(output), Ansi = AnsiSupport.No, ColorSystem = ColorSystemSupport.NoColors });
        console.Profile.Width = width;
        print(console);
        return output.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    private static StoredAlert Alert() => new()
    {
        Id = "311aca71b66300000000000000000000",
        Opened = new DateTimeOffset(2026, 11, 21, 17, 19, 6, TimeSpan.Zero).ToUnixTimeMilliseconds() * 1000,
        Severity = Severity.Critical,
        Rule = "T1",
        EntityType = "ip",
        Entity = "2001:db8:85a3:8d3:1319:8a2e:370:7348",
        Count = 800,
        Message = Sentence,
        Status = "open",
        Revision = 1,
        Document = "{}"u8.ToArray(),
    };
}
