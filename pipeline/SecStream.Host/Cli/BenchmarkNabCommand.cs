using System.CommandLine;
using SecStream.Host.Benchmark.Nab;
using Spectre.Console;

namespace SecStream.Host.Cli;

/// <summary><c>benchmark nab --data DIR</c>: the streaming detector on the Numenta Anomaly Benchmark.</summary>
internal static class BenchmarkNabCommand
{
    public static Command Make()
    {
        var data = new Option<string>("--data") { Description = "Folder with data/ (.csv or .csv.gz) and labels/combined_windows.json.", Required = true };
        var output = new Option<string?>("--out") { Description = "Folder for the scores of each series, in the benchmark's results format." };
        var json = new Option<bool>("--json") { Description = "Print JSON." };
        var command = new Command("nab", "Score the streaming detector on the Numenta Anomaly Benchmark: one configuration, no look-ahead.") { data, output, json };
        command.SetAction(async (result, cancellation) =>
        {
            var measured = await NabRun.RunAsync(result.GetValue(data)!, result.GetValue(output), cancellation).ConfigureAwait(false);
            if (result.GetValue(json))
            {
                JsonOutput.Print(measured);
            }
            else
            {
                Print(Terminal.Out, measured);
            }

            return 0;
        });
        return command;
    }

    private static void Print(IAnsiConsole console, NabResult result)
    {
        console.WriteLine(
            $"{result.Series} series, {result.Windows} windows, {result.Points:N0} points, {result.NanosecondsPerPoint:N0} ns per point; one configuration, no look-ahead.");
        var table = New("profile", "score", "threshold", "windows found", "false alerts");
        foreach (var score in result.Scores)
        {
            table.AddRow(score.Profile.Name, $"{score.Score:N2}", $"{score.Threshold:N4}", $"{score.Found} of {result.Windows}", $"{score.FalseAlerts}");
        }

        Terminal.WriteTable(console, table);
        if (result.LeftOut.Count == 0)
        {
            return;
        }

        var left = New(["scored at the thresholds of the other categories", .. NabProfile.All.Select(p => p.Name), "windows"]);
        foreach (var category in result.LeftOut)
        {
            left.AddRow([Terminal.Safe(category.Category), .. NabProfile.All.Select(p => $"{category.Scores[p.Name]:N2}"), $"{category.Windows}"]);
        }

        Terminal.WriteTable(console, left);
    }

    private static Table New(params string[] columns)
    {
        var table = new Table().Border(TableBorder.Simple);
        for (var i = 0; i < columns.Length; i++)
        {
            table.AddColumn(new TableColumn(columns[i]) { Alignment = i == 0 ? Justify.Left : Justify.Right });
        }

        return table;
    }
}
