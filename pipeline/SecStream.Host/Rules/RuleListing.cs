using SecStream.Host.Alerts;
using SecStream.Host.Cli;
using SecStream.Stages.Alerting;
using SecStream.Stages.Rules;
using SecStream.Stages.Rules.Testing;
using Spectre.Console;

namespace SecStream.Host.Rules;

/// <summary>Rules, their issues and the results of their tests, for people.</summary>
internal static class RuleListing
{
    private const int TextLength = 400;

    /// <summary>A table of rules.</summary>
    public static void PrintRules(IAnsiConsole console, RuleFolder folder)
    {
        var table = new Table().Border(TableBorder.Simple);
        table.AddColumn(new TableColumn("code").NoWrap());
        table.AddColumn(new TableColumn("severity").NoWrap());
        table.AddColumns("title", "kind", "key", "condition", "file");
        foreach (var rule in folder.Asked.OrderBy(r => r.Code, NaturalOrder.Instance))
        {
            table.AddRow(
                Terminal.Safe(rule.Code),
                AlertTable.Coloured(rule.Severity),
                Text(rule.Title),
                RuleText.Kind(rule.Kind),
                Text(RuleText.Key(rule, folder.Fields)),
                Text(RuleText.Condition(rule, folder.Fields)),
                Text(rule.File));
        }

        Terminal.WriteTable(console, table);
        console.WriteLine($"{folder.Asked.Count} rules, version {folder.Rules.Version}.");
    }

    /// <summary>A table of issues.</summary>
    public static void PrintIssues(IAnsiConsole console, IReadOnlyList<RuleIssue> issues)
    {
        if (issues.Count == 0)
        {
            return;
        }

        var table = new Table().Border(TableBorder.Simple);
        table.AddColumn(new TableColumn("where").NoWrap());
        table.AddColumn(new TableColumn("issue").NoWrap());
        table.AddColumns("key", "what is wrong", "mend");
        foreach (var issue in issues)
        {
            var colour = issue.Severity == IssueSeverity.Error ? "red" : "yellow";
            table.AddRow(
                Text($"{issue.File}:{issue.Line}"),
                $"[{colour}]{(issue.Severity == IssueSeverity.Error ? "error" : "warning")}[/] {Markup.Escape(issue.Code)}",
                issue.Key.Length == 0 ? "" : Text(issue.Key),
                Text(issue.Message),
                issue.Mend.Length == 0 ? "" : Text(issue.Mend));
        }

        Terminal.WriteTable(console, table);
    }

    /// <summary>One line a rule, with what differs below it.</summary>
    public static void PrintTest(IAnsiConsole console, string path, IReadOnlyList<RuleTestResult> results)
    {
        var failed = results.Count(r => !r.Passed);
        console.MarkupLine(
            failed == 0
                ? $"[green]pass[/] {Terminal.Safe(results[0].File.Rule),-4} {results.Count} cases  [grey]{Text(path)}[/]"
                : $"[red]FAIL[/] {Terminal.Safe(results[0].File.Rule),-4} {failed} of {results.Count} cases  [grey]{Text(path)}[/]");
        foreach (var result in results.Where(r => !r.Passed))
        {
            console.MarkupLine($"     [red]{Text($"{path}:{result.Case.Line}")}[/] {Text(result.Case.Name)}");
            foreach (var failure in result.Failures)
            {
                console.MarkupLine($"       {Text(failure)}");
            }
        }
    }

    private static string Text(string text) => Markup.Escape(SafeText.Show(text, TextLength));
}

/// <summary>Codes as people count: P2 before P10.</summary>
internal sealed class NaturalOrder : IComparer<string>
{
    /// <summary>The one instance.</summary>
    public static readonly NaturalOrder Instance = new();

    /// <inheritdoc/>
    public int Compare(string? x, string? y)
    {
        var (a, b) = (Split(x ?? ""), Split(y ?? ""));
        var order = string.CompareOrdinal(a.Letters, b.Letters);
        order = order != 0 ? order : a.Number.CompareTo(b.Number);
        return order != 0 ? order : string.CompareOrdinal(x, y);
    }

    private static (string Letters, int Number) Split(string code)
    {
        var digits = code.AsSpan().IndexOfAnyInRange('0', '9');
        return digits >= 0 && int.TryParse(code.AsSpan(digits), System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var number)
            ? (code[..digits], number)
            : (code, -1);
    }
}
