using System.Globalization;
using System.Text.Json;
using SecStream.Host.Cli;
using SecStream.Host.Documents;
using SecStream.Stages.Alerting;
using Spectre.Console;

namespace SecStream.Host.Explain;

/// <summary>What makes a window strange, for people: what was observed, what comes out of the stored events now, what was to be expected.</summary>
internal static class AnomalyReport
{
    private const string Root = "secstream.anomaly";

    /// <summary>Prints it; nothing for an alert about anything else.</summary>
    public static void Print(IAnsiConsole console, Explanation explanation)
    {
        if (DocumentFields.Find(explanation.Document, Root) is not { ValueKind: JsonValueKind.Object } anomaly)
        {
            return;
        }

        JsonElement? again = explanation.Derived is { } derived && DocumentFields.Find(derived, Root) is { ValueKind: JsonValueKind.Object } found ? found : null;
        console.WriteLine(Summary(anomaly, again));
        var table = new Table().Border(TableBorder.Simple).AddColumns("feature", "observed", "derived again", "expected", "usual", "deviation", "share");
        foreach (var contribution in Items(anomaly, "contributions"))
        {
            var name = DocumentFields.Text(contribution, "feature") ?? "";
            var other = again is { } root ? Items(root, "contributions").FirstOrDefault(c => DocumentFields.Text(c, "feature") == name) : default;
            table.AddRow(Row(name, contribution, other));
        }

        Terminal.WriteTable(console, table);
        var opinions = Items(anomaly, "detectors").Select(d =>
            $"{Safe(DocumentFields.Text(d, "name"))} {Number(d, "score")} (p {Number(d, "p")}, weight {Number(d, "weight")})").ToList();
        if (opinions.Count > 0)
        {
            console.WriteLine("detectors: " + string.Join("; ", opinions));
        }
    }

    private static string Summary(JsonElement anomaly, JsonElement? again) =>
        $"strongest window: {Safe(DocumentFields.Text(anomaly, "window.start"))} to {Safe(DocumentFields.Text(anomaly, "window.end"))}, profile "
        + $"{Safe(DocumentFields.Text(anomaly, "profile"))}, grade {Number(anomaly, "grade")}{(again is { } other ? $" (derived again {Number(other, "grade")})" : "")}, "
        + $"p {Number(anomaly, "p")}; normal windows as strange: {Number(anomaly, "expected_false_per_day")} a day; model {Safe(DocumentFields.Text(anomaly, "model"))}";

    private static string[] Row(string name, JsonElement contribution, JsonElement other)
    {
        var value = DocumentFields.Text(contribution, "value");
        var range = value is null ? $"{Number(contribution, "range.low")}–{Number(contribution, "range.high")}" : DocumentFields.Text(contribution, "known") ?? "";
        string[] cells =
        [
            name,
            value ?? Number(contribution, "observed"),
            other.ValueKind != JsonValueKind.Object ? "" : DocumentFields.Text(other, "value") ?? Number(other, "observed"),
            value is null ? Number(contribution, "expected") : "",
            range,
            value is null ? Number(contribution, "deviation") : "",
            Number(contribution, "share"),
        ];
        return [.. cells.Select(cell => cell.Length == 0 ? "" : Markup.Escape(SafeText.Show(cell)))];
    }

    private static IEnumerable<JsonElement> Items(JsonElement anomaly, string list) =>
        anomaly.TryGetProperty(list, out var items) && items.ValueKind == JsonValueKind.Array ? items.EnumerateArray().Where(i => i.ValueKind == JsonValueKind.Object) : [];

    private static string Safe(string? text) => SafeText.Show(text ?? "?");

    private static string Number(JsonElement parent, string field) =>
        DocumentFields.Find(parent, field) is { ValueKind: JsonValueKind.Number } number ? number.GetDouble().ToString("G4", CultureInfo.InvariantCulture) : "?";
}
