using System.CommandLine;
using SecStream.Host.Benchmark.Tabular;
using Spectre.Console;

namespace SecStream.Host.Cli;

/// <summary><c>benchmark stream</c>: the streaming forest on sets in the order of their stream, each row judged before it is learned.</summary>
internal static class BenchmarkStreamCommand
{
    private const int MaxSeeds = 100;

    public static Command Make()
    {
        var data = new Option<string>("--data") { Description = "Folder of sets: .csv or .csv.gz, last column 'label' (1 is an anomaly).", Required = true };
        var sets = new Option<string[]>("--set")
        {
            Description = "A set whose rows are in the order of a stream; may be repeated.",
            DefaultValueFactory = _ => ["http", "shuttle"],
        };
        var seeds = new Option<int>("--seeds") { Description = "Times each set is run.", DefaultValueFactory = _ => 5 };
        var json = new Option<bool>("--json") { Description = "Print the result as JSON." };
        var command = new Command("stream", "Measure the streaming forest: every row is judged before it is learned.") { data, sets, seeds, json };
        command.SetAction((result, cancellation) =>
        {
            var measured = new StreamBenchmark(
                BenchmarkTabularCommand.Folder(result.GetRequiredValue(data)),
                result.GetRequiredValue(sets),
                BenchmarkTabularCommand.InRange("--seeds", result.GetValue(seeds), 1, MaxSeeds),
                line => Terminal.Error.WriteLine(line)).Run(cancellation);
            if (result.GetValue(json))
            {
                JsonOutput.Print(measured);
            }
            else
            {
                Print(Terminal.Out, measured);
            }

            return Task.FromResult(0);
        });
        return command;
    }

    private static void Print(IAnsiConsole console, StreamResult result)
    {
        var table = TabularReport.New("set", "rows", "judged", "ROC-AUC", "avg precision", "rows/CPU-s", "state KB");
        foreach (var set in result.Sets)
        {
            table.AddRow(
                Terminal.Safe(set.Set),
                $"{set.Rows:N0}",
                $"{set.Judged:N0}",
                $"{set.RocAuc:N4}",
                $"{set.AveragePrecision:N4}",
                $"{set.RowsPerSecond:N0}",
                $"{set.StateBytes / 1e3:N0}");
        }

        Terminal.WriteTable(console, table);
        console.WriteLine($"Mean of {result.Seeds} seeds; rows in the order of the file, each judged before it is learned.");
        foreach (var file in result.Skipped)
        {
            console.WriteLine($"Skipped {file.File}: {file.Reason}.");
        }
    }
}
