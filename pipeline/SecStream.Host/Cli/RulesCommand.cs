using System.CommandLine;
using SecStream.Host.Rules;
using SecStream.Stages.Rules;
using SecStream.Stages.Rules.Testing;
using Spectre.Console;

namespace SecStream.Host.Cli;

/// <summary><c>rules list|lint|test|blind</c>.</summary>
internal static class RulesCommand
{
    public static Command Make(TimeProvider time) => new("rules", "List, check and test rules.") { List(), Lint(), Test(time), RulesBlindCommand.Make(time) };

    private static Command List()
    {
        var (path, json) = (PathArgument(), JsonOption());
        var command = new Command("list", "The rules: code, severity, what each takes and where it stands.") { path, json };
        command.SetAction(result =>
        {
            var folder = RuleFolder.Load(PathOf(result, path));
            if (result.GetValue(json))
            {
                JsonOutput.Print(new
                {
                    folder.Rules.Version,
                    Rules = folder.Asked.OrderBy(r => r.Code, NaturalOrder.Instance).Select(r => new
                    {
                        r.Code,
                        Id = r.Uuid,
                        Severity = r.Severity.ToString().ToLowerInvariant(),
                        r.Title,
                        r.Description,
                        Kind = RuleText.Kind(r.Kind),
                        Key = RuleText.Key(r, folder.Fields),
                        Condition = RuleText.Condition(r, folder.Fields),
                        WindowSeconds = r.Window.TotalSeconds,
                        GapSeconds = r.Gap.TotalSeconds,
                        r.Tags,
                        Actions = r.Actions.Select(a => a.Type),
                        r.Version,
                        r.File,
                    }),
                });
            }
            else
            {
                RuleListing.PrintRules(Terminal.Out, folder);
            }

            // The list is of what is in force: a rule that is missing from it must not be missed.
            RuleListing.PrintIssues(Terminal.Error, [.. folder.Issues.Where(i => i.Severity == IssueSeverity.Error)]);
            return folder.HasErrors ? 1 : 0;
        });
        return command;
    }

    private static Command Lint()
    {
        var (path, json) = (PathArgument(), JsonOption());
        var command = new Command("lint", "Everything that is wrong with rules and their tests. Exits 1 when a rule would not be loaded.") { path, json };
        command.SetAction(result =>
        {
            var folder = RuleFolder.Load(PathOf(result, path));
            if (result.GetValue(json))
            {
                JsonOutput.Print(folder.Issues.Select(i => new
                {
                    Severity = i.Severity.ToString().ToLowerInvariant(), i.Code, i.File, i.Line, i.Key, i.Message, i.Mend,
                }));
                return folder.HasErrors ? 1 : 0;
            }

            RuleListing.PrintIssues(Terminal.Out, folder.Issues);
            var errors = folder.Issues.Count(i => i.Severity == IssueSeverity.Error);
            Terminal.Out.WriteLine($"{folder.Asked.Count} rules loaded, {folder.Tests.Count} test files; {errors} errors, {folder.Issues.Count - errors} warnings.");
            return errors > 0 ? 1 : 0;
        });
        return command;
    }

    private static Command Test(TimeProvider time)
    {
        var (path, json) = (PathArgument(), JsonOption());
        var command = new Command("test", "Run the tests beside the rules (.test.yml) through the production pipeline. Exits 1 when one fails.") { path, json };
        command.SetAction(async (result, cancellation) =>
        {
            var folder = RuleFolder.Load(PathOf(result, path));
            RuleListing.PrintIssues(Terminal.Error, [.. folder.Issues.Where(i => i.Severity == IssueSeverity.Error)]);
            if (folder.Tests.Count == 0 && !folder.HasErrors)
            {
                throw new ConfigurationException($"{PathOf(result, path)}: no tests; a rule RULE.yml is tested by RULE.test.yml beside it");
            }

            var all = new List<RuleTestResult>();
            await foreach (var test in new RuleTestRun(folder, time).RunAsync(cancellation).ConfigureAwait(false))
            {
                all.Add(test);
            }

            var failed = all.Count(t => !t.Passed);
            if (result.GetValue(json))
            {
                JsonOutput.Print(all.Select(t => new { t.File.Rule, File = t.File.Path, t.Case.Line, t.Case.Name, t.Passed, t.Failures }));
            }
            else
            {
                foreach (var file in all.GroupBy(t => t.File.Path))
                {
                    RuleListing.PrintTest(Terminal.Out, file.Key, [.. file]);
                }

                var untested = folder.Asked.Select(r => r.Code).Except(folder.Tests.Select(t => t.Rule)).Order(NaturalOrder.Instance).ToList();
                Terminal.Out.WriteLine($"{all.Count} cases, {failed} failed." + (untested.Count > 0 ? $" Rules without tests: {string.Join(", ", untested)}." : ""));
            }

            return failed > 0 || folder.HasErrors ? 1 : 0;
        });
        return command;
    }

    private static Argument<string?> PathArgument() => new("PATH")
    {
        Description = "Folder of Sigma rules, or one rule file. Default: the pack that comes with SecStream.",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private static Option<bool> JsonOption() => new("--json") { Description = "Print JSON." };

    private static string PathOf(System.CommandLine.ParseResult result, Argument<string?> path) => result.GetValue(path) ?? new PipelineOptions().RulesDirectory;
}
