using System.CommandLine;
using System.Text;
using SecStream.Core.Events;
using SecStream.Core.Features;
using SecStream.Host.Alerts;
using SecStream.Host.Configuration;
using SecStream.Host.Features;
using SecStream.Host.Trainer;
using SecStream.Stages.Alerting;
using SecStream.Stages.Rules.Loading;
using SecStream.Training;
using SecStream.Training.Registry;
using Spectre.Console;

namespace SecStream.Host.Cli;

/// <summary><c>features export</c>: what profiles have measured, for notebooks and spreadsheets.</summary>
internal static class FeaturesCommand
{
    public static Command Make(TimeProvider time) => new("features", "What the profiles have measured of each key and window.") { Export(time) };

    private static Command Export(TimeProvider time)
    {
        var data = new Option<string?>("--data") { Description = "Data folder of serve. Default: that of the configuration." };
        var place = StoredWindows.StoreOption();
        var profile = new Option<string>("--profile") { Description = "The profile: api-key, user …", Required = true };
        var window = new Option<string?>("--window") { Description = "Length of the windows: 5m, 1h. Default: the profile's shortest." };
        var from = new Option<string?>("--from") { Description = "Windows that end after: an instant, a date, or how long ago (90m, 24h, 7d)." };
        var until = new Option<string?>("--until") { Description = "Windows that end up to." };
        var model = new Option<string?>("--model") { Description = "Id of a model, or its beginning: what it says of each window, as state, p and grade." };
        var output = new Option<string>("--out") { Description = "The file to write (.csv).", Required = true };
        var command = new Command("export", "Write stored windows as CSV: key, events, features, categories.") { data, place, profile, window, from, until, model, output };
        command.SetAction((result, cancellation) =>
        {
            var now = time.GetUtcNow();
            using var windows = StoredWindows.ForCommand(result.GetValue(data), result.GetValue(place), time);
            var store = windows.Store;
            var schema = SchemaOf(store, result.GetRequiredValue(profile), windows.Name);
            var range = new FeatureRange(
                schema,
                WindowOf(schema, result.GetValue(window)),
                AlertFilter.ReadTime("--from", result.GetValue(from), now),
                AlertFilter.ReadTime("--until", result.GetValue(until), now));
            var judge = result.GetValue(model) is { } id ? JudgeOf(ModelsCommand.Registry(result.GetValue(data), time), id, range) : null;
            var count = Write(result.GetRequiredValue(output), store, range, judge, cancellation);
            Terminal.Error.WriteLine($"{count:N0} windows of {schema.Profile}, {Show(range.Window)} each, in {SafeText.Show(result.GetRequiredValue(output))}");
            if (windows.DamagedBlocks > 0)
            {
                Terminal.Error.WriteLine($"secstream: {windows.DamagedBlocks} damaged blocks were left out; windows are missing");
                return Task.FromResult(1);
            }

            return Task.FromResult(0);
        });
        return command;
    }

    /// <summary>The latest schema of a profile.</summary>
    private static FeatureSchema SchemaOf(IFeatureStore store, string profile, string place)
    {
        var schemas = store.Schemas();
        var names = schemas.Select(s => s.Profile).Distinct().ToList();
        return schemas.LastOrDefault(s => s.Profile == profile) ?? throw new ConfigurationException(
            names.Count == 0 ? $"{place}: no windows of profiles are kept there yet" : $"--profile {profile}: none of its windows are kept; {Suggestion.OrList(profile, names)}");
    }

    private static long WindowOf(FeatureSchema schema, string? text) =>
        text is null ? schema.Windows[0]
        : AlertFilter.ReadSpan(text) is { } window && schema.Windows.Contains(window) ? window
        : throw new ConfigurationException($"--window {text}: {schema.Profile} has windows of {string.Join(", ", schema.Windows.Select(Show))}");

    private static IWindowJudge JudgeOf(ModelRegistry registry, string text, FeatureRange range)
    {
        var id = ModelsCommand.Find(registry, text);
        return registry.Open(id).Load().JudgeOf(range.Schema, range.Window)
            ?? throw new ConfigurationException($"--model {id}: it has no model of {range.Schema.Profile} for windows of {Show(range.Window)}; `models show {id}` lists what it has");
    }

    /// <summary>Under another name first: half a file is never taken for a whole one.</summary>
    private static long Write(string path, IFeatureStore store, FeatureRange range, IWindowJudge? judge, CancellationToken cancellation)
    {
        var unfinished = path + ".part";
        try
        {
            long count;
            using (var writer = new StreamWriter(unfinished, append: false, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false)))
            {
                count = FeatureCsv.Write(writer, store, range, judge, cancellation);
            }

            File.Move(unfinished, path, overwrite: true);
            return count;
        }
        finally
        {
            File.Delete(unfinished);
        }
    }

    private static string Show(long window) => WindowLength.Show(window / EventClock.Second);
}
