using System.CommandLine;
using SecStream.Host.Alerts;
using SecStream.Host.Stores;
using Spectre.Console;

namespace SecStream.Host.Cli;

/// <summary><c>alerts</c>: lists what serve or replay has found, and takes what analysts say of it.</summary>
internal static class AlertsCommand
{
    private const int DefaultRows = 50;
    private static readonly TimeSpan s_localPoll = TimeSpan.FromMilliseconds(500);

    /// <summary>What the cluster takes is found a second later at most: asking more often tells nothing.</summary>
    private static readonly TimeSpan s_remotePoll = TimeSpan.FromSeconds(2);

    public static Command Make(TimeProvider time)
    {
        var data = new Option<string?>("--data") { Description = "Folder with results. Default: what the configuration says (Elasticsearch, or its data folder), else ./data, else ./out." };
        var severity = new Option<string[]>("--severity") { Description = "Only these severities: critical,high." };
        var rule = new Option<string[]>("--rule") { Description = "Only these rules: C1,X1." };
        var entity = new Option<string?>("--entity") { Description = "Only alerts that involve a user, address or host whose name contains this." };
        var since = new Option<string?>("--since") { Description = "Opened at or after: an instant, a date, or how long ago (90m, 24h, 7d)." };
        var until = new Option<string?>("--until") { Description = "Opened before." };
        var status = new Option<string[]>("--status") { Description = "Only these statuses (open, acknowledged, resolved, false_positive, withdrawn), or all. Default: all but withdrawn." };
        var limit = new Option<int?>("--limit") { Description = $"Show the newest N. Default: {DefaultRows} in a table, all with --json." };
        var incidents = new Option<bool>("--incidents") { Description = "List incidents: alerts of one attack, together." };
        var json = new Option<bool>("--json") { Description = "Print the documents, one a line." };
        var follow = new Option<bool>("--follow") { Description = "Go on with what comes, until Ctrl-C." };
        var command = new Command("alerts", "List alerts that serve or replay has found.")
        {
            data, severity, rule, entity, since, until, status, limit, incidents, json, follow,
        };
        command.SetAction(async (result, cancellation) =>
        {
            var now = time.GetUtcNow();
            var filter = new AlertFilter
            {
                Severities = AlertFilter.ReadSeverities(result.GetValue(severity) ?? []),
                Rules = AlertFilter.ReadNames(result.GetValue(rule) ?? []),
                Entity = result.GetValue(entity),
                Since = AlertFilter.ReadTime("--since", result.GetValue(since), now),
                Until = AlertFilter.ReadTime("--until", result.GetValue(until), now),
                Statuses = AlertFilter.ReadNames(result.GetValue(status) ?? []),
            };
            if (result.GetValue(limit) is <= 0)
            {
                throw new ConfigurationException($"--limit {result.GetValue(limit)}: use a number from 1 on");
            }

            using var stores = ResultStores.ForCommand(result.GetValue(data), time);
            using var alerts = stores.Alerts(result.GetValue(incidents));
            var listing = new AlertListing(alerts, filter, Terminal.Out, Console.Out, Console.Error)
            {
                Json = result.GetValue(json),
                Incidents = result.GetValue(incidents),
                Poll = stores.AlertsAreRemote ? s_remotePoll : s_localPoll,
                Limit = result.GetValue(limit) ?? (result.GetValue(json) ? int.MaxValue : DefaultRows),
            };
            return result.GetValue(follow)
                ? await listing.FollowAsync(time, cancellation).ConfigureAwait(false)
                : await listing.PrintAsync(cancellation).ConfigureAwait(false);
        });
        foreach (var decision in AlertDecisions.Make(time))
        {
            command.Subcommands.Add(decision);
        }

        command.Subcommands.Add(EmitTestCommand.Make(time));

        return command;
    }
}
