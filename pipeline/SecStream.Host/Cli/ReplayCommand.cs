using System.CommandLine;
using SecStream.Host.Configuration;
using SecStream.Host.Replay;
using Spectre.Console;

namespace SecStream.Host.Cli;

/// <summary><c>replay PATH...</c>: files to the end, results in a folder.</summary>
internal static class ReplayCommand
{
    public static Command Make()
    {
        var paths = new Argument<string[]>("PATH")
        {
            Description = "Log files (plain or .gz), folders of them, journals of a service, or - for standard input.",
            Arity = ArgumentArity.ZeroOrMore,
        };
        var data = new Option<string?>("--data")
        {
            Description = "Data folder of a service: its journals are read, its decisions and the versions of its rules obeyed. Name the files that it followed, too.",
        };
        var config = new Option<string?>("--config") { Description = "With --data: the configuration of the service." };
        var control = new Option<string?>("--control") { Description = "Control log of a service (DATA/state/control) to obey, with --versions; --data names both." };
        var versions = new Option<string?>("--versions") { Description = "Versions of a service's rules and files (DATA/state/versions)." };
        var output = new Option<string>("--out") { Description = "Folder for events, alerts, dead letters and summary.", DefaultValueFactory = _ => "out" };
        var models = new Option<string?>("--models")
        {
            Description = "Folder of models with a champion (DATA/models), or of one model. Default: data/models where it is; none: no models.",
        };
        var noProfiles = new Option<bool>("--no-profiles") { Description = "Keep no profiles: no anomalies, nothing to train from; faster." };
        var json = new Option<bool>("--json") { Description = "Print the summary as JSON." };
        var pipeline = new PipelineArguments();
        var command = new Command("replay", "Process log files to the end and write what was found.") { paths, data, config, control, versions, output, models, noProfiles, json };
        pipeline.AddTo(command);
        command.SetAction(async (result, cancellation) =>
        {
            var options = result.GetValue(data) is null
                ? pipeline.Read(result)
                : pipeline.Read(result, ServiceOptionsReader.Load(result.GetValue(config)).Options.Pipeline);
            options = options with { HasProfiles = !result.GetValue(noProfiles), Models = ModelsOf(result.GetValue(models)) };
            var record = Record(result.GetValue(data), result.GetValue(control), result.GetValue(versions), options);
            var run = new ReplayRun(options, result.GetValue(output)!, TimeProvider.System) { Control = record?.Control ?? [], Timeline = record?.Timeline };
            var summary = await run.RunAsync([.. result.GetValue(paths) ?? [], .. record?.Journals ?? []], Reporter(Terminal.Error), cancellation).ConfigureAwait(false);
            if (result.GetValue(json))
            {
                await Console.Out.WriteLineAsync(summary.ToJson()).ConfigureAwait(false);
            }
            else
            {
                ReplayReport.Print(Terminal.Out, summary, result.GetValue(output)!);
            }

            // A source that broke off is a failure, though everything before the break has been worked off.
            return summary.BlindSpots.Any(spot => spot.Kind == "source_gap") ? 1 : 0;
        });
        return command;
    }

    private static ServiceRecord? Record(string? data, string? control, string? versions, PipelineOptions options) => (data, control, versions) switch
    {
        (null, null, null) => null,
        ({ } folder, null, null) => ServiceRecord.Read(folder, options.Tenant, options.HasProfiles),
        (null, { } log, { } archive) => ServiceRecord.Read(log, archive, options.Tenant, options.HasProfiles),
        _ => throw new ConfigurationException("name a service's record by --data DIR, or by --control DIR and --versions DIR together"),
    };

    /// <summary>What is named must be there; what is only usual may be missing.</summary>
    private static string? ModelsOf(string? named)
    {
        const string Usual = "data/models";
        return named is null ? (Directory.Exists(Usual) ? Usual : null)
            : named == "none" ? null
            : Directory.Exists(named) ? named
            : throw new ConfigurationException($"--models {named}: no such folder; name a folder of models (DATA/models), the folder of one model, or none");
    }

    /// <summary>One line that renews itself on a terminal; nothing elsewhere.</summary>
    private static Action<ReplayProgress>? Reporter(IAnsiConsole console) =>
        Console.IsErrorRedirected
            ? null
            : progress => console.Markup(
                $"\r[grey]{progress.BytesRead / 1e6:N0} MB read, {progress.BytesRead / 1e6 / progress.Elapsed.TotalSeconds:N0} MB/s"
                + (progress.Clock == long.MinValue || progress.Clock == long.MaxValue ? "" : $", at {Core.Events.EventClock.ToInstant(progress.Clock):yyyy-MM-dd HH:mm}")
                + "[/]   ");
}
