using System.CommandLine;
using SecStream.Host.Benchmark;
using Spectre.Console;

namespace SecStream.Host.Cli;

/// <summary><c>benchmark</c>: how fast this machine is, against a yardstick measured in the same run.</summary>
internal static class BenchmarkCommand
{
    private const int MaxEvents = 100_000_000;
    private const int MaxRuns = 101;

    public static Command Make()
    {
        var events = new Option<int>("--events") { Description = "Events to generate.", DefaultValueFactory = _ => 500_000 };
        var runs = new Option<int>("--runs") { Description = "Rounds, of which the median counts.", DefaultValueFactory = _ => 5 };
        var json = new Option<bool>("--json") { Description = "Print the result as JSON." };
        var stages = new Option<bool>("--stages") { Description = "Also measure the stages one by one." };
        var input = new Option<string?>("--input") { Description = "A log file to measure with, instead of generated events." };
        var pipeline = new PipelineArguments();
        var command = new Command("benchmark", "Measure the speed of the whole pipeline and of its parts.") { events, runs, json, stages, input };
        command.Subcommands.Add(BenchmarkNabCommand.Make());
        command.Subcommands.Add(BenchmarkDetectorsCommand.Make());
        pipeline.AddTo(command);
        command.Subcommands.Add(BenchmarkTabularCommand.Make());
        command.Subcommands.Add(BenchmarkStreamCommand.Make());
        command.SetAction(async (result, cancellation) =>
        {
            var options = new BenchmarkOptions
            {
                Events = Checked("--events", result.GetValue(events), MaxEvents),
                Runs = Checked("--runs", result.GetValue(runs), MaxRuns),
                Stages = result.GetValue(stages),
                Input = Existing(result.GetValue(input)),
                Pipeline = pipeline.Read(result),
            };
            var measured = await new BenchmarkRun(options, Terminal.Error.WriteLine).RunAsync(cancellation).ConfigureAwait(false);
            if (result.GetValue(json))
            {
                await Console.Out.WriteLineAsync(measured.ToJson()).ConfigureAwait(false);
            }
            else
            {
                BenchmarkReport.Print(Terminal.Out, measured);
            }

            return 0;
        });
        return command;
    }

    private static int Checked(string name, int value, int most) =>
        value >= 1 && value <= most ? value : throw new ConfigurationException($"{name} {value}: use a number from 1 to {most}");

    private static string? Existing(string? path) =>
        path is null || File.Exists(path) ? path : throw new ConfigurationException($"--input {path}: there is no such file");
}
