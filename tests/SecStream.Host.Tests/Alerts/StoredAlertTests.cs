using System.Text;
using System.Text.Json;
using SecStream.Core.Alerts;
using SecStream.Host.Alerts;
using SecStream.Host.Tests.Harness;
using Spectre.Console;
using Xunit;

namespace SecStream.Host.Tests.Alerts;

public sealed class StoredAlertTests
{
    internal static string Line(string id = "00ff", string status = "open", int? revision = null, string message = "5 failed logins") =>
        $$$"""
        {"@timestamp":"2026-03-02T10:00:40.000000Z","event":{"id":"{{{id}}}"},"rule":{"id":"C1"},"message":{{{JsonSerializer.Serialize(message)}}},
        "related":{"user":["alice"]},"secstream":{"severity":"critical","status":"{{{status}}}"{{{(revision is { } r ? $",\"revision\":{r}" : "")}}},
        "entity":{"type":"ip","name":"source.address","value":"203.0.113.7"},"evidence":{"total":5} } }
        """.Replace("\n", "", StringComparison.Ordinal);

    internal static StoredAlert Make(string status = "open", string message = "5 failed logins")
    {
        var bytes = Encoding.UTF8.GetBytes(Line(status: status, message: message));
        using var document = JsonDocument.Parse(bytes);
        return StoredAlert.Read(document.RootElement, bytes, out _)!;
    }

    [Fact]
    public void Read_AlertDocument_HoldsWhatTablesShow()
    {
        var alert = Make();
        Assert.Equal(("00ff", "C1", "ip", "203.0.113.7", 5, Severity.Critical), (alert.Id, alert.Rule, alert.EntityType, alert.Entity, alert.Count, alert.Severity));
    }

    [Fact]
    public void Read_OtherDocument_SaysWhatIsMissing()
    {
        using var document = JsonDocument.Parse("""{"message":"x"}""");
        Assert.Null(StoredAlert.Read(document.RootElement, default, out var fault));
        Assert.Contains("event.id", fault, StringComparison.Ordinal);
    }

    [Fact]
    public void File_Journal_LastRevisionWins()
    {
        using var folder = new TemporaryFolder();
        var path = folder.Write("alerts.ndjson", $"{Line(revision: 1)}\n{Line(id: "01", revision: 1)}\n{Line(revision: 2, status: "withdrawn")}\n{Line(revision: 1)}\n");
        using var file = new AlertFile(path);
        file.Read();
        Assert.Equal(["withdrawn", "open"], file.All.Select(a => a.Status));
    }

    [Fact]
    public void File_BadLine_IsNamedAndTheRestIsRead()
    {
        using var folder = new TemporaryFolder();
        var path = folder.Write("alerts.ndjson", $"{Line()}\n{{\"broken\n{Line(id: "01")}\n[]\n");
        using var file = new AlertFile(path);
        file.Read();
        Assert.Equal(2, file.All.Count());
        Assert.Equal([$"{path}:2:", $"{path}:4:"], file.BadLines.Select(b => b.ToString().Split(' ')[0]));
    }

    [Fact]
    public void File_LineBeingWritten_WaitsForItsEnd()
    {
        using var folder = new TemporaryFolder();
        var line = Line();
        var path = folder.Write("alerts.ndjson", line[..40]);
        using var file = new AlertFile(path);
        Assert.Empty(file.Read());
        File.AppendAllText(path, line[40..] + "\n");
        Assert.Single(file.Read());
        Assert.Empty(file.BadLines);
        File.WriteAllText(path, Line(id: "1") + "\n");
        Assert.Equal("1", Assert.Single(file.Read()).Now.Id);
    }

    [Fact]
    public void Print_HostileText_IsEscapedAndNoMarkup()
    {
        var output = new StringWriter();
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(output), Ansi = AnsiSupport.No, ColorSystem = ColorSystemSupport.NoColors });
        console.Profile.Width = 200;
        AlertTable.Print(console, [Make(message: "a\u001b[2J [red]b[/] \u202ec\nd")], incidents: false);
        AlertTable.PrintLine(console, Make(message: "a\u001b[2J [red]b[/]"));
        Assert.DoesNotContain('\u001b', output.ToString());
        Assert.DoesNotContain('\u202e', output.ToString());
        Assert.Contains("a\\x1b[2J [red]b[/] \\u202ec\\x0ad", output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Follow_JournalGrows_TellsNewAndWithdrawnOnce()
    {
        using var folder = new TemporaryFolder();
        var path = folder.Write("alerts.ndjson", Line(id: "aaaa", revision: 1) + "\n");
        var output = new StringWriter();
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(output), Ansi = AnsiSupport.No, ColorSystem = ColorSystemSupport.NoColors });
        using var file = new AlertFile(path);
        using var stop = new CancellationTokenSource();
        var following = new AlertListing(file, new AlertFilter(), console, TextWriter.Null, TextWriter.Null).FollowAsync(TimeProvider.System, stop.Token);
        await File.AppendAllTextAsync(path, Line(id: "aaaa", revision: 2) + "\n" + Line(id: "bbbb", revision: 1) + "\n" + Line(id: "aaaa", revision: 3, status: "withdrawn") + "\n");
        for (var i = 0; i < 100 && !output.ToString().Contains("withdrawn", StringComparison.Ordinal); i++)
        {
            await Task.Delay(50);
        }

        await stop.CancelAsync();
        Assert.Equal(0, await following);
        Assert.Equal(3, output.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
    }
}
