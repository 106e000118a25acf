using System.CommandLine;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using SecStream.Core.Alerts;
using SecStream.Core.Pipeline;
using SecStream.Host.Configuration;
using SecStream.Host.Serve;
using SecStream.Host.Service;

namespace SecStream.Host.Cli;

/// <summary><c>serve [PATH...]</c>: the service. Follows log files, takes syslog and HTTP, tells of alerts as they come.</summary>
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
        var paths = new Argument<string[]>("PATH") { Description = "Log files to follow. Default: those of the configuration, else the usual logs of this machine.", Arity = ArgumentArity.ZeroOrMore };
        var json = new Option<bool>("--json") { Description = "Print every alert revision as a line of JSON." };
        var log = new Option<string>("--log") { Description = "How the service logs: auto, text, journal or json.", DefaultValueFactory = _ => "auto" };
        var rebuild = new Option<bool>("--rebuild")
        {
            Description = "Forget the saved state: it goes aside with all stored events (DATA/aside-TIME), and journals and files are read again from their beginning.",
        };
        var arguments = new ServiceArguments();
        var command = new Command("serve", "Run the service: files, syslog, HTTP in; alerts come at most seconds after their events.") { paths, json, log, rebuild };
        arguments.AddTo(command);
        command.SetAction(async (result, cancellation) =>
        {
            var configuration = arguments.Read(result, result.GetValue(paths) ?? []);
            var serviceLog = ServiceLog.ForProcess(result.GetValue(log)!, TimeProvider.System);
            using var notify = SystemdNotify.FromEnvironment();
            if (result.GetValue(rebuild))
            {
                LostState.Forget(configuration.Options.Data, TimeProvider.System);
            }

            await RunAsync(configuration, new AlertAnnouncer(result.GetValue(json)), serviceLog, notify, cancellation).ConfigureAwait(false);
            return 0;
        });
        return command;
    }

    /// <summary>Runs the service, and again when a record made it fail: the second time the record is left out.</summary>
    private static async Task RunAsync(
        ServiceConfiguration configuration, AlertAnnouncer announcer, ServiceLog log, SystemdNotify notify, CancellationToken cancellation)
    {
        FileRights.KeepFromOthers();
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
        // For as long as the process lives: a hangup during the start or the end must not kill it.
        var running = new StrongBox<ServeRun?>();
        using var reload = PosixSignalRegistration.Create(PosixSignal.SIGHUP, context =>
        {
            context.Cancel = true;
            if (Volatile.Read(ref running.Value) is { } run)
            {
                notify.Reloading(TimeProvider.System);
                _ = ReloadAsync(run, notify, log, stop.Token);
            }
        });
        while (true)
        {
            try
            {
                if (!await RoomAtStart.WaitAsync(configuration.Options.Data, log, TimeProvider.System, stop.Token).ConfigureAwait(false))
                {
                    log.Notice("stopped before it could start");
                    return;
                }

                if (await RunOnceAsync(configuration, announcer, log, notify, running, stop.Token).ConfigureAwait(false) is not { } again)
                {
                    log.Notice("stopped; the state is saved");
                    return;
                }

                log.Notice($"beginning again: {again}");

                // Two that take each other's place must not do so without end and without pause.
                await Task.Delay(TimeSpan.FromSeconds(1), TimeProvider.System, stop.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                log.Notice("stopped while it waited");
                return;
            }
            catch (Exception fault) when (fault is RecordFaultException or RuleFaultException && !stop.IsCancellationRequested)
            {
                // Tried again once, in case something passing was the cause; a record that fails twice is a dead letter from then on, a rule is disabled.
                log.Error($"{fault.Message}; starting again from the last state");
            }
        }
    }

    private static async Task<string?> RunOnceAsync(
        ServiceConfiguration configuration, AlertAnnouncer announcer, ServiceLog log, SystemdNotify notify, StrongBox<ServeRun?> running, CancellationToken stop)
    {
        var files = Files(configuration.Options);
        var opening = await ServeOpening.OpenAsync(configuration.Options, log, TimeProvider.System, () => notify.Ready("waiting"), stop).ConfigureAwait(false);
        await using var seat = opening.Seat;
        var run = opening.Run(configuration.Options, files, announcer, log, TimeProvider.System);
        await using (run.ConfigureAwait(false))
        {
            Report(run, configuration, log);
            using var watchdog = notify.WatchdogInterval is { } interval
                ? TimeProvider.System.CreateTimer(_ => Beat(run, notify), null, TimeSpan.Zero, interval)
                : null;
            try
            {
                return await run.RunAsync(() => Started(run, files.Count, notify, running), stop).ConfigureAwait(false);
            }
            finally
            {
                Volatile.Write(ref running.Value, null);
                if (stop.IsCancellationRequested)
                {
                    notify.Stopping();
                }
            }
        }
    }

    private static void Started(ServeRun run, int files, SystemdNotify notify, StrongBox<ServeRun?> running)
    {
        Volatile.Write(ref running.Value, run);
        notify.Ready($"{files} files, {run.Url}");
    }

    private static void Beat(ServeRun run, SystemdNotify notify)
    {
        if (run.IsAlive)
        {
            notify.Watchdog();
        }
    }

    private static async Task ReloadAsync(ServeRun run, SystemdNotify notify, ServiceLog log, CancellationToken stop)
    {
        try
        {
            if (await run.ReloadAsync(stop).ConfigureAwait(false) is { IsRefused: false, Changed.Count: 0 } unchanged)
            {
                // Who asked for it wants an answer.
                log.Notice($"reload: {unchanged.Message}");
            }
        }
        catch (OperationCanceledException)
        {
            // The service is ending.
        }
        catch (Exception fault)
        {
            // Nobody waits for this: what went wrong is said here or nowhere, and the service goes on with what was in force.
            log.Error($"reload failed: {fault.Message}");
        }

        notify.Ready("reloaded");
    }

    private static IReadOnlyList<FileSettings> Files(ServiceOptions options)
    {
        var named = options.Files;
        var files = named ?? [.. UsualLogs.Where(IsReadable).DistinctBy(ServiceSources.Target).Select(path => new FileSettings { Path = path })];
        foreach (var file in files.Select(f => f.Path))
        {
            if (Directory.Exists(file) || !Directory.Exists(Path.GetDirectoryName(Path.GetFullPath(file))))
            {
                throw new ConfigurationException($"{file}: serve follows files; name a file, in a folder that exists");
            }

            if (File.Exists(file) && !IsReadable(file))
            {
                throw new ConfigurationException($"{file}: not readable for {Environment.UserName}; run as a member of the group that may read it (often adm)");
            }
        }

        return files;
    }

    private static bool IsReadable(string file)
    {
        try
        {
            File.OpenRead(file).Dispose();
            return true;
        }
        catch (Exception fault) when (fault is UnauthorizedAccessException or IOException)
        {
            // That is the answer.
            return false;
        }
    }

    private static void Report(ServeRun run, ServiceConfiguration configuration, ServiceLog log)
    {
        var rules = run.Timeline.Rules;
        log.Notice($"SecStream: {rules.Rules.Count} rules ({rules.Version}), data in {configuration.Options.Data}, configuration {configuration.File.Path ?? "none"}");
        foreach (var (source, _, _) in run.Topology.Sources())
        {
            log.Notice($"source {source.Source.Name}: times without a zone are read as {source.Options.Zone.Id}");
        }

        foreach (var file in run.Topology.Sources().Select(s => s.Source.Source.Name).Where(name => Path.IsPathRooted(name) && !File.Exists(name)))
        {
            log.Warning($"{file} is not there: nothing is seen of it until it appears; mend the path if that is not meant");
        }

        if (configuration.Options.Http is { Listen: { } listen, TlsCertificate: null } && !System.Net.IPAddress.IsLoopback(listen.Address))
        {
            log.Warning($"http.listen {listen} is without TLS: keys and events cross the network in the clear; set http.tls, or listen on loopback behind a proxy that has it");
        }

        if (configuration.Options.Files is null)
        {
            UsualLogs.Where(file => File.Exists(file) && !IsReadable(file)).ToList().ForEach(file => log.Warning(
                $"{file} is not readable for {Environment.UserName} and is not followed; run as a member of the group that may read it (often adm)"));
        }

        if (!run.Timeline.Enrichment.Latest.Geo.KnowsLocations)
        {
            log.Warning("no GeoIP file with locations: T7 and P3 see only what events bring themselves");
        }

        run.Notes.ForEach(log.Notice);
    }
}
