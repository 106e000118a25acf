using SecStream.Host.Replay;
using Spectre.Console;

namespace SecStream.Host.Cli;

/// <summary>The summary of a replay for people.</summary>
internal static class ReplayReport
{
    private const int MaxSpots = 10;

    public static void Print(IAnsiConsole console, ReplaySummary summary, string directory)
    {
        var sources = new Table().Border(TableBorder.Simple).AddColumns("source", "format", "events", "dead letters", "late", "from", "to");
        foreach (var source in summary.Sources)
        {
            sources.AddRow(
                Cell(source.Name), Cell(source.Format), $"{source.Events:N0}", $"{source.DeadLetters:N0}", $"{source.Late + source.Unevaluated:N0}",
                Cell(Short(source.FirstEvent)), Cell(Short(source.LastEvent)));
        }

        Terminal.WriteTable(console, sources);
        var rules = new Table().Border(TableBorder.Simple).AddColumns("rule", "alerts");
        foreach (var (rule, count) in summary.AlertsByRule.Where(r => r.Value > 0))
        {
            rules.AddRow(Cell(rule), $"{count:N0}");
        }

        console.Write(rules.Rows.Count > 0 ? rules : new Text("No alerts." + Environment.NewLine));
        PrintBlindSpots(console, summary);
        console.WriteLine(
            $"{summary.Events:N0} events, {summary.Alerts:N0} alerts in {summary.Incidents:N0} incidents, {summary.DeadLetters:N0} dead letters; "
            + $"{summary.ElapsedSeconds:N1} s, {summary.EventsPerSecond:N0} events/s, peak {summary.PeakBytes / 1e6:N0} MB; times without a zone read as {summary.Timezone}.");
        console.WriteLine($"Written to {directory}. See ./run alerts --data {directory}");
    }

    private static void PrintBlindSpots(IAnsiConsole console, ReplaySummary summary)
    {
        var spots = summary.BlindSpots.Where(s => s.Kind != "rule_blind").ToList();
        foreach (var spot in spots.Take(MaxSpots))
        {
            console.MarkupLine($"[yellow]{Cell(spot.Kind)}[/] {Cell(spot.Subject)}: {Markup.Escape(spot.Detail)}");
        }

        if (spots.Count > MaxSpots)
        {
            console.MarkupLine($"[yellow]and {spots.Count - MaxSpots} more[/], in summary.json");
        }

        var blind = summary.BlindSpots.Where(s => s.Kind == "rule_blind").Select(s => s.Subject).ToList();
        if (blind.Count > 0)
        {
            console.MarkupLine($"[yellow]rule_blind[/] {Cell(string.Join(", ", blind))}: they could see nothing (details in summary.json)");
        }
    }

    private static string Cell(string text) => Terminal.Safe(text);

    private static string Short(string? time) => time is null ? "" : time[..19].Replace('T', ' ');
}
