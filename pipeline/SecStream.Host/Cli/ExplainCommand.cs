using System.CommandLine;
using SecStream.Host.Alerts;
using SecStream.Host.Configuration;
using SecStream.Host.Explain;
using SecStream.Host.Rules;
using SecStream.Host.Stores;

namespace SecStream.Host.Cli;

/// <summary><c>explain ID</c>: why an alert is one, derived again from the stored events.</summary>
internal static class ExplainCommand
{
    private const int ShortestPrefix = 4;
    private const int DefaultEvents = 20;

    public static Command Make(TimeProvider time)
    {
        var id = new Argument<string>("ID") { Description = "Id of an alert, or an unambiguous beginning of it." };
        var data = new Option<string?>("--data") { Description = "Folder with results. Default: what the configuration says (Elasticsearch, or its data folder), else ./data, else ./out." };
        var rules = new Option<string?>("--rules") { Description = "Folder of Sigma rules. Default: that of the configuration, else the pack that comes with SecStream." };
        var models = new Option<string?>("--models") { Description = "Folder of models, for alerts about anomalies. Default: that of the configuration, and the folder with results." };
        var events = new Option<int>("--events") { Description = "Contributing events to list, at most 100.", DefaultValueFactory = _ => DefaultEvents };
        var json = new Option<bool>("--json") { Description = "Print JSON." };
        var command = new Command(
            "explain", "Show why an alert is one: rule, window, events. Derives it again from the stored events; exits 0 when that agrees, else 1.") { id, data, rules, models, events, json };
        command.SetAction(async (result, cancellation) =>
        {
            using var stores = ResultStores.ForCommand(result.GetValue(data), time);
            var alert = await FindAsync(stores, result.GetValue(id)!, incidents: false, cancellation).ConfigureAwait(false);
            var configured = ServiceOptionsReader.Load(null).Options.Pipeline;
            var options = new PipelineOptions
            {
                RulesDirectory = result.GetValue(rules) ?? configured.RulesDirectory,
                Models = result.GetValue(models) ?? configured.Models,
                GeoIp = [],
            };
            var explanation = await new AlertDerivation(stores, options, time).ExplainAsync(alert, cancellation).ConfigureAwait(false);
            if (result.GetValue(json))
            {
                PrintJson(explanation);
            }
            else
            {
                ExplanationReport.Print(Terminal.Out, explanation, Math.Max(0, result.GetValue(events)));
            }

            return explanation.Agrees ? 0 : 1;
        });
        return command;
    }

    /// <summary>The one alert or incident whose id begins with a text.</summary>
    /// <exception cref="ConfigurationException">There is none, or more than one.</exception>
    internal static async Task<StoredAlert> FindAsync(ResultStores stores, string id, bool incidents, CancellationToken cancellation)
    {
        if (id.Length < ShortestPrefix)
        {
            throw new ConfigurationException($"{id}: name at least {ShortestPrefix} digits of the id");
        }

        using var alerts = stores.Alerts(incidents);
        var found = await alerts.WithPrefixAsync(id, 4, cancellation).ConfigureAwait(false);
        return found switch
        {
            [var one] => one,
            [] => throw new ConfigurationException(
                $"{id}: no {(incidents ? "incident" : "alert")} in {stores.AlertsName} begins with it"
                + (alerts.BadLines.Count > 0 ? $" ({alerts.BadLines[0]})" : "; ./run alerts --status all lists them")),
            _ => throw new ConfigurationException($"{id}: several begin with it ({string.Join(", ", found.Select(a => a.Id))} …); name more digits"),
        };
    }

    private static void PrintJson(Explanation explanation) => JsonOutput.Print(new
    {
        explanation.Agrees,
        explanation.Differences,
        explanation.Notes,
        explanation.EventsRead,
        Rule = explanation.Rule is { } rule
            ? new
            {
                rule.Code,
                rule.Title,
                rule.File,
                rule.Version,
                Condition = RuleText.Condition(rule, explanation.Fields),
                Key = RuleText.Key(rule, explanation.Fields),
                WindowSeconds = rule.Window.TotalSeconds,
                GapSeconds = rule.Gap.TotalSeconds,
            }
            : null,
        Alert = explanation.Document,
        explanation.Incident,
        explanation.Timeline,
    });
}
