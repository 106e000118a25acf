using System.CommandLine;
using SecStream.Connectors.Elasticsearch.Client;
using SecStream.Stages.Alerting;
using SecStream.Stages.Rules.Loading;

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
        root.Subcommands.Add(BootstrapCommand.Make(TimeProvider.System));
        root.Subcommands.Add(BlacklistCommand.Make(TimeProvider.System));
        root.Subcommands.Add(CheckCommand.Make(TimeProvider.System));
        root.Subcommands.Add(DlqCommand.Make(TimeProvider.System));
        root.Subcommands.Add(EventsCommand.Make(TimeProvider.System));
        root.Subcommands.Add(ExplainCommand.Make(TimeProvider.System));
        root.Subcommands.Add(ModelsCommand.Make(TimeProvider.System));
        root.Subcommands.Add(FeaturesCommand.Make(TimeProvider.System));
        root.Subcommands.Add(RetentionCommand.Make(TimeProvider.System));
        root.Subcommands.Add(RulesCommand.Make(TimeProvider.System));
        root.Subcommands.Add(ConfigCommand.Make());
        root.Subcommands.Add(InitCommand.Make());
        root.Subcommands.Add(HealthCommand.Make());
        root.Subcommands.Add(LedgerCommand.Make(TimeProvider.System));
        root.Subcommands.Add(StatsCommand.Make(TimeProvider.System));
        root.Subcommands.Add(GenerateCommand.Make());
        root.Subcommands.Add(TrainCommand.Make(TimeProvider.System));
        root.Subcommands.Add(VersionCommand.Make());
        root.Subcommands.Add(BenchmarkCommand.Make());
        var parsed = root.Parse(args);
        if (parsed.Errors.Select(error => error.Message).Concat(Misspelt(parsed, args)).ToList() is { Count: > 0 } errors)
        {
            foreach (var error in errors)
            {
                await Console.Error.WriteLineAsync($"secstream: {Shown(error)}").ConfigureAwait(false);
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
        catch (UnauthorizedAccessException fault)
        {
            // The system names the path, and the user is what has to change.
            await Console.Error.WriteLineAsync(
                $"secstream: {Shown(fault.Message)} {Environment.UserName} has no right to it: run this as the user that the service runs as (sudo -u secstream …)").ConfigureAwait(false);
            return 1;
        }
        catch (Exception fault) when (fault is IOException or InvalidOperationException or InvalidDataException or ArgumentException or ElasticsearchException)
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

    /// <summary>
    /// Options that no command knows. Where a command takes any number of paths they would be taken for files, and a service would follow a file
    /// "--dta" and keep its data elsewhere. A file of such a name is written ./--dta, or behind --.
    /// </summary>
    private static IEnumerable<string> Misspelt(ParseResult parsed, string[] args)
    {
        if (args.Contains("--"))
        {
            return [];
        }

        var known = parsed.CommandResult.Command.Options.Select(o => o.Name).ToList();
        return parsed.CommandResult.Children.OfType<System.CommandLine.Parsing.ArgumentResult>()
            .SelectMany(argument => argument.Tokens)
            .Where(token => token.Value.Length > 1 && token.Value[0] == '-')
            .Select(token => $"unknown option {token.Value}; {Suggestion.OrList(token.Value, known)}");
    }

    /// <summary>A message may quote a file from outside: control characters are made visible, and a file that is wrong in every line is not told in full.</summary>
    private static string Shown(string message)
    {
        var lines = message.Split('\n');
        var shown = lines.Take(MostLines).Select(line => SafeText.Show(line.TrimEnd('\r'), MostCharacters));
        return string.Join(Environment.NewLine, lines.Length > MostLines ? shown.Append($"and {lines.Length - MostLines} more") : shown);
    }
}
