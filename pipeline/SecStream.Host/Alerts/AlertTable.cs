using SecStream.Core.Alerts;
using SecStream.Core.Events;
using SecStream.Host.Cli;
using SecStream.Stages.Alerting;
using Spectre.Console;

namespace SecStream.Host.Alerts;

/// <summary>Alerts and incidents for people.</summary>
internal static class AlertTable
{
    /// <summary>Digits of an id that are shown; <c>explain</c> takes any unambiguous beginning.</summary>
    public const int ShortId = 12;

    private const int NarrowId = 8;
    private const int MessageLength = 300;

    /// <summary>Prints a table.</summary>
    public static void Print(IAnsiConsole console, IReadOnlyCollection<StoredAlert> alerts, bool incidents)
    {
        if (Terminal.IsNarrow(console))
        {
            PrintNarrow(console, alerts, incidents);
            return;
        }

        var table = new Table().Border(TableBorder.Simple);
        table.AddColumn(new TableColumn("time (UTC)").NoWrap());
        table.AddColumn(new TableColumn("severity").NoWrap());
        table.AddColumn(incidents ? new TableColumn("rules") : new TableColumn("rule").NoWrap());
        table.AddColumn("entity");
        table.AddColumn(new TableColumn(incidents ? "alerts" : "count").RightAligned().NoWrap());
        table.AddColumn("message");
        table.AddColumn(new TableColumn("id").NoWrap());
        foreach (var alert in alerts)
        {
            table.AddRow(
                Time(alert.Opened),
                Coloured(alert.Severity),
                Terminal.Safe(alert.Rule),
                Terminal.Safe(alert.Entity),
                $"{alert.Count:N0}",
                Status(alert) + Message(alert),
                Terminal.Safe(Short(alert.Id)));
        }

        console.Write(table);
    }

    /// <summary>Without entity and count, which the message names: it then has half of 80 columns.</summary>
    private static void PrintNarrow(IAnsiConsole console, IReadOnlyCollection<StoredAlert> alerts, bool incidents)
    {
        var table = new Table().Border(TableBorder.Simple);
        table.AddColumn(new TableColumn("time (UTC)").NoWrap());
        table.AddColumn(new TableColumn("severity").NoWrap());
        if (!incidents)
        {
            table.AddColumn(new TableColumn("rule").NoWrap());
        }

        table.AddColumn("message");
        table.AddColumn(new TableColumn("id").NoWrap());
        foreach (var alert in alerts)
        {
            string[] cells =
            [
                Time(alert.Opened), Coloured(alert.Severity), Terminal.Safe(alert.Rule), Status(alert) + Message(alert), Terminal.Safe(Short(alert.Id, NarrowId)),
            ];
            table.AddRow([.. cells.Where((_, i) => i != 2 || !incidents)]);
        }

        Terminal.WriteTable(console, table);
    }

    /// <summary>Prints one line, for <c>--follow</c>.</summary>
    public static void PrintLine(IAnsiConsole console, StoredAlert alert) => Terminal.WriteLine(
        console,
        $"[grey]{Time(alert.Opened)}[/] {Coloured(alert.Severity, pad: true)} {Terminal.Safe(alert.Rule),-4} {Status(alert)}{Message(alert)} [grey]{Terminal.Safe(Short(alert.Id))}[/]");

    /// <summary>The severity in its colour, as markup.</summary>
    public static string Coloured(Severity severity, bool pad = false)
    {
        var name = severity.ToString().ToLowerInvariant();
        return $"[{Colour(severity)}]{(pad ? name.PadRight(8) : name)}[/]";
    }

    /// <summary>An instant to the second.</summary>
    public static string Time(long microseconds) =>
        microseconds is > -62_135_596_800_000_000 and < 253_402_300_800_000_000
            ? EventClock.ToInstant(microseconds).ToString("yyyy-MM-dd HH:mm:ss", System.Globalization.CultureInfo.InvariantCulture)
            : "?";

    private static string Short(string id, int digits = ShortId) => id.Length <= digits ? id : id[..digits];

    private static string Message(StoredAlert alert) => Markup.Escape(SafeText.Show(alert.Message, MessageLength));

    private static string Status(StoredAlert alert) => alert.Status == "open" ? "" : $"[grey]{Terminal.Safe(alert.Status)}:[/] ";

    private static string Colour(Severity severity) => severity switch
    {
        Severity.Critical => "red",
        Severity.High => "orange1",
        Severity.Medium => "yellow",
        _ => "blue",
    };
}
