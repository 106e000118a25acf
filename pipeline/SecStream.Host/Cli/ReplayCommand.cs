using System.CommandLine;
using System.Diagnostics;
using System.Text.Json;
using SecStream.Connectors.Files;
using SecStream.Host.Replay;

namespace SecStream.Host.Cli;

/// <summary><c>replay PATH...</c></summary>
internal static class ReplayCommand
{
    public static Command Make()
    {
        var paths = new Argument<string[]>("PATH") { Description = "Log files (.gz too), folders of them, or - for standard input.", Arity = ArgumentArity.OneOrMore };
        var output = new Option<string>("--out") { Description = "Folder for events, alerts and summary.", DefaultValueFactory = _ => "out" };
        var command = new Command("replay", "Process files to the end.") { paths, output };
        command.SetAction(async (result, cancellation) =>
        {
            var watch = Stopwatch.StartNew();
            var options = new PipelineOptions { RevisionInterval = null, Zone = TimeZoneInfo.Utc };
            var knowledge = Knowledge.Load(options);
            var dir = result.GetValue(output)!;
            using var sink = new FileEventSink(dir);
            var alerts = new AlertCollector();
            using var topology = new Topology(options, knowledge, ReplaySources.Open(result.GetValue(paths)!, options, TimeProvider.System), sink, alerts, TimeProvider.System);
            await ReplayRun.RunAsync(topology, () => ValueTask.CompletedTask, cancellation).ConfigureAwait(false);
            foreach (var g in alerts.Alerts.GroupBy(a => a.RuleCode).OrderBy(g => g.Key, StringComparer.Ordinal))
            {
                Console.WriteLine($"{g.Key} {g.Count()}");
            }

            foreach (var (s, c, f) in topology.Sources())
            {
                Console.WriteLine($"{s.Source.Name} {f} events {c.Events} dead {c.DeadLetters.Values.Sum()} late {c.Late} unevaluated {c.Unevaluated} skewed {c.Skewed}");
            }

            Console.WriteLine($"{watch.Elapsed.TotalSeconds} s, cpu {Process.GetCurrentProcess().TotalProcessorTime.TotalSeconds}");
            return 0;
        });
        return command;
    }
}
