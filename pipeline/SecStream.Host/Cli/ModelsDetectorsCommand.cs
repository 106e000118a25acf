using System.CommandLine;
using SecStream.Models.Catalogue;
using SecStream.Models.MlNet;
using SecStream.Stages.Alerting;
using Spectre.Console;

namespace SecStream.Host.Cli;

/// <summary><c>models detectors</c>: every detector there is, and what keeps one from being used.</summary>
internal static class ModelsDetectorsCommand
{
    private const int ReasonLength = 300;

    /// <summary>All detectors, in the order in which they are shown.</summary>
    public static IReadOnlyList<DetectorEntry> All { get; } = [.. OwnDetectors.Entries, .. MlNetDetectors.Entries];

    public static Command Make()
    {
        var json = new Option<bool>("--json") { Description = "Print JSON." };
        var command = new Command("detectors", "List the detectors: what each judges, whose idea it is, and whether this build can use it.") { json };
        command.SetAction(result =>
        {
            if (result.GetValue(json))
            {
                JsonOutput.Print(All.Select(d => new { d.Name, Kind = d.Kind.ToString().ToLowerInvariant(), d.Paper, Available = d.Unavailable is null, Reason = d.Unavailable }));
            }
            else
            {
                Print(Terminal.Out);
            }

            return 0;
        });
        return command;
    }

    private static void Print(IAnsiConsole console)
    {
        var table = new Table().Border(TableBorder.Simple);
        foreach (var column in new[] { "detector", "judges", "after" })
        {
            table.AddColumn(new TableColumn(column).NoWrap());
        }

        foreach (var detector in All.Where(d => d.Unavailable is null))
        {
            table.AddRow(detector.Name, Judges(detector.Kind), detector.Paper);
        }

        Terminal.WriteTable(console, table);
        foreach (var reason in All.Where(d => d.Unavailable is not null).GroupBy(d => d.Unavailable!))
        {
            Terminal.WriteLine(console, $"[yellow]not available:[/] {string.Join(", ", reason.Select(d => d.Name))}: {Markup.Escape(SafeText.Show(reason.Key, ReasonLength))}");
        }
    }

    private static string Judges(DetectorKind kind) => kind switch
    {
        DetectorKind.Series => "points of a series",
        DetectorKind.Vector => "rows, with a model",
        _ => "rows as they come",
    };
}
