using System.CommandLine;
using SecStream.Connectors.Files;
using SecStream.Core.Pipeline;
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
            Description = "Log files (plain or .gz), folders of them, or - for standard input.",
            Arity = ArgumentArity.OneOrMore,
        };
        var output = new Option<string>("--out") { Description = "Folder for events, alerts, dead letters and summary.", DefaultValueFactory = _ => "out" };
        var json = new Option<bool>("--json") { Description = "Print the summary as JSON." };
        var control = new Option<string?>("--control") { Description = "Folder of a service's control log (data/state/control), to obey what it decided." };
        var versions = new Option<string?>("--versions")
        {
            Description = "Folder of a service's versions (data/state/versions): rules and files as they were in force, in place of the present ones. Needs --control.",
        };
        var pipeline = new PipelineArguments();
        var command = new Command("replay", "Process log files to the end and write what was found.") { paths, output, json, control, versions };
        pipeline.AddTo(command);
        command.SetAction(async (result, cancellation) =>
        {
            var run = new ReplayRun(pipeline.Read(result), result.GetValue(output)!, TimeProvider.System)
            {
                Control = ReadControl(result.GetValue(control)),
                Versions = result.GetValue(versions),
            };
            var summary = await run.RunAsync(result.GetValue(paths)!, Reporter(Terminal.Error), cancellation).ConfigureAwait(false);
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

    private static List<ControlEntry> ReadControl(string? folder)
    {
        if (folder is null)
        {
            return [];
        }

        try
        {
            return Directory.Exists(folder)
                ? [.. FileControlLog.ReadFolder(folder)]
                : throw new ConfigurationException($"--control {folder}: no such folder; name the folder state/control of a data folder");
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            throw new ConfigurationException($"--control {folder}: {fault.Message}", fault);
        }
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
