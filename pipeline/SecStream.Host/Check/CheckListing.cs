using System.Globalization;
using SecStream.Host.Cli;
using SecStream.Host.Rules;
using SecStream.Stages.Alerting;
using Spectre.Console;

namespace SecStream.Host.Check;

/// <summary>What <c>check</c> found, for people.</summary>
internal static class CheckListing
{
    private const int TextLength = 600;
    private const int MendLength = 4000;
    private const int ExampleLength = 160;

    /// <summary>Prints it.</summary>
    public static void Print(IAnsiConsole console, CheckReport report)
    {
        var parts = new Grid().AddColumn(new GridColumn().NoWrap()).AddColumn(new GridColumn().NoWrap()).AddColumn();
        foreach (var part in report.Parts)
        {
            parts.AddRow(Mark(part.Problem), Text(part.Name), Text(part.Problem ?? part.Detail) + (part.Version is { } version && part.Problem is null ? $" [grey]version {version}[/]" : ""));
        }

        console.Write(parts);
        Print(console, report.Servers);
        foreach (var source in report.Sources)
        {
            Print(console, source);
        }

        console.WriteLine();
        console.MarkupLine(report.Usable ? "[green]Fit for use.[/]" : "[red]Not fit for use as it is[/]: see the lines marked FAIL.");
    }

    /// <summary>How long ago, in two units at most.</summary>
    public static string Ago(double seconds)
    {
        var span = TimeSpan.FromSeconds(Math.Abs(seconds));
        var text = span.TotalDays >= 2 ? $"{span.TotalDays.ToString("N0", CultureInfo.InvariantCulture)} days"
            : RuleText.Span(TimeSpan.FromSeconds(span.TotalHours >= 2 ? Math.Floor(span.TotalMinutes) * 60 : Math.Max(1, Math.Floor(span.TotalSeconds))));
        return seconds < 0 ? $"{text} ahead of now" : $"{text} ago";
    }

    private static void Print(IAnsiConsole console, IReadOnlyList<CheckedServer> servers)
    {
        if (servers.Count == 0)
        {
            return;
        }

        console.WriteLine();
        var grid = new Grid().AddColumn(new GridColumn().NoWrap()).AddColumn(new GridColumn().NoWrap()).AddColumn();
        foreach (var server in servers)
        {
            grid.AddRow(server.Result switch { "ok" => "[green]ok[/]", "failed" => "[red]FAIL[/]", _ => "[yellow]warn[/]" }, Text(server.Name), Text(server.Detail));
        }

        console.Write(grid);

        // Mends are commands to be copied: whole, below the table.
        foreach (var server in servers.Where(server => server.Mend is not null))
        {
            console.WriteLine();
            Terminal.WriteLine(console, $"{Text(server.Name)}: {Markup.Escape(SafeText.Show(server.Mend!, MendLength))}");
        }
    }

    private static void Print(IAnsiConsole console, SourceReport source)
    {
        console.WriteLine();
        console.MarkupLine($"{Mark(source.Unusable)} {Text(source.Name)}" + (source.Unusable is { } why ? $": {Text(why)}" : ""));
        var facts = new Grid().AddColumn(new GridColumn().NoWrap().Padding(5, 0, 2, 0)).AddColumn();
        if (source.Events > 0)
        {
            AddFacts(facts, source);
        }

        foreach (var dead in source.DeadLetters)
        {
            facts.AddRow("[yellow]not parsed[/]", $"{dead.Count:N0} lines, {Text(dead.Class)}; the first, at byte {dead.Position}: {Example(dead.Example)}");
        }

        foreach (var group in source.Events == 0 ? [] : source.Blind.GroupBy(b => b.Why))
        {
            facts.AddRow("blind", $"{Text(string.Join(", ", group.Select(b => b.Rule)))}: {Text(group.Key)}");
        }

        console.Write(facts);
    }

    private static void AddFacts(Grid facts, SourceReport source)
    {
        var partial = source.IsPartial ? " (only the beginning was read)" : "";
        facts.AddRow("format", $"{Text(source.Format)}; {source.Events:N0} events of {source.Events + source.DeadLetters.Sum(d => d.Count):N0} lines{partial}");
        facts.AddRow("times", $"{Short(source.FirstEvent)} to {Short(source.LastEvent)} UTC" + (source.LagSeconds is { } lag ? $"; the last is from {Ago(lag)}" : ""));
        facts.AddRow("read as", $"{Text(source.Timezone)} where a time names no zone" + (source.Year is { } year ? $", first line of {year}" : ""));
        if (source.Late + source.ClockSkew > 0)
        {
            facts.AddRow("order", $"{source.Late:N0} late, {source.Unevaluated:N0} of them too late to be evaluated; {source.ClockSkew:N0} ahead of their time");
        }

        facts.AddRow("seen by", $"{(source.SeenBy.Count == 0 ? "[red]no rule[/]" : Text(string.Join(", ", source.SeenBy)))}; {source.Alerts:N0} alerts");
    }

    private static string Mark(string? problem) => problem is null ? "[green]ok[/]  " : "[red]FAIL[/]";

    private static string Text(string text) => Markup.Escape(SafeText.Show(text, TextLength));

    private static string Example(string text) => Markup.Escape(SafeText.Show(text, ExampleLength));

    private static string Short(string? time) => time is { Length: >= 19 } ? time[..19].Replace('T', ' ') : "?";
}
