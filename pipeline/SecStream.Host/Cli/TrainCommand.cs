using System.CommandLine;
using System.Globalization;
using SecStream.Core.Features;
using SecStream.Host.Configuration;
using SecStream.Host.Stores;
using SecStream.Host.Trainer;
using SecStream.Stages.Rules.Loading;
using SecStream.Training;
using SecStream.Training.Artefacts;
using SecStream.Training.Days;
using SecStream.Training.Gate;
using SecStream.Training.Lifecycle;
using SecStream.Training.Registry;
using SecStream.Training.Schedule;
using Spectre.Console;

namespace SecStream.Host.Cli;

/// <summary><c>train</c>: fits, calibrates and evaluates models from stored windows.</summary>
internal static class TrainCommand
{
    public static Command Make(TimeProvider time)
    {
        var data = new Option<string?>("--data") { Description = "Data folder of serve. Default: that of the configuration, else ./data." };
        var config = new Option<string?>("--config") { Description = "Configuration file, which names the data folder." };
        var store = StoredWindows.StoreOption();
        var from = new Option<string?>("--from") { Description = "First day to learn from, such as 2026-03-01. Default: the first there is." };
        var until = new Option<string?>("--until") { Description = "Last day. Default: the last that is over." };
        var seed = new Option<long>("--seed") { Description = "Seed of everything that is drawn: the same windows, alerts and seed give the same model.", DefaultValueFactory = _ => 1 };
        var profile = new Option<string[]>("--profile") { Description = "Only these profiles; may be repeated." };
        var alerts = new Option<string[]>("--alerts") { Description = "Alerts of a replay (alerts.ndjson) whose entities are left out; may be repeated." };
        var watch = new Option<bool>("--watch") { Description = "Go on by the schedule of the configuration (training.schedule), and promote what the gate lets pass (training.auto_promote)." };
        var json = new Option<bool>("--json") { Description = "Print the manifest as JSON." };
        var command = new Command("train", "Train models from stored windows: fit, calibrate, evaluate on days that were not used. `models promote` lets one judge.")
        {
            data, config, store, from, until, seed, profile, alerts, watch, json,
        };
        command.SetAction(async (result, cancellation) =>
        {
            var options = ServiceOptionsReader.Load(result.GetValue(config)).Options;
            options = options with { Data = result.GetValue(data) ?? options.Data };
            using var windows = StoredWindows.ForCommand(options, result.GetValue(store), isNamed: result.GetValue(data) is not null, time);
            if (result.GetValue(watch))
            {
                return await WatchAsync(options, windows, time, cancellation).ConfigureAwait(false);
            }

            var training = new TrainingOptions
            {
                Seed = result.GetValue(seed) is >= 0 and var s ? (ulong)s : throw new ConfigurationException($"--seed {result.GetValue(seed)}: use a number from 0 on"),
                Profiles = Profiles(result.GetValue(profile) ?? [], windows.Store),
                Days = Days(result.GetValue(from), result.GetValue(until), time),
            };
            using var stores = result.GetValue(data) is { } named ? ResultStores.ForCommand(named, time) : ResultStores.Of(options, time);
            var evidence = await EvidenceReading.ReadAsync(options.Data, stores, result.GetValue(alerts) ?? [], time, cancellation).ConfigureAwait(false);
            var registry = new ModelRegistry(options.Data, time);
            var lifecycle = new ModelLifecycle(registry, windows.Store, evidence, new GateOptions());
            var draft = ProgressDisplay.Run(time, progress => lifecycle.Train(training, Environment.UserName, progress, cancellation));
            Print(draft, registry, result.GetValue(json));
            return 0;
        });
        return command;
    }

    private static async Task<int> WatchAsync(ServiceOptions options, StoredWindows windows, TimeProvider time, CancellationToken cancellation)
    {
        var schedule = new TrainingSchedule(options.Training.Schedule);
        Terminal.Error.WriteLine(
            $"training by '{schedule.Expression}' (UTC), at the latest {Time(schedule.Next(time.GetUtcNow()))}; windows from {windows.Name}, models to {options.Data}; stop with Ctrl-C");
        try
        {
            await new BackgroundTrainer(options, windows.Store, time, outcome => Tell(outcome, time)).RunAsync(cancellation).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            // Ctrl-C or SIGTERM is how watching ends; a model that was being trained is trained the next time.
        }

        return 0;
    }

    private static void Tell(TrainerOutcome outcome, TimeProvider time) =>
        Terminal.WriteLine(Terminal.Error, $"{Time(time.GetUtcNow())} {(outcome.IsFault ? "[yellow]!![/] " : "")}{Markup.Escape(outcome.Text)}");

    private static string Time(DateTimeOffset? time) => time is { } t ? t.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture) : "never";

    private static string[] Profiles(string[] named, IFeatureStore store)
    {
        var known = store.Schemas().Select(s => s.Profile).Distinct().Order(StringComparer.Ordinal).ToList();
        return Array.Find(named, name => known.Count > 0 && !known.Contains(name)) is { } unknown
            ? throw new ConfigurationException($"--profile {unknown}: no windows of such a profile are stored; {Suggestion.OrList(unknown, known)}")
            : named;
    }

    private static DaySplitOptions Days(string? from, string? until, TimeProvider time)
    {
        var options = new DaySplitOptions { From = Day("--from", from), Until = Day("--until", until) };

        // Who names today means it.
        options = options with { LastWhole = Math.Max(UtcDay.LastWhole(time.GetUtcNow()), options.Until ?? long.MinValue) };
        return options.From > options.Until ? throw new ConfigurationException($"--from {from} is after --until {until}") : options;
    }

    private static long? Day(string option, string? text) => text is null
        ? null
        : UtcDay.Read(text) ?? throw new ConfigurationException($"{option} {text}: use a day such as 2026-03-28");

    private static void Print(ArtefactDraft draft, ModelRegistry registry, bool json)
    {
        if (json)
        {
            Console.Out.WriteLine(ModelListing.Json(draft.Id, registry.State().RoleOf(draft.Id), draft.Manifest));
            return;
        }

        ModelListing.PrintModel(Terminal.Out, draft.Id, registry.State().RoleOf(draft.Id), draft.Manifest);
        Terminal.Out.WriteLine($"Kept in {Path.Combine(registry.Directory, draft.Id)}; ./run models promote {draft.Id} lets it judge.");
    }
}
