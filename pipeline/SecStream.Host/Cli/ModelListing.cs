using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using SecStream.Host.Alerts;
using SecStream.Stages.Alerting;
using SecStream.Training;
using SecStream.Training.Artefacts;
using SecStream.Training.Registry;
using Spectre.Console;

namespace SecStream.Host.Cli;

/// <summary>Models for people and programs.</summary>
internal static class ModelListing
{
    private const int TextLength = 500;

    /// <summary>A model as JSON: its manifest, with id and role.</summary>
    public static string Json(string id, ModelRole role, ModelManifest manifest) => Document(id, role, manifest).ToJsonString(JsonOutput.Options);

    /// <summary>All models as JSON.</summary>
    public static void PrintJson(IReadOnlyList<KeptModel> models, RegistryState state) => Console.Out.WriteLine(new JsonObject
    {
        ["champion"] = state.Champion,
        ["challenger"] = state.Challenger,
        ["former_champion"] = state.FormerChampion,
        ["models"] = new JsonArray([.. models.Select(m => m.Manifest is { } manifest
            ? Document(m.Id, m.Role, manifest)
            : (JsonNode)new JsonObject { ["id"] = m.Id, ["role"] = NameOf(m.Role), ["fault"] = m.Fault })]),
        ["history"] = JsonSerializer.SerializeToNode(state.History, JsonOutput.Options),
    }.ToJsonString(JsonOutput.Options));

    /// <summary>Prints all models.</summary>
    public static void Print(IAnsiConsole console, IReadOnlyList<KeptModel> models, RegistryState state)
    {
        if (models.Count == 0)
        {
            console.WriteLine("No models; ./run train makes one.");
            return;
        }

        var table = new Table().Border(TableBorder.Simple);
        table.AddColumns("model", "role", "days", "classes");
        table.AddColumn(new TableColumn("windows a day").RightAligned());
        table.AddColumn("trained (UTC)");
        foreach (var model in models)
        {
            var trained = state.History.LastOrDefault(e => e.Action == "trained" && e.Model == model.Id)?.At;
            var role = model.Role switch { ModelRole.None => "", ModelRole.Champion => "[green]champion[/]", var other => Words(other) };
            if (model.Manifest is { } manifest)
            {
                table.AddRow(model.Id, role, $"{manifest.Days.First} to {manifest.Days.Last}", Classes(manifest), Number(manifest.WindowsPerDay), Time(trained));
            }
            else
            {
                table.AddRow(model.Id, role, "[red]damaged[/]", "", "", Time(trained));
            }
        }

        Terminal.WriteTable(console, table);
        foreach (var model in models.Where(m => m.Fault is not null))
        {
            Terminal.WriteLine(console, $"[red]{model.Id}[/]: {Markup.Escape(SafeText.Show(model.Fault!, TextLength))}");
        }

        foreach (var missing in new[] { state.Champion, state.Challenger }.OfType<string>().Where(id => models.All(m => m.Id != id)))
        {
            Terminal.WriteLine(console, $"[red]{missing}[/]: named in the registry ({Words(state.RoleOf(missing))}) and not there; restore it from a backup, or promote another");
        }
    }

    /// <summary>Prints one model.</summary>
    public static void PrintModel(IAnsiConsole console, string id, ModelRole role, ModelManifest manifest)
    {
        console.WriteLine(
            $"Model {id}{(role == ModelRole.None ? "" : $" ({Words(role)})")}: fitted {Days(manifest.Days.Fit)}, calibrated {Days(manifest.Days.Calibrate)}, evaluated {Days(manifest.Days.Evaluate)}; "
            + $"{Number(manifest.WindowsPerDay)} windows a day; seed {manifest.Seed}.");
        PrintClasses(console, manifest);
        PrintBudget(console, manifest);
        foreach (var (reason, entities) in manifest.Excluded.Entities)
        {
            console.WriteLine($"Left out, {Words(reason)}: {entities} entities, {Number(manifest.Excluded.Windows.GetValueOrDefault(reason))} windows.");
        }

        foreach (var skipped in manifest.Skipped)
        {
            Terminal.WriteLine(console, $"[yellow]{Terminal.Safe(skipped.Profile)}[/] has no model: {Markup.Escape(SafeText.Show(skipped.Reason, TextLength))}");
        }
    }

