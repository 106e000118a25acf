using System.Globalization;
using SecStream.Host.Cli;
using SecStream.Host.Configuration;
using Spectre.Console;

namespace SecStream.Host.Stats;

/// <summary>Prints a report for people.</summary>
internal static class StatsListing
{
    /// <summary>Prints it.</summary>
    public static void Print(IAnsiConsole console, StatsReport report)
    {
        console.MarkupLine($"[{(report.State == "running" ? "green" : "yellow")}]{report.State}[/]: {Terminal.Safe(report.Detail)}");
        if (report.Status is { } status)
        {
            Sources(console, status);
            Facts(console, status);
        }

        var folder = Table("in the data folder", "files", "size");
        foreach (var part in report.Folder)
        {
            folder.AddRow(Terminal.Safe(part.Name), $"{part.Files:N0}", Size(part.Bytes));
        }

        Terminal.WriteTable(console, folder);
        console.WriteLine($"{Size(report.FreeBytes)} free on the disk.");
        console.WriteLine(report.OpenBlindSpots.Count == 0
            ? "No blind spot is open."
            : $"{report.OpenBlindSpots.Count} blind spots are open ({Terminal.Safe(string.Join(", ", report.OpenBlindSpots.Select(e => e.Kind).Distinct()))}): see ledger --open.");
    }

    private static void Sources(IAnsiConsole console, ServiceStatus status)
    {
        var table = Table("source", "events", "dead", "late", "unevaluated", "skewed", "lag", "");
        foreach (var source in status.Sources)
        {
            table.AddRow(
                Terminal.Safe(source.Name), $"{source.Events:N0}", $"{source.DeadLetters:N0}", $"{source.Late:N0}", $"{source.Unevaluated:N0}", $"{source.Skewed:N0}",
                source.LagSeconds is { } lag ? string.Create(CultureInfo.InvariantCulture, $"{lag:0.0} s") : "-",
                source.CaughtUp ? "caught up" : "[yellow]behind[/]");
        }

        Terminal.WriteTable(console, table);
    }

    private static void Facts(IAnsiConsole console, ServiceStatus status)
    {
        var table = new Table().Border(TableBorder.None).HideHeaders();
        table.AddColumns("", "");
        table.AddRow("alerts since start", Terminal.Safe($"{status.AlertsBySeverity.Values.Sum():N0} ({Counts(status.AlertsBySeverity)})"));
        table.AddRow("by rule", Terminal.Safe(Counts(status.AlertsByRule.Where(r => r.Value > 0))));
        table.AddRow("rules", $"{status.Rules}");
        table.AddRow("state", $"{Size(status.StateBytes)}, process {Size(status.ResidentBytes)}");
        table.AddRow("snapshot", status.SnapshotAt is { } at ? Terminal.Safe(at.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture)) : "none yet");
        foreach (var journal in status.Journals)
        {
            table.AddRow(
                Terminal.Safe($"journal {journal.Name}"),
                $"{Size(journal.Bytes)}, {Size(journal.UnreleasedBytes)} to read; since start {journal.Records:N0} records, {journal.Dropped:N0} dropped{(journal.Full ? ", [red]full[/]" : "")}");
        }

        foreach (var segment in status.Segments)
        {
            table.AddRow(Terminal.Safe($"segments {segment.Class}"), $"{segment.Count:N0}, {Size(segment.Bytes)}");
        }

        foreach (var (name, version) in status.Versions)
        {
            table.AddRow(Terminal.Safe($"version {name}"), Terminal.Safe(version));
        }

        console.Write(table);
    }

    private static Table Table(params string[] columns)
    {
        var table = new Table().Border(TableBorder.Simple);
        for (var i = 0; i < columns.Length; i++)
        {
            var column = new TableColumn(columns[i]).NoWrap();
            table.AddColumn(i > 0 && columns[i].Length > 0 ? column.RightAligned() : column);
        }

        return table;
    }

    private static string Counts(IEnumerable<KeyValuePair<string, long>> counts) =>
        string.Join(", ", counts.Select(c => $"{c.Key} {c.Value:N0}")) is { Length: > 0 } text ? text : "none";

    private static string Size(long bytes) => bytes switch
    {
        >= 1L << 30 => string.Create(CultureInfo.InvariantCulture, $"{bytes / (double)(1L << 30):0.0} GiB"),
        >= 1 << 20 => string.Create(CultureInfo.InvariantCulture, $"{bytes / (double)(1 << 20):0.0} MiB"),
        >= 1 << 10 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1024.0:0.0} KiB"),
        _ => SizeShape.Format(bytes),
    };
}
