using System.CommandLine;
using System.Text;
using System.Text.Json;
using SecStream.Core.Queries;
using SecStream.Host.Alerts;
using SecStream.Host.Documents;
using SecStream.Host.Stores;
using SecStream.Stages.Alerting;
using Spectre.Console;

namespace SecStream.Host.Cli;

/// <summary><c>events</c>: finds stored events, while a service runs or not.</summary>
internal static class EventsCommand
{
    private const int DefaultRows = 50;
    private const int MaxPage = 1000;
    private const int MessageLength = 200;

    public static Command Make(TimeProvider time)
    {
        var data = new Option<string?>("--data") { Description = "Data folder of serve. Default: what the configuration says: Elasticsearch, or its data folder." };
        var where = new Option<string[]>("--where") { Description = "Only events whose field has this value: source.ip=203.0.113.7. Several: all must hold." };
        var id = new Option<string[]>("--id") { Description = "Only events of this id." };
        var since = new Option<string?>("--since") { Description = "At or after: an instant, a date, or how long ago (90m, 24h, 7d)." };
        var until = new Option<string?>("--until") { Description = "Before." };
        var limit = new Option<long?>("--limit") { Description = $"Show the newest N. Default: {DefaultRows}." };
        var json = new Option<bool>("--json") { Description = "Print the documents, one a line." };
        var command = new Command("events", "Find stored events by time, field and id.") { data, where, id, since, until, limit, json };
        command.SetAction(async (result, cancellation) =>
        {
            var now = time.GetUtcNow();
            var query = new EventQuery
            {
                From = AlertFilter.ReadTime("--since", result.GetValue(since), now),
                Until = AlertFilter.ReadTime("--until", result.GetValue(until), now),
                Where = [.. (result.GetValue(where) ?? []).Select(ReadCondition)],
                Ids = result.GetValue(id) ?? [],
            };
            var most = result.GetValue(limit) ?? DefaultRows;
            if (most < 1)
            {
                throw new ConfigurationException($"--limit {most}: use a number from 1 on");
            }

            var faults = new Reports();
            using var stores = ResultStores.ForCommand(result.GetValue(data), time);
            await PrintAsync(stores.Events(faults.Add), query, most, result.GetValue(json), cancellation).ConfigureAwait(false);
            return faults.Print();
        });
        return command;
    }

    private static (string Field, string Value) ReadCondition(string text)
    {
        var equals = text.IndexOf('=', StringComparison.Ordinal);
        return equals > 0
            ? (text[..equals], text[(equals + 1)..])
            : throw new ConfigurationException($"--where {text}: use field=value, such as source.ip=203.0.113.7");
    }

    private static async Task PrintAsync(IEventStore store, EventQuery query, long most, bool json, CancellationToken cancellation)
    {
        // On a narrow terminal the event's own text needs the room; --json has the rest.
        var narrow = Terminal.IsNarrow(Terminal.Out);
        var table = new Table().Border(TableBorder.Simple);
        table.AddColumn(new TableColumn("time (UTC)").NoWrap());
        table.AddColumns(narrow ? ["action", "source", "event"] : ["action", "user", "source", "host", "event", "id"]);
        var shown = 0L;
        string? after = null;
        do
        {
            var page = await store.FindAsync(query with { After = after, Limit = (int)Math.Min(MaxPage, most - shown) }, cancellation).ConfigureAwait(false);
            foreach (var document in page.Items)
            {
                if (json)
                {
                    Console.Out.WriteLine(Encoding.UTF8.GetString(document.Span));
                }
                else
                {
                    AddRow(table, document, narrow);
                }
            }

            shown += page.Items.Count;
            after = page.Next;
        }
        while (after is not null && shown < most);
        if (json)
        {
            return;
        }

        if (shown == 0)
        {
            Terminal.Out.WriteLine("No event matches.");
            return;
        }

        Terminal.WriteTable(Terminal.Out, table);
        Terminal.Out.WriteLine(after is null ? $"{shown:N0} events." : $"The newest {shown:N0}, there are more; --limit N shows them.");
    }

    private static void AddRow(Table table, ReadOnlyMemory<byte> document, bool narrow)
    {
        using var parsed = JsonDocument.Parse(document, new JsonDocumentOptions { MaxDepth = 1000 });
        var root = parsed.RootElement;
        string Field(string path) => DocumentFields.Text(root, path) is { } value ? Terminal.Safe(value) : "";
        var text = DocumentFields.Text(root, "event.original") ?? DocumentFields.Text(root, "message");
        var time = DocumentFields.Time(root, "@timestamp") is { } at ? AlertTable.Time(at) : "?";
        var source = Field(DocumentFields.Text(root, "source.ip") is null ? "source.address" : "source.ip");
        var shown = text is null ? "" : Markup.Escape(SafeText.Show(text, MessageLength));
        string[] cells = narrow
            ? [time, Field("event.action"), source, shown]
            : [time, Field("event.action"), Field("user.name"), source, Field("host.name"), shown, Field("event.id")];
        table.AddRow(cells);
    }
}

/// <summary>What could not be read while a command ran: told once each, at its end. Thread-safe.</summary>
internal sealed class Reports
{
    private readonly Lock _lock = new();
    private readonly List<string> _messages = [];

    /// <summary>Takes a message.</summary>
    public void Add(string message)
    {
        lock (_lock)
        {
            if (!_messages.Contains(message))
            {
                _messages.Add(message);
            }
        }
    }

    /// <summary>Prints them to standard error; returns the exit code: 1 when there are any.</summary>
    public int Print()
    {
        lock (_lock)
        {
            _messages.ForEach(message => Console.Error.WriteLine($"secstream: {SafeText.Show(message)}"));
            return _messages.Count > 0 ? 1 : 0;
        }
    }
}
