using System.CommandLine;
using SecStream.Core.Fields;
using SecStream.Host.Check;
using SecStream.Host.Rules;
using SecStream.Stages.Enrichment;
using SecStream.Stages.Ingest;
using Spectre.Console;

namespace SecStream.Host.Cli;

/// <summary><c>check [PATH...]</c>: whether sources, rules and folders are fit for use, before anything runs.</summary>
internal static class CheckCommand
{
    public static Command Make(TimeProvider time)
    {
        var paths = new Argument<string[]>("PATH")
        {
            Description = "Log files (plain or .gz) or folders of them. Default: the usual logs of this machine.",
            Arity = ArgumentArity.ZeroOrMore,
        };
        var data = new Option<string?>("--data") { Description = "Folder that serve will write to. Default: data." };
        var output = new Option<string?>("--out") { Description = "Folder that replay will write to, to be checked too." };
        var lines = new Option<long>("--lines") { Description = "Read only the first N lines of each file; 0 reads all.", DefaultValueFactory = _ => 0 };
        var json = new Option<bool>("--json") { Description = "Print JSON." };
        var pipeline = new PipelineArguments();
        var command = new Command("check", "Look at logs, rules and folders before anything runs: what is read how, what can't be seen. Exits 1 when something can't be used.")
        {
            paths, data, output, lines, json,
        };
        pipeline.AddTo(command);
        command.SetAction(async (result, cancellation) =>
        {
            var options = pipeline.Read(result);
            var folders = result.GetValue(output) is { } named
                ? new List<CheckedPart> { PartsCheck.OfFolder("--out", named) }
                : [];
            if (folders.Count == 0 || result.GetValue(data) is not null)
            {
                folders.Add(PartsCheck.OfFolder("--data", result.GetValue(data) ?? "data"));
            }

            var report = await RunAsync(options, Sources(result.GetValue(paths)), folders, result.GetValue(lines), time, cancellation).ConfigureAwait(false);
            if (result.GetValue(json))
            {
                JsonOutput.Print(report);
            }
            else
            {
                CheckListing.Print(Terminal.Out, report);
            }

            return report.Usable ? 0 : 1;
        });
        return command;
    }

    private static async Task<CheckReport> RunAsync(
        PipelineOptions options, IReadOnlyList<string> paths, List<CheckedPart> folders, long lines, TimeProvider time, CancellationToken cancellation)
    {
        var rules = RuleFolder.Load(options.RulesDirectory);
        var parts = new List<CheckedPart> { PartsCheck.OfRules(rules, options.RulesDirectory) };
        var enrichment = EnrichmentSources.Default;
        try
        {
            enrichment = Knowledge.LoadEnrichment(options);
            parts.AddRange(PartsCheck.OfKnowledge(enrichment, options));
        }
        catch (ConfigurationException fault)
        {
            // The one command whose work it is to name everything that is wrong, not only the first.
            parts.Add(new CheckedPart("enrichment", "", null, fault.Message));
        }

        parts.AddRange(folders);
        var knowledge = new Knowledge(IngestPlan.Compile(rules.Rules, rules.Fields, options.Tenant), enrichment);
        var check = new SourceCheck(options, knowledge, time) { MaxLines = lines, Progress = Progress() };
        var sources = await check.RunAsync(paths, cancellation).ConfigureAwait(false);
        return new CheckReport(parts.TrueForAll(p => p.Problem is null) && sources.All(s => s.Unusable is null), parts, sources);
    }

    private static string[] Sources(string[]? named) => named is { Length: > 0 } ? named : [.. ServeCommand.UsualLogs.Where(File.Exists)];

    private static Action<string>? Progress() => Console.IsErrorRedirected ? null : path => Terminal.Error.MarkupLine($"[grey]reading {Terminal.Safe(path)}[/]");
}
