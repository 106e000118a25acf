using System.CommandLine;
using SecStream.Host.Benchmark.Tabular;
using Spectre.Console;

namespace SecStream.Host.Cli;

/// <summary><c>benchmark tabular</c>: how well and how fast the vector detectors find labelled anomalies.</summary>
internal static class BenchmarkTabularCommand
{
    private const string ReferenceFile = "sklearn_isolation_forest.csv";
    private const int MaxSeeds = 100;

    public static Command Make()
    {
        var data = new Option<string>("--data") { Description = "Folder of sets: .csv or .csv.gz, last column 'label' (1 is an anomaly).", Required = true };
        var seeds = new Option<int>("--seeds") { Description = "Times every detector is fitted.", DefaultValueFactory = _ => 5 };
        var rows = new Option<int>("--max-rows")
        {
            Description = "Rows of a set at most for all detectors but the isolation forest; larger sets are sampled.",
            DefaultValueFactory = _ => 10_000,
        };
        var detectors = new Option<string[]>("--detector") { Description = "Only this detector and the isolation forest; may be repeated." };
        var json = new Option<bool>("--json") { Description = "Print the result as JSON." };
        var command = new Command("tabular", "Measure the vector detectors on labelled sets: ROC-AUC, average precision, rows per second.")
        {
            data, seeds, rows, detectors, json,
        };
        command.SetAction((result, cancellation) =>
        {
            var folder = Folder(result.GetRequiredValue(data));
            var reference = Path.Combine(folder, ReferenceFile);
            var options = new TabularOptions
            {
                Data = folder,
                Seeds = InRange("--seeds", result.GetValue(seeds), 1, MaxSeeds),
                MaxRows = InRange("--max-rows", result.GetValue(rows), 100, int.MaxValue),
                Reference = File.Exists(reference) ? reference : null,
                Detectors = result.GetValue(detectors) ?? [],
            };
            var measured = new TabularBenchmark(options, line => Terminal.Error.WriteLine(line)).Run(cancellation);
            if (result.GetValue(json))
            {
                JsonOutput.Print(measured);
            }
            else
            {
                TabularReport.Print(Terminal.Out, measured);
            }

            return Task.FromResult(0);
        });
        return command;
    }

    /// <summary>A folder that is there.</summary>
    internal static string Folder(string path) =>
        Directory.Exists(path) ? path : throw new ConfigurationException($"--data {path}: there is no such folder");

    /// <summary>A number within bounds.</summary>
    internal static int InRange(string name, int value, int least, int most) =>
        value >= least && value <= most ? value : throw new ConfigurationException($"{name} {value}: use a number from {least} to {most}");
}
