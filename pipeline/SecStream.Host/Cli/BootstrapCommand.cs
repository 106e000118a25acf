using System.CommandLine;
using SecStream.Core.Checks;
using SecStream.Host.Bootstrap;
using SecStream.Host.Configuration;
using SecStream.Stages.Alerting;
using SecStream.Stages.Rules.Loading;
using Spectre.Console;

namespace SecStream.Host.Cli;

/// <summary><c>bootstrap</c>: topics, templates, policies and dashboards, made where they are missing.</summary>
internal static class BootstrapCommand
{
    private const int TextLength = 1500;

    public static Command Make(TimeProvider time)
    {
        var config = new Option<string?>("--config") { Description = "Configuration file. Default: SECSTREAM_CONFIG, else ./secstream.yml if it is there." };
        var dryRun = new Option<bool>("--dry-run") { Description = "Only look, and say what would be done." };
        var only = new Option<string[]>("--only") { Description = $"Only these parts: {string.Join(",", StackBootstrap.Parts)}." };
        var force = new Option<bool>("--force") { Description = "Replace what people have changed in Kibana, too." };
        var timeout = new Option<int>("--timeout") { Description = "Longest wait for an answer of Kafka, 1 to 600 seconds.", DefaultValueFactory = _ => 20 };
        var json = new Option<bool>("--json") { Description = "Print JSON." };
        var command = new Command("bootstrap", "Make what is needed in Kafka, Elasticsearch and Kibana: safe to run again. Exits 1 when something could not be made.")
        {
            config, dryRun, only, force, timeout, json,
        };
        command.SetAction(async (result, cancellation) =>
        {
            var file = ServiceOptionsReader.Load(result.GetValue(config));
            var options = SourceChoice.Settle(file.Options, file);
            if (result.GetValue(timeout) is < 1 or > 600)
            {
                throw new ConfigurationException($"--timeout {result.GetValue(timeout)}: use 1 to 600 seconds");
            }

            var bootstrap = new StackBootstrap(options, time)
            {
                IsDryRun = result.GetValue(dryRun),
                IsForced = result.GetValue(force),
                Each = TimeSpan.FromSeconds(result.GetValue(timeout)),
                Progress = Console.IsErrorRedirected ? null : text => Terminal.Error.MarkupLine($"[grey]{Terminal.Safe(text)}[/]"),
            };
            var steps = await bootstrap.RunAsync(Choose(bootstrap.Configured, result.GetValue(only) ?? [], file.Path), cancellation).ConfigureAwait(false);
            if (result.GetValue(json))
            {
                PrintJson(steps, bootstrap.IsDryRun);
            }
            else
            {
                Print(steps, bootstrap.IsDryRun);
            }

            return steps.Any(step => step.Step.Outcome == BootstrapOutcome.Refused) ? 1 : 0;
        });
        return command;
    }

    private static IReadOnlyList<string> Choose(IReadOnlyList<string> configured, IEnumerable<string> asked, string? path)
    {
        var names = asked.SelectMany(names => names.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)).ToList();
        var where = path ?? "the configuration";
        foreach (var name in names)
        {
            if (!StackBootstrap.Parts.Contains(name))
            {
                throw new ConfigurationException($"--only {name}: no such part; {Suggestion.OrList(name, StackBootstrap.Parts)}");
            }

            if (!configured.Contains(name))
            {
                throw new ConfigurationException(
                    $"--only {name}: {where} has no {(name == "kibana" ? "elasticsearch.kibana" : $"section {name}")}; add it, or leave {name} out");
            }
        }

        return configured.Count == 0
            ? throw new ConfigurationException($"{(path is null ? "there is no configuration file" : $"{path} has neither a section kafka nor elasticsearch")}: nothing to make; ./run init writes one")
            : names.Count > 0 ? names : configured;
    }

    private static void Print(IReadOnlyList<PartStep> steps, bool isDryRun)
    {
        var grid = new Grid().AddColumn(new GridColumn().NoWrap()).AddColumn(new GridColumn().NoWrap()).AddColumn();
        foreach (var (part, step) in steps)
        {
            var detail = step.Detail.Length > 0 ? ": " + Text(step.Detail) : "";
            grid.AddRow(Mark(step.Outcome, isDryRun), Text(part), Text($"{step.Kind} {step.Name}") + detail);
        }

        Terminal.Out.Write(grid);

        // Commands are to be copied: a line each, unbroken, below the table.
        foreach (var (_, step) in steps.Where(step => step.Step.Mend is not null).DistinctBy(step => step.Step.Mend))
        {
            Terminal.Out.WriteLine();
            Terminal.WriteLine(Terminal.Out, $"{Text($"{step.Kind} {step.Name}")}: {Text(step.Mend!)}");
        }

        Terminal.Out.WriteLine();
        var (done, refused) = (steps.Count(s => s.Step.Outcome is BootstrapOutcome.Created or BootstrapOutcome.Updated), steps.Count(s => s.Step.Outcome == BootstrapOutcome.Refused));
        Terminal.WriteLine(
            Terminal.Out,
            refused > 0 ? $"[red]{refused} could not be {(isDryRun ? "told" : "made")}[/]; {done} {(isDryRun ? "would be made or changed" : "made or changed")}."
            : done == 0 ? "Nothing to do."
            : isDryRun ? $"{done} would be made or changed." : $"{done} made or changed.");
    }

    private static void PrintJson(IReadOnlyList<PartStep> steps, bool isDryRun) => JsonOutput.Print(new
    {
        DryRun = isDryRun,
        Steps = steps.Select(step => new
        {
            step.Part,
            step.Step.Kind,
            step.Step.Name,
            Outcome = step.Step.Outcome.ToString().ToLowerInvariant(),
            Detail = step.Step.Detail.Length > 0 ? step.Step.Detail : null,
            step.Step.Mend,
        }),
    });

    private static string Mark(BootstrapOutcome outcome, bool isDryRun) => outcome switch
    {
        BootstrapOutcome.Created => isDryRun ? "[yellow]to make[/]" : "[green]made[/]",
        BootstrapOutcome.Updated => isDryRun ? "[yellow]to change[/]" : "[green]changed[/]",
        BootstrapOutcome.Kept => "[yellow]kept[/]",
        BootstrapOutcome.Refused => "[red]FAIL[/]",
        _ => "[grey]nothing to do[/]",
    };

    private static string Text(string text) => Markup.Escape(SafeText.Show(text, TextLength));
}
