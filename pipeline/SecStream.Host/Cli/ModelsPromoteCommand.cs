using System.CommandLine;
using SecStream.Host.Configuration;
using SecStream.Host.Stores;
using SecStream.Host.Trainer;
using SecStream.Training.Days;
using SecStream.Training.Gate;
using SecStream.Training.Lifecycle;
using SecStream.Training.Registry;
using Spectre.Console;

namespace SecStream.Host.Cli;

/// <summary><c>models promote ID</c>: lets a model judge when the gate lets it pass.</summary>
internal static class ModelsPromoteCommand
{
    private const int MaxDays = 366;

    public static Command Make(TimeProvider time)
    {
        var (id, data, json) = (ModelsCommand.IdArgument(), ModelsCommand.DataOption(), ModelsCommand.JsonOption());
        var store = StoredWindows.StoreOption();
        var force = new Option<bool>("--force") { Description = "Without asking the gate. It is recorded." };
        var dryRun = new Option<bool>("--dry-run") { Description = "Only say what the gate says." };
        var days = new Option<int>("--days") { Description = "Judge the latest so many days again.", DefaultValueFactory = _ => 28 };
        var alerts = new Option<string[]>("--alerts") { Description = "Further alerts, of a replay (alerts.ndjson): what they name is no false alert; may be repeated." };
        var html = new Option<string?>("--html") { Description = "Write the report to a file, as a page." };
        var command = new Command("promote", "Let a model judge, when it loses no alert that was confirmed and keeps the budget of false alerts over stored history. Exits 1 when it is refused.")
        {
            id, data, store, force, dryRun, days, alerts, html, json,
        };
        command.SetAction(async (result, cancellation) =>
        {
            if (result.GetValue(days) is < 1 or > MaxDays)
            {
                throw new ConfigurationException($"--days {result.GetValue(days)}: use a number from 1 to {MaxDays}");
            }

            if (result.GetValue(force) && (result.GetValue(dryRun) || result.GetValue(html) is not null))
            {
                throw new ConfigurationException("--force does not ask the gate, so there is no report: leave out --dry-run and --html");
            }

            var registry = ModelsCommand.Registry(result.GetValue(data), time);
            var model = ModelsCommand.Find(registry, result.GetRequiredValue(id));
            var folder = ConfiguredData.Find(result.GetValue(data), config: null);
            using var windows = StoredWindows.ForCommand(result.GetValue(data), result.GetValue(store), time);
            using var stores = ResultStores.ForCommand(result.GetValue(data), time);
            var evidence = await EvidenceReading.ReadAsync(folder, stores, result.GetValue(alerts) ?? [], time, cancellation).ConfigureAwait(false);
            var lifecycle = new ModelLifecycle(registry, windows.Store, evidence, new GateOptions { Days = result.GetValue(days), LastWhole = UtcDay.LastWhole(time.GetUtcNow()) });
            var outcome = result.GetValue(dryRun)
                ? new PromotionOutcome(false, ProgressDisplay.Run(time, progress => lifecycle.Judge(model, progress, cancellation)))
                : ProgressDisplay.Run(time, progress => lifecycle.Promote(model, Environment.UserName, result.GetValue(force), progress, cancellation));
            Tell(model, outcome, result.GetValue(html), result.GetValue(json), result.GetValue(dryRun));
            return outcome.Promoted || (result.GetValue(dryRun) && outcome.Report!.Passed) ? 0 : 1;
        });
        return command;
    }

    private static void Tell(string model, PromotionOutcome outcome, string? html, bool json, bool dryRun)
    {
        if (html is not null)
        {
            File.WriteAllText(html, GateHtml.Write(outcome.Report!));
        }

        if (json)
        {
            Console.Out.WriteLine(GateListing.Json(model, outcome));
            return;
        }

        if (outcome.Report is { } report)
        {
            GateListing.Print(Terminal.Out, report);
        }

        Terminal.Out.WriteLine(
            outcome.Promoted ? $"{model} judges from now on; a running service takes it up by itself. `models rollback` goes back."
            : dryRun ? $"{model} {(outcome.Report!.Passed ? "would be promoted" : "would be refused")}; nothing was changed."
            : $"{model} is refused; --force promotes it all the same.");
    }
}
