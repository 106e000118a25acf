using System.CommandLine;
using SecStream.Core.Pipeline;
using SecStream.Host.Configuration;
using SecStream.Host.DeadLetters;

namespace SecStream.Host.Cli;

/// <summary><c>health [live|ready|startup]</c>: asks the service on a data folder how it is, for probes of containers that hold no other program. Exit code 0: well.</summary>
internal static class HealthCommand
{
    private static readonly string[] s_kinds = ["live", "ready", "startup"];

    public static Command Make()
    {
        var kind = new Argument<string>("KIND") { Description = "live: it works; ready: it takes events; startup: its state is restored.", DefaultValueFactory = _ => "ready" };
        kind.AcceptOnlyFromAmong(s_kinds);
        var data = new Option<string?>("--data") { Description = "Data folder of serve. Default: that of the configuration." };
        var config = new Option<string?>("--config") { Description = "Configuration file, which names the data folder." };
        var command = new Command("health", "Ask the running service how it is; exit code 0 when it is well.") { kind, data, config };
        command.SetAction(async (result, cancellation) =>
        {
            var folder = ConfiguredData.Find(result.GetValue(data), result.GetValue(config));
            using var service = ServiceEndpoint.Read(folder)
                ?? throw new IOException($"no service runs on {folder}, or it listens on no HTTP address (http.listen)");
            var (healthy, answer) = await service.ProbeAsync("health/" + result.GetValue(kind), cancellation).ConfigureAwait(false);
            await Console.Out.WriteLineAsync(answer).ConfigureAwait(false);
            return healthy ? 0 : 1;
        });
        return command;
    }
}
