using SecStream.Host.Benchmark;
using SecStream.Host.Benchmark.Tabular;
using Spectre.Console;

namespace SecStream.Host.Cli;

/// <summary>The result of <c>benchmark tabular</c> for people.</summary>
internal static class TabularReport
{
    public static void Print(IAnsiConsole console, TabularResult result)
    {
        console.WriteLine(
            $"{result.Sets.Count} sets, mean of {result.Seeds} seeds, default options for all sets; labels are used for the figures alone. Rows are both fitted and judged.");
        PrintSets(console, "ROC-AUC", result, d => d.RocAuc);
        PrintSets(console, "average precision", result, d => d.AveragePrecision);
        PrintSummary(console, result);
        PrintNotes(console, result);
        PrintTargets(console, result.Targets);
    }

    /// <summary>The targets.</summary>
    internal static void PrintTargets(IAnsiConsole console, IReadOnlyList<Target> targets)
    {
        var table = New("target", "measured", "wanted", "");
        foreach (var target in targets)
        {
            var format = target.Bound < 10 ? "N3" : "N0";
            table.AddRow(
                new Text(target.Name),
                new Text($"{target.Value.ToString(format, null)} {target.Unit}"),
                new Text($"{target.Comparison} {target.Bound.ToString(format, null)}"),
                new Markup(target.Met ? "[green]✓[/]" : "[red]✗[/]"));
        }

        Terminal.WriteTable(console, table);
    }

    /// <summary>A table whose first column is text and the others are numbers.</summary>
    internal static Table New(params string[] columns)
    {
        var table = new Table().Border(TableBorder.Simple);
        for (var i = 0; i < columns.Length; i++)
        {
            table.AddColumn(new TableColumn(Markup.Escape(columns[i])) { Alignment = i == 0 ? Justify.Left : Justify.Right });
        }

        return table;
    }

    private static void PrintSets(IAnsiConsole console, string title, TabularResult result, Func<DetectorFigure, double> figure)
    {
        var withReference = result.ReferenceMean is not null && title == "ROC-AUC";
        var table = New([title, "rows", "anomalies", .. result.Summary.Select(s => s.Detector), .. withReference ? ["reference"] : (string[])[]]);
        foreach (var set in result.Sets)
        {
            table.AddRow(
            [
                Terminal.Safe(set.Set),
                $"{set.Rows:N0} × {set.Features:N0}",
                $"{set.Anomalies:N0}",
                .. set.Detectors.Select(d => $"{figure(d):N3}"),
                .. withReference ? [$"{set.Reference:N3}"] : (string[])[],
            ]);
        }

        Terminal.WriteTable(console, table);
    }

    private static void PrintSummary(IAnsiConsole console, TabularResult result)
    {
        var table = New("detector", "mean ROC-AUC", "mean avg precision", "better than forest", "fit rows/CPU-s", "score rows/CPU-s");
        foreach (var line in result.Summary)
        {
            table.AddRow(
                line.Detector,
                $"{line.MeanRocAuc:N4}",
                $"{line.MeanAveragePrecision:N4}",
                $"{line.BetterThanForest * result.Sets.Count:N0} of {result.Sets.Count}",
                $"{line.FitRowsPerSecond:N0}",
                $"{line.ScoreRowsPerSecond:N0}");
        }

        Terminal.WriteTable(console, table);
        console.WriteLine("Rows per second: generated rows of 10 features, one thread, CPU time.");
    }

    private static void PrintNotes(IAnsiConsole console, TabularResult result)
    {
        if (result.Subsampled.Count > 0)
        {
            console.WriteLine(
                $"More than {result.MaxRows:N0} rows, of which all detectors but the isolation forest saw so many: {string.Join(", ", result.Subsampled)}.");
        }

        if (result.ReferenceMean is { } mean)
        {
            console.WriteLine($"Reference isolation forest: mean ROC-AUC {mean:N4}; ours is more than 0.02 below it on: "
                + (result.BelowReference.Count > 0 ? string.Join(", ", result.BelowReference) : "none") + ".");
        }

        foreach (var file in result.Skipped)
        {
            console.WriteLine($"Skipped {file.File}: {file.Reason}.");
        }
    }
}
