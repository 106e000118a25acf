using System.CommandLine;
using System.Runtime.InteropServices;
using System.Text.Json;
using SecStream.Core.Alerts;
using SecStream.Host.Serve;
using SecStream.Stages.Alerting;
using Spectre.Console;

namespace SecStream.Host.Cli;

/// <summary><c>serve [PATH...]</c>: follows log files and tells of alerts as they come.</summary>
internal static class ServeCommand
{
    /// <summary>Where the usual systems keep the logs that matter here.</summary>
    internal static readonly string[] UsualLogs =
    [
        "/var/log/auth.log", "/var/log/secure", "/var/log/syslog", "/var/log/messages", "/var/log/nginx/access.log", "/var/log/apache2/access.log",
        "/var/log/httpd/access_log",
    ];

    public static Command Make()
    {
        var paths = new Argument<string[]>("PATH") { Description = "Log files to follow. Default: the usual logs of this machine.", Arity = ArgumentArity.ZeroOrMore };
        var data = new Option<string>("--data") { Description = "Folder for events, alerts and state.", DefaultValueFactory = _ => "data" };
        var json = new Option<bool>("--json") { Description = "Print every alert revision as a line of JSON." };
        var pipeline = new PipelineArguments();
        var command = new Command("serve", "Follow log files; alerts come at most seconds after their events.") { paths, data, json };
        pipeline.AddTo(command);
        command.SetAction(async (result, cancellation) =>
        {
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            using var terminated = PosixSignalRegistration.Create(PosixSignal.SIGTERM, context =>
            {
                context.Cancel = true;
                try
                {
                    stop.Cancel();
                }
                catch (ObjectDisposedException)
                {
                    // Another handler of the same signal was faster: everything has stopped already.
                }
            });
            var files = Files(result.GetValue(paths) ?? []);
            using var run = new ServeRun(pipeline.Read(result), result.GetValue(data)!, files, Announcer(result.GetValue(json)), TimeProvider.System);
            Report(run, files, result.GetValue(data)!);
            run.OnReload = TellReload;
            using var hangUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, context =>
            {
                context.Cancel = true;
                _ = TellReloadAsync(run.Reloading, stop.Token);
            });
            await run.RunAsync(stop.Token).ConfigureAwait(false);
            Terminal.Error.WriteLine("Stopped; the state is saved.");
            return 0;
        });
        return command;
    }

    private static void TellReload(ReloadResult result) =>
        Terminal.Error.WriteLine(result.IsRefused ? $"Reload refused, everything stays as it was: {result.Message}" : $"Reload: {result.Message}");

    private static async Task TellReloadAsync(Reloading reloading, CancellationToken stop)
    {
        try
        {
            TellReload(await reloading.ReloadAsync(stop).ConfigureAwait(false));
        }
        catch (OperationCanceledException)
        {
            // The service stops: the next start reads the files anyway.
        }
    }

    private static List<string> Files(string[] named)
    {
        var files = named.Length > 0 ? [.. named] : UsualLogs.Where(File.Exists).ToList();
        if (files.Count == 0)
        {
            throw new ConfigurationException("no log file named, and none of the usual ones is here: ./run serve /path/to/auth.log /path/to/access.log");
        }

        foreach (var file in files.Where(f => Directory.Exists(f) || (named.Length > 0 && !Directory.Exists(Path.GetDirectoryName(Path.GetFullPath(f))))))
        {
            throw new ConfigurationException($"{file}: serve follows files; name a file, in a folder that exists");
        }

        foreach (var file in files.Where(File.Exists))
        {
            try
            {
                File.OpenRead(file).Dispose();
            }
            catch (UnauthorizedAccessException fault)
            {
                throw new ConfigurationException($"{file}: not readable for {Environment.UserName}; run as a member of the group that may read it (often adm)", fault);
            }
        }

        return files;
    }

    private static void Report(ServeRun run, List<string> files, string data)
    {
        var console = Terminal.Error;
        console.WriteLine($"SecStream: {run.Knowledge.Plan.Rules.Latest.Count()} rules ({run.Knowledge.Plan.Rules.Version}), state and results in {data}.");
        foreach (var (source, _, _) in run.Topology.Sources())
        {
            console.WriteLine($"  {source.Source.Name}: times without a zone are read as {source.Options.Zone.Id}");
        }

        if (!run.Knowledge.Enrichment.Geo.KnowsLocations)
        {
            console.WriteLine("  no GeoIP file with locations: T7 and P3 see only what events bring themselves");
        }

        run.Notes.ForEach(note => console.WriteLine("  " + note));
        console.WriteLine($"Following {files.Count} file{(files.Count == 1 ? "" : "s")}. Ctrl-C stops.");
    }

    private static Action<AlertChange> Announcer(bool json) => change =>
    {
        if (json)
        {
            Console.Out.WriteLine(System.Text.Encoding.UTF8.GetString(change.Document.Span));
        }
        else if (change.Kind is ChangeKind.Opened or ChangeKind.Withdrawn)
        {
            using var document = JsonDocument.Parse(change.Document);
            var message = document.RootElement.TryGetProperty("message", out var text) ? text.GetString()! : "";
            Terminal.Out.MarkupLine(
                $"[grey]{Core.Events.EventClock.ToInstant(change.Opened):yyyy-MM-dd HH:mm:ss}[/] [{Colour(change.Severity)}]{change.Severity.ToString().ToLowerInvariant(),-8}[/] "
                + $"{Markup.Escape(change.RuleCode),-4} {(change.Kind == ChangeKind.Withdrawn ? "withdrawn: " : "")}{Markup.Escape(message)}");
        }
    };

    private static string Colour(Severity severity) => severity switch
    {
        Severity.Critical => "red",
        Severity.High => "orange1",
        Severity.Medium => "yellow",
        _ => "blue",
    };
}