    private static void PrintClasses(IAnsiConsole console, ModelManifest manifest)
    {
        var table = new Table().Border(TableBorder.Simple);
        table.AddColumns("profile", "window");
        foreach (var name in (string[])["keys", "learning", "fitted", "calibrated", "evaluated"])
        {
            table.AddColumn(new TableColumn(name).RightAligned());
        }

        table.AddColumn("reaches");
        foreach (var c in manifest.Classes)
        {
            table.AddRow(
                Terminal.Safe(c.Profile), WindowLength.Show(c.WindowSeconds), Number(c.Keys), Number(c.LearningKeys), Number(c.FitWindows), Number(c.CalibrationWindows),
                Number(c.EvaluationWindows), c.Reachable is { } reached ? AlertTable.Coloured(reached) : "nothing");
        }

        Terminal.WriteTable(console, table);
        foreach (var c in manifest.Classes.Where(c => c.Refusal is not null || c.Notes.Count > 0))
        {
            Terminal.WriteLine(
                console,
                $"[grey]{Terminal.Safe(c.Profile)} {WindowLength.Show(c.WindowSeconds)}:[/] {Markup.Escape(SafeText.Show(string.Join("; ", c.Notes.Count > 0 ? c.Notes : [c.Refusal!]), TextLength))}");
        }
    }

    private static void PrintBudget(IAnsiConsole console, ModelManifest manifest)
    {
        var table = new Table().Border(TableBorder.Simple);
        table.AddColumn("false alerts a day");
        foreach (var name in (string[])["budget", "p at most", "expected", "measured", "95 % interval"])
        {
            table.AddColumn(new TableColumn(name).RightAligned().NoWrap());
        }

        foreach (var b in manifest.Budget)
        {
            table.AddRow(
                AlertTable.Coloured(b.Severity), Figure(b.Budget), b.Threshold.ToString("0.0e0", CultureInfo.InvariantCulture), Figure(b.Expected), Figure(b.Measured),
                double.IsFinite(b.MeasuredLow) ? $"{Figure(b.MeasuredLow)}–{Figure(b.MeasuredHigh)}" : "-");
        }

        Terminal.WriteTable(console, table);
    }

    private static JsonObject Document(string id, ModelRole role, ModelManifest manifest)
    {
        var document = JsonNode.Parse(manifest.ToBytes())!.AsObject();
        document.Insert(0, "id", id);
        document.Insert(1, "role", NameOf(role));
        return document;
    }

    private static string Classes(ModelManifest manifest) => string.Join(", ", manifest.Classes
        .GroupBy(c => c.Profile).Select(g => $"{Terminal.Safe(g.Key)} {string.Join('/', g.Select(c => WindowLength.Show(c.WindowSeconds)))}"));

    private static string Days(IReadOnlyList<string> days) => days.Count switch
    {
        0 => "on no day",
        1 => $"on {days[0]}",
        _ => $"on {days.Count} days ({days[0]} to {days[^1]})",
    };

    private static string NameOf(ModelRole role) => JsonNamingPolicy.SnakeCaseLower.ConvertName(role.ToString());

    private static string Words(ModelRole role) => NameOf(role).Replace('_', ' ');

    private static string Words(string reason) => reason switch
    {
        "confirmed" => "confirmed by an analyst",
        "blacklisted" => "on the blacklist",
        _ => "with an alert that nobody has judged",
    };

    private static string Time(DateTimeOffset? time) => time is { } t ? t.UtcDateTime.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture) : "";

    private static string Number(double number) => double.IsFinite(number) ? number.ToString("N0", CultureInfo.InvariantCulture) : "-";

    private static string Figure(double number) => double.IsFinite(number) ? number.ToString("0.##", CultureInfo.InvariantCulture) : "-";
}
