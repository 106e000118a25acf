using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using SecStream.Core.Alerts;
using SecStream.Core.Events;
using SecStream.Stages.Alerting;
using SecStream.Training.Artefacts;
using SecStream.Training.Gate;
using SecStream.Training.Lifecycle;
using Spectre.Console;

namespace SecStream.Host.Cli;

/// <summary>The gate's report for people and programs.</summary>
internal static class GateListing
{
    private const int ShownChanges = 20;
    private const int KeyLength = 120;

    /// <summary>As everything for programs, with words for severities and null for what is no number.</summary>
    internal static readonly JsonSerializerOptions Options = new(JsonOutput.Options)
    {
        Encoder = JavaScriptEncoder.Default,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower), new FiniteNumbers() },
    };

    /// <summary>The outcome as JSON.</summary>
    public static string Json(string model, PromotionOutcome outcome) => JsonSerializer.Serialize(
        new
        {
            Model = model,
            outcome.Promoted,
            outcome.Report?.Passed,
            outcome.Report?.Reasons,
            outcome.Report?.Notes,
            outcome.Report?.Champion,
            outcome.Report?.Days,
            outcome.Report?.UnseenDays,
            outcome.Report?.Budget,
            outcome.Report?.ByDay,
            Lost = outcome.Report is { } report ? Changes(report.Lost) : null,
            Gained = outcome.Report is { } other ? Changes(other.Gained) : null,
        },
        Options);

    /// <summary>Prints the report.</summary>
    public static void Print(IAnsiConsole console, GateReport report)
    {
        console.WriteLine(
            (report.Champion is { } champion ? $"{report.Challenger} against the champion {champion}" : $"{report.Challenger}, without a champion to compare with")
            + (report.Days is [var first, ..] ? $": {report.Days.Count} days judged again ({first} to {report.Days[^1]}), {report.UnseenDays.Count} of them unseen." : "."));
        PrintBudget(console, report);
        PrintDays(console, report);
        PrintChanges(console, "Lost alerts", report.Lost);
        PrintChanges(console, "Gained alerts", report.Gained);
        foreach (var note in report.Notes)
        {
            Terminal.WriteLine(console, $"[grey]{Terminal.Safe(note)}[/]");
        }

        foreach (var reason in report.Reasons)
        {
            Terminal.WriteLine(console, $"[red]refused:[/] {Markup.Escape(SafeText.Show(reason, 500))}");
        }
    }

    private static object Changes(EpisodeChanges changes) => new
    {
        changes.Total,
        BySeverity = Enum.GetValues<Severity>().ToDictionary(s => s.ToString().ToLowerInvariant(), s => changes.BySeverity[(int)s]),
        Listed = changes.Listed.Select(c => new
        {
            c.Episode.Profile,
            Key = c.Episode.Key.Select(k => new { k.Field, k.Value }),
            c.Episode.Severity,
            c.Instead,
            Start = EventClock.ToInstant(c.Episode.Start),
            End = EventClock.ToInstant(c.Episode.End),
            c.Episode.Windows,
            c.Episode.Grade,
            c.ConfirmedAlert,
        }),
    };

    private static void PrintBudget(IAnsiConsole console, GateReport report)
    {
        var table = new Table().Border(TableBorder.Simple);
        table.AddColumn("false alerts a day");
        foreach (var name in (string[])["budget", "expected", "measured", "95 % interval", "champion"])
        {
            table.AddColumn(new TableColumn(name).RightAligned().NoWrap());
        }

        foreach (var row in report.Budget)
        {
            table.AddRow(
                AlertTable(row.Severity),
                Figure(row.Budget),
                Figure(row.Expected),
                row.IsExceeded ? $"[red]{Figure(row.Measured)}[/]" : Figure(row.Measured),
                double.IsFinite(row.Low) ? $"{Figure(row.Low)}–{Figure(row.High)}" : "-",
                row.Champion is { } champion ? Figure(champion) : "-");
        }

        Terminal.WriteTable(console, table);
    }

    private static void PrintDays(IAnsiConsole console, GateReport report)
    {
        var table = new Table().Border(TableBorder.Simple);
        table.AddColumn("day");
        foreach (var name in (string[])["windows", .. Enum.GetNames<Severity>().Select(n => n.ToLowerInvariant())])
        {
            table.AddColumn(new TableColumn(name).RightAligned().NoWrap());
        }

        foreach (var day in report.ByDay)
        {
            table.AddRow(
            [
                day.Day + (day.IsUnseen ? " [grey]unseen[/]" : ""),
                day.Judged.ToString("N0", CultureInfo.InvariantCulture),
                .. day.Challenger.Select((count, i) =>
                    string.Create(CultureInfo.InvariantCulture, $"{count:N0}") + (day.Champion is { } c ? string.Create(CultureInfo.InvariantCulture, $" [grey]({c[i]:N0})[/]") : "")),
            ]);
        }

        if (report.ByDay.Count > 0)
        {
            Terminal.WriteTable(console, table);
            if (report.Champion is not null)
            {
                Terminal.WriteLine(console, "[grey]Strange windows by day and severity; in brackets the champion's.[/]");
            }
        }
    }

    private static void PrintChanges(IAnsiConsole console, string title, EpisodeChanges changes)
    {
        if (changes.Total == 0)
        {
            return;
        }

        var counts = Enum.GetValues<Severity>().Where(s => changes.BySeverity[(int)s] > 0).Reverse().Select(s => $"{changes.BySeverity[(int)s]} {s.ToString().ToLowerInvariant()}");
        console.WriteLine($"{title}: {string.Join(", ", counts)}.");
        foreach (var change in changes.Listed.Take(ShownChanges))
        {
            var episode = change.Episode;
            Terminal.WriteLine(
                console,
                $"  {EventClock.ToInstant(episode.Start).ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture)} {AlertTable(episode.Severity)}"
                + $" instead {(change.Instead is { } instead ? AlertTable(instead) : "nothing")}: {Terminal.Safe(episode.Profile)} {Markup.Escape(SafeText.Show(episode.KeyText, KeyLength))}"
                + (change.ConfirmedAlert is { } alert ? $" [red]confirmed: {Terminal.Safe(alert)}[/]" : ""));
        }

        if (changes.Total > ShownChanges)
        {
            console.WriteLine($"  and {changes.Total - ShownChanges} more; --json has {changes.Listed.Count}.");
        }
    }

    private static string AlertTable(Severity severity) => Alerts.AlertTable.Coloured(severity);

    private static string Figure(double number) => double.IsFinite(number) ? number.ToString("0.##", CultureInfo.InvariantCulture) : "-";
}
