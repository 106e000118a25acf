using System.CommandLine;
using System.Text;
using SecStream.Core.Events;
using SecStream.Host.Alerts;
using SecStream.Host.Configuration;
using SecStream.Host.Ledger;
using SecStream.Stages.Alerting;
using SecStream.Stages.Rules.Loading;
using Spectre.Console;

namespace SecStream.Host.Cli;

/// <summary><c>ledger</c>: what could not be seen, since when and until when.</summary>
internal static class LedgerCommand
{
    private const int DetailLength = 300;

    public static Command Make(TimeProvider time)
    {
        var data = new Option<string?>("--data") { Description = "Data folder of serve. Default: that of the configuration." };
        var config = new Option<string?>("--config") { Description = "Configuration file, which names the data folder." };
        var open = new Option<bool>("--open") { Description = "Only what goes on." };
        var since = new Option<string?>("--since") { Description = "What was so at or after: an instant, a date, or how long ago (90m, 24h, 7d)." };
        var kind = new Option<string[]>("--kind") { Description = "Only these kinds: silent_source,parse_failures." };
        var limit = new Option<int>("--limit") { Description = "Show the newest N; 0 shows all.", DefaultValueFactory = _ => 100 };
        var json = new Option<bool>("--json") { Description = "Print the entries, one a line." };
        var explain = new Option<string?>("--explain") { Description = "Say what a kind means and what to do about it; 'all' for every kind." };
        var command = new Command("ledger", "List what could not be seen: silent sources, gaps, lines that could not be parsed, times in which nothing ran.")
        {
            data, config, open, since, kind, limit, json, explain,
        };
        command.SetAction(result =>
        {
            if (result.GetValue(explain) is { } asked)
            {
                Explain(Terminal.Out, asked);
                return 0;
            }

            var entries = Read(ConfiguredData.Find(result.GetValue(data), result.GetValue(config)));
            var from = AlertFilter.ReadTime("--since", result.GetValue(since), time.GetUtcNow());
            var kinds = Kinds(result.GetValue(kind) ?? []);
            var found = entries
                .Where(e => (!result.GetValue(open) || e.IsOpen) && (kinds.Count == 0 || kinds.Contains(e.Kind)) && (from is null || e.IsOpen || EventClock.ToMicroseconds(e.Until!.Value) >= from))
                .OrderBy(e => e.Since).ThenBy(e => e.Id, StringComparer.Ordinal)
                .ToList();
            var most = result.GetValue(limit);
            if (most < 0)
            {
                throw new ConfigurationException($"--limit {most}: use a number from 0 on");
            }

            var shown = most > 0 ? found.TakeLast(most).ToList() : found;
            if (result.GetValue(json))
            {
                PrintJson(shown);
            }
            else
            {
                Print(Terminal.Out, shown, found.Count);
            }

            return 0;
        });
        return command;
    }

    private static IReadOnlyList<LedgerEntry> Read(string directory)
    {
        if (!Directory.Exists(directory))
        {
            throw new ConfigurationException($"--data {directory}: no such folder; name the --data folder of serve");
        }

        return LedgerFile.Read(BlindSpotWatch.LedgerPath(directory)).Entries;
    }

    private static IReadOnlySet<string> Kinds(IEnumerable<string> named)
    {
        var kinds = AlertFilter.ReadNames(named);
        return kinds.FirstOrDefault(k => BlindSpotKinds.Find(k) is null) is { } unknown
            ? throw new ConfigurationException($"--kind {unknown}: no such kind; {Suggestion.OrList(unknown, [.. BlindSpotKinds.All.Select(k => k.Name)])}")
            : kinds;
    }

    private static void Explain(IAnsiConsole console, string asked)
    {
        IEnumerable<BlindSpotKind> kinds = asked == "all" ? BlindSpotKinds.All : BlindSpotKinds.All.Where(k => Kinds([asked]).Contains(k.Name));
        foreach (var kind in kinds)
        {
            console.MarkupLine($"[bold]{Markup.Escape(kind.Name)}[/]: {Markup.Escape(kind.Meaning)}");
            console.MarkupLine($"  [grey]What to do:[/] {Markup.Escape(kind.Remedy)}");
        }
    }

    private static void PrintJson(IEnumerable<LedgerEntry> entries)
    {
        var line = new System.Buffers.ArrayBufferWriter<byte>();
        foreach (var entry in entries)
        {
            line.ResetWrittenCount();
            LedgerLine.Write(line, entry.IsOpen ? "open" : "span", entry);
            Console.Out.Write(Encoding.UTF8.GetString(line.WrittenSpan));
        }
    }

    private static void Print(IAnsiConsole console, List<LedgerEntry> entries, int found)
    {
        if (entries.Count == 0)
        {
            console.WriteLine("Nothing: no blind spot is known.");
            return;
        }

        Terminal.WriteTable(console, Terminal.IsNarrow(console) ? Narrow(entries) : Wide(entries));
        foreach (var kind in entries.Where(e => e.IsOpen).Select(e => e.Kind).Distinct().Order(StringComparer.Ordinal).Select(BlindSpotKinds.Find).OfType<BlindSpotKind>())
        {
            console.MarkupLine($"[grey]{Markup.Escape(kind.Name)}:[/] {Markup.Escape(kind.Remedy)}");
        }

        console.WriteLine($"{entries.Count(e => e.IsOpen)} open of {entries.Count} shown" + (found > entries.Count ? $"; {found - entries.Count} older ones with --limit 0." : "."));
    }

    private static Table Wide(List<LedgerEntry> entries)
    {
        var table = new Table().Border(TableBorder.Simple);
        table.AddColumn(new TableColumn("since (UTC)").NoWrap());
        table.AddColumn(new TableColumn("until").NoWrap());
        table.AddColumn(new TableColumn("kind").NoWrap());
        table.AddColumns("subject", "detail");
        table.AddColumn(new TableColumn("count").RightAligned().NoWrap());
        foreach (var entry in entries)
        {
            table.AddRow(
                Time(entry.Since),
                entry.Until is { } until ? Time(until) : "[yellow]open[/]",
                Terminal.Safe(entry.Kind),
                Terminal.Safe(entry.Subject),
                Markup.Escape(SafeText.Show(entry.Detail, DetailLength)),
                entry.Count > 0 ? $"{entry.Count:N0}" : "");
        }

        return table;
    }

    /// <summary>Subject, end and count stand with the detail, which then has half of 80 columns.</summary>
    private static Table Narrow(List<LedgerEntry> entries)
    {
        var table = new Table().Border(TableBorder.Simple);
        table.AddColumn(new TableColumn("since (UTC)").NoWrap());
        table.AddColumn(new TableColumn("kind").NoWrap());
        table.AddColumn("what");
        foreach (var entry in entries)
        {
            table.AddRow(
                Time(entry.Since),
                Terminal.Safe(entry.Kind),
                $"{(entry.Until is { } until ? $"until {Time(until)}" : "[yellow]open[/]")}, {Terminal.Safe(entry.Subject)}: "
                + Markup.Escape(SafeText.Show(entry.Detail, DetailLength)) + (entry.Count > 0 ? $" ({entry.Count:N0})" : ""));
        }

        return table;
    }

    private static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss", System.Globalization.CultureInfo.InvariantCulture);
}
