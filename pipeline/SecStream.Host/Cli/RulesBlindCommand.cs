using System.CommandLine;
using SecStream.Host.Check;
using SecStream.Host.Rules;
using SecStream.Stages.Alerting;
using Spectre.Console;

namespace SecStream.Host.Cli;

/// <summary><c>rules blind PATH...</c>: which rules can't see these logs, and why.</summary>
internal static class RulesBlindCommand
{
    private const int TextLength = 300;

    public static Command Make(TimeProvider time)
    {
        var paths = new Argument<string[]>("PATH") { Description = "Log files (plain or .gz) or folders of them.", Arity = ArgumentArity.OneOrMore };
        var json = new Option<bool>("--json") { Description = "Print JSON." };
        var lines = new Option<long>("--lines") { Description = "Read only the first N lines of each file; 0 reads all.", DefaultValueFactory = _ => 0 };
        var pipeline = new PipelineArguments();
        var command = new Command("blind", "Which rules can't see anything in these logs, and why.") { paths, json, lines };
        pipeline.AddTo(command);
        command.SetAction(async (result, cancellation) =>
        {
            var options = pipeline.Read(result);
            var knowledge = Knowledge.Load(options);
            var check = new SourceCheck(options, knowledge, time) { MaxLines = result.GetValue(lines) };
            var reports = await check.RunAsync(result.GetValue(paths)!, cancellation).ConfigureAwait(false);
            var rules = knowledge.Plan.Rules.Rules.OrderBy(r => r.Code, NaturalOrder.Instance)
                .Select(r => (Rule: r, SeenIn: reports.Where(s => s.SeenBy.Contains(r.Code)).Select(s => s.Name).ToList()))
                .ToList();
            if (result.GetValue(json))
            {
                JsonOutput.Print(rules.Select(r => new { Rule = r.Rule.Code, r.Rule.Title, Blind = r.SeenIn.Count == 0, r.SeenIn, Why = Why(reports, r.Rule.Code) }));
            }
            else
            {
                Print(Terminal.Out, reports, [.. rules.Where(r => r.SeenIn.Count == 0).Select(r => (r.Rule.Code, r.Rule.Title))], rules.Count);
            }

            foreach (var report in reports.Where(r => r.Unusable is not null))
            {
                Terminal.Error.WriteLine($"secstream: {SafeText.Show($"{report.Name}: {report.Unusable}", TextLength)}");
            }

            return reports.Any(r => r.Unusable is not null) ? 1 : 0;
        });
        return command;
    }

    private static void Print(IAnsiConsole console, IReadOnlyList<SourceReport> reports, IReadOnlyList<(string Code, string Title)> blind, int rules)
    {
        if (blind.Count > 0)
        {
            var table = new Table().Border(TableBorder.Simple);
            table.AddColumn(new TableColumn("rule").NoWrap());
            table.AddColumns("title", "why it sees nothing");
            foreach (var (code, title) in blind)
            {
                table.AddRow(Terminal.Safe(code), Text(title), Text(string.Join("; ", Why(reports, code))));
            }

            Terminal.WriteTable(console, table);
        }

        console.WriteLine($"{blind.Count} of {rules} rules see nothing in these logs.");
    }

    private static List<string> Why(IReadOnlyList<SourceReport> reports, string code) =>
        [.. reports.SelectMany(r => r.Blind).Where(b => b.Rule == code).Select(b => b.Why).Distinct()];

    private static string Text(string text) => Markup.Escape(SafeText.Show(text, TextLength));
}
