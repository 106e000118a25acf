using System.CommandLine;
using SecStream.Host.Check;
using SecStream.Host.Configuration;
using SecStream.Host.Rules;
using SecStream.Stages.Enrichment;
using SecStream.Stages.Ingest;
using Spectre.Console;

namespace SecStream.Host.Cli;

/// <summary><c>check [PATH...]</c>: whether sources, rules, folders and the servers around the service are fit for use, before anything runs.</summary>
internal static class CheckCommand
{
    public static Command Make(TimeProvider time)
    {
        var paths = new Argument<string[]>("PATH")
        {
            Description = "Log files (plain or .gz) or folders of them. Default: those of the configuration, else the usual logs of this machine.",
            Arity = ArgumentArity.ZeroOrMore,
        };
        var output = new Option<string?>("--out") { Description = "Folder that replay will write to, to be checked too." };
        var lines = new Option<long>("--lines") { Description = "Read only the first N lines of each file; 0 reads all.", DefaultValueFactory = _ => 0 };
        var timeout = new Option<int>("--timeout") { Description = "Longest wait for each thing that is tried of a server, 1 to 600 seconds.", DefaultValueFactory = _ => 15 };
        var json = new Option<bool>("--json") { Description = "Print JSON." };
        var arguments = new ServiceArguments();
        var command = new Command(
            "check", "Look at logs, rules, folders and the servers of the configuration before anything runs: what is read how, what can't be seen, which right is missing. Exits 1 when something can't be used.")
        {
            paths, output, lines, timeout, json,
        };
        arguments.AddTo(command);
        command.SetAction(async (result, cancellation) =>
        {
            var configuration = arguments.Read(result, result.GetValue(paths) ?? []);
            var folders = result.GetValue(output) is { } named
                ? new List<CheckedPart> { PartsCheck.OfFolder("--out", named) }
                : [];
            if (folders.Count == 0 || configuration.CommandLine.Contains("data"))
            {
                folders.Add(PartsCheck.OfFolder("--data", configuration.Options.Data));
            }

            if (result.GetValue(timeout) is < 1 or > 600)
            {
                throw new ConfigurationException($"--timeout {result.GetValue(timeout)}: use 1 to 600 seconds");
            }

            // The servers take their time: they are asked while files are read.
            var stack = new StackCheck(configuration.Options, time) { Each = TimeSpan.FromSeconds(result.GetValue(timeout)), Progress = Progress("asking") };
            var report = await RunAsync(configuration.Options, stack, folders, result.GetValue(lines), time, cancellation).ConfigureAwait(false);
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
        ServiceOptions service, StackCheck stack, List<CheckedPart> folders, long lines, TimeProvider time, CancellationToken cancellation)
    {
        var servers = stack.RunAsync(cancellation);
        var options = service.Pipeline;
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
        var sources = new List<SourceReport>();
        foreach (var file in Sources(service))
        {
            var own = options with { Format = file.Format ?? options.Format, Zone = file.Zone ?? options.Zone, Year = file.Year ?? options.Year };
            var check = new SourceCheck(own, knowledge, time) { MaxLines = lines, Progress = Progress("reading") };
            sources.AddRange(await check.RunAsync([file.Path], cancellation).ConfigureAwait(false));
        }

        var tried = (await servers.ConfigureAwait(false)).Select(CheckedServer.Of).ToList();
        var isUsable = parts.TrueForAll(p => p.Problem is null) && sources.TrueForAll(s => s.Unusable is null) && tried.TrueForAll(s => s.Result != "failed");
        return new CheckReport(isUsable, parts, tried, sources);
    }

    private static IReadOnlyList<FileSettings> Sources(ServiceOptions service) =>
        service.Files ?? [.. ServeCommand.UsualLogs.Where(File.Exists).Select(path => new FileSettings { Path = path })];

    private static Action<string>? Progress(string doing) => Console.IsErrorRedirected ? null : what => Terminal.Error.MarkupLine($"[grey]{doing} {Terminal.Safe(what)}[/]");
}
