using System.CommandLine;
using SecStream.Host.Benchmark.Detectors;
using Spectre.Console;

namespace SecStream.Host.Cli;

/// <summary><c>benchmark detectors</c>: what a point costs each series detector.</summary>
internal static class BenchmarkDetectorsCommand
{
    private const int MaxPoints = 100_000_000;
    private const int MaxRuns = 101;

    public static Command Make()
    {
        var points = new Option<int>("--points") { Description = "Points of a run.", DefaultValueFactory = _ => 200_000 };
        var runs = new Option<int>("--runs") { Description = "Runs, of which the median counts.", DefaultValueFactory = _ => 5 };
        var json = new Option<bool>("--json") { Description = "Print JSON." };
        var command = new Command("detectors", "Measure nanoseconds per point and bytes of every series detector, one thread.") { points, runs, json };
        command.SetAction((result, cancellation) =>
        {
            var figures = DetectorSpeed.Measure(
                Checked("--points", result.GetValue(points), 1000, MaxPoints), Checked("--runs", result.GetValue(runs), 1, MaxRuns), cancellation);
            if (result.GetValue(json))
            {
                JsonOutput.Print(figures);
            }
            else
            {
                Print(Terminal.Out, figures);
            }

            return Task.FromResult(0);
        });
        return command;
    }

    private static int Checked(string name, int value, int least, int most) =>
        value >= least && value <= most ? value : throw new ConfigurationException($"{name} {value}: use a number from {least} to {most}");

    private static void Print(IAnsiConsole console, IReadOnlyList<DetectorFigure> figures)
    {
        var table = new Table().Border(TableBorder.Simple);
        table.AddColumn("detector");
        foreach (var column in new[] { "history", "ns/point", "points/s", "bytes" })
        {
            table.AddColumn(new TableColumn(column) { Alignment = Justify.Right });
        }

        foreach (var figure in figures.OrderBy(f => f.Detector, StringComparer.Ordinal).ThenBy(f => f.History))
        {
            table.AddRow(figure.Detector, $"{figure.History}", $"{figure.NanosecondsPerPoint:N0}", $"{figure.PointsPerSecond:N0}", $"{figure.StateBytes:N0}");
        }

        Terminal.WriteTable(console, table);
    }
}
