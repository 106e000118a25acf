using System.Globalization;
using System.Text.Json;
using SecStream.Host.Alerts;
using SecStream.Host.Cli;
using SecStream.Host.Documents;
using SecStream.Host.Rules;
using SecStream.Stages.Alerting;
using Spectre.Console;

namespace SecStream.Host.Explain;

/// <summary>An explanation for people.</summary>
internal static class ExplanationReport
{
    private const int TextLength = 500;
    private const int LineLength = 160;
    private const int DifferenceLength = 240;

    /// <summary>Prints it, with at most <paramref name="events"/> of the contributing events.</summary>
    public static void Print(IAnsiConsole console, Explanation explanation, int events)
    {
        console.MarkupLine($"{AlertTable.Coloured(explanation.Alert.Severity)}  {Text(explanation.Alert.Message)}");
        console.WriteLine();
        var facts = new Grid().AddColumn(new GridColumn().NoWrap()).AddColumn();
        AddRule(facts, explanation);
        AddWhat(facts, explanation);
        console.Write(facts);
        AnomalyReport.Print(console, explanation);
        PrintTimeline(console, explanation, events);
        PrintVerdict(console, explanation);
    }

    private static void AddRule(Grid facts, Explanation explanation)
    {
        var code = explanation.Text("rule.id") ?? "?";
        var file = explanation.Rule?.File is { Length: > 0 } path ? $" ({path})" : "";
        Add(facts, "rule", $"{code} {explanation.Text("rule.name")}{file}");
        Add(facts, "", explanation.Text("rule.description"));
        if (explanation.Rule is { } rule)
        {
            Add(facts, "fires on", $"{RuleText.Condition(rule, explanation.Fields)}, by {RuleText.Key(rule, explanation.Fields)}; an episode ends after {RuleText.Span(rule.Gap)} of quiet");
            Add(facts, "may be wrong", string.Join("; ", rule.FalsePositives));
        }
    }

    private static void AddWhat(Grid facts, Explanation explanation)
    {
        Add(facts, "entity", $"{explanation.Alert.EntityType} {explanation.Alert.Entity}");
        Add(facts, "opened", AlertTable.Time(explanation.Alert.Opened) + " UTC: the moment the condition first held");
        Add(facts, "from, to", $"{Short(explanation.Text("event.start"))} to {Short(explanation.Text("event.end"))} UTC: first and last contributing event");
        Add(facts, "observed", Observed(explanation));
        Add(facts, "facts", Facts(explanation.Document));
        Add(facts, "incident", Incident(explanation));
        Add(facts, "asks for", Actions(explanation.Document));
        Add(facts, "act before", Short(explanation.Text("secstream.due")) + " UTC");
        Add(facts, "status", explanation.Alert.Status + (explanation.Number("secstream.revision") is { } revision ? $", revision {revision}" : ""));
        foreach (var verdict in Verdicts(explanation.Document))
        {
            Add(facts, "verdict", verdict);
        }

        Add(facts, "versions", Pairs(DocumentFields.Find(explanation.Document, "secstream.versions")));
        Add(facts, "id", explanation.Alert.Id);
    }

    private static string Observed(Explanation explanation)
    {
        var window = DocumentFields.Find(explanation.Document, "secstream.observed.window_seconds") is { ValueKind: JsonValueKind.Number } seconds && seconds.GetDouble() > 0
            ? " in " + RuleText.Span(TimeSpan.FromSeconds(seconds.GetDouble()))
            : "";
        return $"{explanation.Text("secstream.observed.measure")} {explanation.Text("secstream.observed.value") ?? "unbounded"} "
            + $"(needs {explanation.Text("secstream.observed.operator")} {explanation.Text("secstream.observed.threshold")}{window}), "
            + $"{explanation.Number("secstream.evidence.total")} occurrences in {explanation.Number("secstream.evidence.events")} events";
    }

    /// <summary>What analysts said, in order. The name has a dot of its own: it is no part of the machine's document.</summary>
    private static IEnumerable<string> Verdicts(JsonElement document) =>
        document.TryGetProperty("secstream.analyst", out var analyst) && analyst.TryGetProperty("verdicts", out var verdicts) && verdicts.ValueKind == JsonValueKind.Array
            ? verdicts.EnumerateArray().Select(v =>
                $"{DocumentFields.Text(v, "state")} {Short(DocumentFields.Text(v, "at"))} UTC by {DocumentFields.Text(v, "by")}"
                + (DocumentFields.Text(v, "assignee") is { Length: > 0 } assignee ? $" for {assignee}" : "")
                + (DocumentFields.Text(v, "note") is { Length: > 0 } note ? $": {note}" : ""))
            : [];

