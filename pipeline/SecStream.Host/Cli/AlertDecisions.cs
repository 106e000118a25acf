using System.CommandLine;
using SecStream.Connectors.Embedded;
using SecStream.Core.Events;
using SecStream.Core.Queries;
using SecStream.Host.Stores;
using Spectre.Console;

namespace SecStream.Host.Cli;

/// <summary><c>alerts ack|resolve|false-positive|reopen|note ID</c>: what an analyst says of an alert or incident. Works while serve runs.</summary>
internal static class AlertDecisions
{
    private static readonly (string Name, string State, string Description)[] s_decisions =
    [
        ("ack", AlertStates.Acknowledged, "Say that somebody works on it."),
        ("resolve", AlertStates.Resolved, "Say that it was true and is dealt with."),
        ("false-positive", AlertStates.FalsePositive, "Say that it was no attack."),
        ("reopen", AlertStates.Open, "Open it again."),
        ("note", "", "Add a note; the state stays."),
    ];

    public static IEnumerable<Command> Make(TimeProvider time) => s_decisions.Select(decision => Make(decision, time));

    private static Command Make((string Name, string State, string Description) decision, TimeProvider time)
    {
        var id = new Argument<string>("ID") { Description = "Id of an alert, or an unambiguous beginning of it." };
        var data = new Option<string?>("--data") { Description = "Folder that serve works in. Default: what the configuration says: Elasticsearch, or its data folder." };
        var note = new Option<string?>("--note") { Description = "What there is to say." };
        var by = new Option<string>("--by") { Description = "Who says so. Default: the user of this machine.", DefaultValueFactory = _ => Environment.UserName };
        var assign = new Option<string?>("--assign") { Description = "Who works on it from now on." };
        var incident = new Option<bool>("--incident") { Description = "ID names an incident." };
        var command = new Command(decision.Name, decision.Description) { id, data, note, by, assign, incident };
        command.SetAction(async (result, cancellation) =>
        {
            using var stores = ResultStores.ForCommand(result.GetValue(data), time);
            var store = stores.Decisions();
            using var owned = store as IDisposable;
            var alert = await ExplainCommand.FindAsync(stores, result.GetValue(id)!, result.GetValue(incident), cancellation).ConfigureAwait(false);
            var verdict = new Verdict(
                alert.Id, EventClock.ToMicroseconds(time.GetUtcNow()), result.GetValue(by)!, decision.State, result.GetValue(note) ?? "", result.GetValue(assign));
            try
            {
                await store.DecideAsync(verdict, cancellation).ConfigureAwait(false);
            }
            catch (ArgumentException fault)
            {
                throw new ConfigurationException(fault.Message, fault);
            }

            var now = await store.GetAsync(alert.Id, cancellation).ConfigureAwait(false);
            Terminal.Out.WriteLine($"{alert.Id}: {now?.State ?? decision.State}");
            return 0;
        });
        return command;
    }
}
