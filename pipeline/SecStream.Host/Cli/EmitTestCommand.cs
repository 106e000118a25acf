using System.CommandLine;
using SecStream.Host.Configuration;
using SecStream.Host.EmitTest;
using SecStream.Host.Rules;
using SecStream.Stages.Alerting;
using SecStream.Stages.Rules.Loading;
using Spectre.Console;

namespace SecStream.Host.Cli;

/// <summary><c>alerts emit-test RULE</c>: a test alert to where alerts go, to see whether it gets there.</summary>
internal static class EmitTestCommand
{
    private const string Everywhere = "all";

    public static Command Make(TimeProvider time)
    {
        var rule = new Argument<string>("RULE") { Description = "Code of a rule: C1." };
        var to = new Option<string[]>("--to") { Description = $"Where to: {string.Join(", ", TestAlertOutputs.All)}, or all. Default: all that are configured." };
        var config = new Option<string?>("--config") { Description = "Configuration file. Default: SECSTREAM_CONFIG, else ./secstream.yml if it is there." };
        var rules = new Option<string?>("--rules") { Description = "Folder of Sigma rules. Default: that of the configuration, else the pack that comes with SecStream." };
        var json = new Option<bool>("--json") { Description = "Print JSON." };
        var command = new Command("emit-test", "Send a test alert of a rule to Kafka, Elasticsearch and Redis. It is marked secstream.test, and about nobody. Exits 1 when it did not get there.")
        {
            rule, to, config, rules, json,
        };
        command.SetAction(async (result, cancellation) =>
        {
            var options = ServiceOptionsReader.Load(result.GetValue(config)).Options;
            var outputs = new TestAlertOutputs(options, time);
            var chosen = Choose(result.GetValue(to) ?? [], outputs.Configured);
            var folder = RuleFolder.Load(result.GetValue(rules) ?? options.Pipeline.RulesDirectory);
            var code = result.GetValue(rule)!;
            var found = folder.Rules.Rules.FirstOrDefault(r => r.Code.Equals(code, StringComparison.OrdinalIgnoreCase))
                ?? throw new ConfigurationException($"{code}: there is no such rule; {Suggestion.OrList(code, [.. folder.Rules.Rules.Select(r => r.Code).Order(NaturalOrder.Instance)])}");
            var now = time.GetUtcNow();
            var places = new List<TestAlertPlace>();
            foreach (var output in chosen)
            {
                // Who enforces actions reads them in Redis: nobody must be blocked by a test.
                var entry = TestAlert.Make(found, folder.Rules.Version, options.Pipeline.Tenant, now, withActions: output != "redis");
                places.Add(await outputs.WriteAsync(output, entry, cancellation).ConfigureAwait(false));
            }

            var id = TestAlert.Make(found, folder.Rules.Version, options.Pipeline.Tenant, now, withActions: false).Id;
            Print(id, found.Code, places, result.GetValue(json));
            return places.TrueForAll(place => place.Fault is null) ? 0 : 1;
        });
        return command;
    }

    private static IReadOnlyList<string> Choose(IEnumerable<string> asked, IReadOnlyList<string> configured)
    {
        var names = asked.SelectMany(names => names.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)).ToList();
        foreach (var name in names.Where(name => name != Everywhere))
        {
            if (!TestAlertOutputs.All.Contains(name))
            {
                throw new ConfigurationException($"--to {name}: no such output; {Suggestion.OrList(name, [.. TestAlertOutputs.All, Everywhere])}");
            }

            if (!configured.Contains(name))
            {
                throw new ConfigurationException($"--to {name}: the configuration writes no alerts there; add the section {name}, or name another output");
            }
        }

        return configured.Count == 0 ? throw new ConfigurationException("the configuration writes alerts neither to Kafka nor to Elasticsearch nor to Redis: there is nowhere to send one; ./run init writes such a configuration")
            : names.Count == 0 || names.Contains(Everywhere) ? configured
            : [.. names.Distinct(StringComparer.Ordinal)];
    }

    private static void Print(string id, string rule, IReadOnlyList<TestAlertPlace> places, bool json)
    {
        if (json)
        {
            JsonOutput.Print(new { Id = id, Rule = rule, Places = places.Select(p => new { p.Output, Place = p.Fault is null ? p.Place : null, p.Topic, p.Partition, p.Offset, Fault = p.Fault }) });
            return;
        }

        Terminal.WriteLine(Terminal.Out, $"Test alert {id} of {Terminal.Safe(rule)}:");
        foreach (var place in places)
        {
            Terminal.WriteLine(
                Terminal.Out,
                place.Fault is { } fault ? $"  [red]FAIL[/] {place.Output}: {Markup.Escape(SafeText.Show(fault, 1000))}" : $"  [green]ok[/]   {place.Output}: {Terminal.Safe(place.Place)}");
        }
    }
}
