using System.CommandLine;
using SecStream.Stages.Alerting;

namespace SecStream.Host.Cli;

/// <summary>The commands. Exit codes: 0 done, 1 failed, 2 bad usage or configuration.</summary>
internal static class CommandTree
{
    private const int MostLines = 20;
    private const int MostCharacters = 1000;

    /// <summary>Parses the arguments and runs the command they name.</summary>
    public static async Task<int> RunAsync(string[] args)
    {
        var root = new RootCommand("SecStream: streaming security analytics.");
        root.Subcommands.Add(ServeCommand.Make());
        root.Subcommands.Add(ReplayCommand.Make());
        root.Subcommands.Add(AlertsCommand.Make(TimeProvider.System));
        root.Subcommands.Add(BlacklistCommand.Make(TimeProvider.System));
        root.Subcommands.Add(CheckCommand.Make(TimeProvider.System));
        root.Subcommands.Add(DlqCommand.Make(TimeProvider.System));
        root.Subcommands.Add(EventsCommand.Make(TimeProvider.System));
        root.Subcommands.Add(ExplainCommand.Make(TimeProvider.System));
        root.Subcommands.Add(RetentionCommand.Make(TimeProvider.System));
        root.Subcommands.Add(RulesCommand.Make(TimeProvider.System));
        root.Subcommands.Add(ConfigCommand.Make());
        root.Subcommands.Add(LedgerCommand.Make(TimeProvider.System));
        root.Subcommands.Add(StatsCommand.Make(TimeProvider.System));
        root.Subcommands.Add(VersionCommand.Make());
        root.Subcommands.Add(BenchmarkCommand.Make());
        var parsed = root.Parse(args);
        if (parsed.Errors.Count > 0)
        {
            foreach (var error in parsed.Errors)
            {
                await Console.Error.WriteLineAsync($"secstream: {error.Message}").ConfigureAwait(false);
            }

            await Console.Error.WriteLineAsync("Try --help.").ConfigureAwait(false);
            return 2;
        }

        try
        {
            return await parsed.InvokeAsync(new InvocationConfiguration
            {
                EnableDefaultExceptionHandler = false,

                // The service needs as long as it needs to finish what it has accepted and to save its state; it has bounds of its own.
                ProcessTerminationTimeout = Timeout.InfiniteTimeSpan,
            }).ConfigureAwait(false);
        }
        catch (ConfigurationException fault)
        {
            await Console.Error.WriteLineAsync($"secstream: {Shown(fault.Message)}").ConfigureAwait(false);
            return 2;
        }
        catch (OperationCanceledException)
        {
            // Ctrl-C or SIGTERM in a command that runs to an end: what it wrote is not complete, and the exit code says so.
            await Console.Error.WriteLineAsync("secstream: stopped before the end; the results are not complete").ConfigureAwait(false);
            return 1;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or InvalidOperationException or InvalidDataException or ArgumentException)
        {
            // The command has failed; the message is what a person can act on, the stack is for a bug report.
            await Console.Error.WriteLineAsync($"secstream: {Shown(fault.Message)}").ConfigureAwait(false);
            if (fault.InnerException is { } cause)
            {
                await Console.Error.WriteLineAsync(cause.ToString()).ConfigureAwait(false);
            }

            return 1;
        }
    }

    /// <summary>A message may quote a file from outside: control characters are made visible, and a file that is wrong in every line is not told in full.</summary>
    private static string Shown(string message)
    {
        var lines = message.Split('\n');
        var shown = lines.Take(MostLines).Select(line => SafeText.Show(line.TrimEnd('\r'), MostCharacters));
        return string.Join(Environment.NewLine, lines.Length > MostLines ? shown.Append($"and {lines.Length - MostLines} more") : shown);
    }
}