    private static string? Facts(JsonElement document) => Pairs(DocumentFields.Find(document, "secstream.facts"));

    private static string? Pairs(JsonElement? group) => group is { ValueKind: JsonValueKind.Object } pairs
        ? string.Join(", ", pairs.EnumerateObject().Select(p => $"{p.Name} {(p.Value.ValueKind == JsonValueKind.String ? DocumentFields.Text(pairs, p.Name) : p.Value.GetRawText())}"))
        : null;

    private static string? Incident(Explanation explanation)
    {
        if (explanation.Text("secstream.incident.id") is not { } id)
        {
            return null;
        }

        var name = id.Length > AlertTable.ShortId ? id[..AlertTable.ShortId] : id;
        return explanation.Incident is { } incident ? $"{name}: {DocumentFields.Text(incident, "message")}" : $"{name}, opened {Short(explanation.Text("secstream.incident.opened"))} UTC";
    }

    private static string? Actions(JsonElement document)
    {
        if (DocumentFields.Find(document, "secstream.actions") is not { ValueKind: JsonValueKind.Array } actions)
        {
            return null;
        }

        return string.Join(", ", actions.EnumerateArray().Select(action =>
            DocumentFields.Text(action, "type")
            + (DocumentFields.Find(action, "duration_seconds") is { ValueKind: JsonValueKind.Number } seconds ? $" for {RuleText.Span(TimeSpan.FromSeconds(seconds.GetDouble()))}" : "")
            + (DocumentFields.Text(action, "scope") is { } scope ? $" ({scope})" : "")));
    }

    private static void PrintTimeline(IAnsiConsole console, Explanation explanation, int shown)
    {
        if (explanation.Timeline.Count == 0)
        {
            return;
        }

        var table = new Table().Border(TableBorder.Simple);
        table.AddColumn(new TableColumn("time (UTC)").NoWrap());
        table.AddColumns("action", "user", "address", "line");
        foreach (var line in explanation.Timeline.Take(shown))
        {
            table.AddRow(
                Text(Short(line.Time)),
                Cell(line.Action) + (line.Count > 1 ? $" ×{line.Count}" : "") + (line.Late is { } late ? $" [grey](late: {Text(late)})[/]" : ""),
                Cell(line.User),
                Cell(line.Address),
                Markup.Escape(SafeText.Show(line.Original ?? "", LineLength)));
        }

        Terminal.WriteTable(console, table);
        var events = explanation.Number("secstream.evidence.events") ?? 0;
        var listed = Math.Min(shown, explanation.Timeline.Count);
        if (events > listed)
        {
            console.WriteLine($"The first {listed} of {events} contributing events{(shown < explanation.Timeline.Count ? "; --events N shows more" : "")}.");
        }
    }

    private static void PrintVerdict(IAnsiConsole console, Explanation explanation)
    {
        foreach (var note in explanation.Notes)
        {
            console.MarkupLine($"[yellow]note[/] {Text(note)}");
        }

        if (explanation.Agrees)
        {
            console.MarkupLine(
                $"[green]agrees[/]: derived again from {explanation.EventsRead.ToString("N0", CultureInfo.InvariantCulture)} stored events; id, opening, span, total and evidence are the same.");
            return;
        }

        console.MarkupLine("[red]does not agree[/]" + (explanation.Differences.Count == 0 ? ": it could not be derived again." : " with what comes out of the stored events now:"));
        if (explanation.Differences.Count > 0)
        {
            var table = new Table().Border(TableBorder.Simple).AddColumns("field", "stored", "derived again");
            foreach (var difference in explanation.Differences)
            {
                table.AddRow(Text(difference.Field), Side(difference.Stored), Side(difference.Derived));
            }

            Terminal.WriteTable(console, table);
        }
    }

    private static void Add(Grid facts, string name, string? text)
    {
        if (!string.IsNullOrEmpty(text))
        {
            facts.AddRow($"[grey]{name}[/]", Text(text));
        }
    }

    private static string Side(string? text) => text is null ? "[grey]none[/]" : Markup.Escape(SafeText.Show(text, DifferenceLength));

    private static string Cell(string? text) => text is null ? "" : Terminal.Safe(text);

    private static string Text(string text) => Markup.Escape(SafeText.Show(text, TextLength));

    private static string Short(string? time) => time is { Length: >= 19 } ? time[..19].Replace('T', ' ') : time ?? "?";
}
