using System.Globalization;
using System.Text;
using System.Text.Json;
using SecStream.Core.Alerts;

namespace SecStream.Connectors.Kafka.Output;

/// <summary>
/// Writes the actions that alerts ask for to a topic, keyed by their target: a request when an action is asked for first, an undoing when its alert is
/// withdrawn or a correction takes the target away. A revised alert asks only for what is new. Begins with alerts to come: nobody wants the
/// actions of last year. One call at a time.
/// </summary>
public sealed class KafkaActionSink : IOutboxSink, IDisposable
{
    private const string Schema = "https://secstream.example/schemas/action.schema.json";
    private readonly string _topic;
    private readonly KafkaWriter _writer;
    private readonly ActionMemory _memory;
    private readonly Action<string> _report;

    /// <summary>Makes a sink; it connects with the first action.</summary>
    /// <param name="topic">The topic.</param>
    /// <param name="client">Settings of the cluster.</param>
    /// <param name="state">Folder for what it remembers: <c>data/state/outbox</c>.</param>
    /// <param name="report">Told of documents that can't be read.</param>
    /// <param name="options">Bounds of the writer.</param>
    public KafkaActionSink(string topic, KafkaClientSettings client, string state, Action<string> report, KafkaWriterOptions? options = null)
    {
        (_topic, _report) = (topic, report);
        _writer = new KafkaWriter(client, options ?? new KafkaWriterOptions());
        _memory = new ActionMemory(Path.Combine(state, Name + ".standing"));
    }

    /// <inheritdoc/>
    public string Name => "kafka-actions";

    /// <inheritdoc/>
    public bool StartsAtEnd => true;

    /// <inheritdoc/>
    /// <exception cref="KafkaWriteException">The brokers did not take them.</exception>
    public async Task DeliverAsync(IReadOnlyList<OutboxEntry> entries, CancellationToken cancellation)
    {
        var records = new List<KafkaRecord>();
        var changes = new Dictionary<string, IReadOnlyList<RequestedAction>?>(StringComparer.Ordinal);
        foreach (var entry in entries.Where(entry => !entry.IsIncident))
        {
            Work(entry, records, changes);
        }

        await _writer.SendAsync(records, cancellation).ConfigureAwait(false);
        if (changes.Count > 0)
        {
            _memory.Note([.. changes.Select(change => (change.Key, change.Value))]);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _writer.Dispose();

    private void Work(OutboxEntry entry, List<KafkaRecord> records, Dictionary<string, IReadOnlyList<RequestedAction>?> changes)
    {
        var known = changes.TryGetValue(entry.Id, out var changed) ? changed : _memory.Of(entry.Id);

        // Settled and forgotten, or settled before the sink began: what it asked for was asked for then.
        if (known is null && (entry.Kind is ChangeKind.Settled or ChangeKind.Withdrawn || (entry.Kind == ChangeKind.Revised && entry.IsSettled)))
        {
            return;
        }

        var wanted = entry.Kind == ChangeKind.Withdrawn ? [] : Wanted(entry);
        known ??= [];
        if (wanted.Count + known.Count == 0)
        {
            return;
        }

        foreach (var gone in known.Where(action => !wanted.Exists(other => other.Id == action.Id)))
        {
            records.Add(Record(gone, entry.Revision, entry.Kind == ChangeKind.Withdrawn ? "alert_withdrawn" : "alert_revised"));
        }

        foreach (var asked in wanted.Where(action => !known.Any(other => other.Id == action.Id)))
        {
            records.Add(Record(asked, entry.Revision, undoReason: null));
        }

        // What stands keeps the revision that asked for it. A withdrawn alert may come back, so it is remembered as one of which nothing stands.
        changes[entry.Id] = entry.IsSettled ? null : [.. wanted.Select(action => known.FirstOrDefault(other => other.Id == action.Id) ?? action)];
    }

    private List<RequestedAction> Wanted(OutboxEntry entry)
    {
        try
        {
            return ActionsOfAlert.Read(entry);
        }
        catch (JsonException fault)
        {
            // It will never be readable: said, and the alerts behind it go on.
            _report($"alert {entry.Id}, revision {entry.Revision}: its actions can't be read: {fault.Message}");
            return [];
        }
    }

    private KafkaRecord Record(RequestedAction action, int revision, string? undoReason)
    {
        var operation = undoReason is null ? "requested" : "undone";
        var headers = AlertHeaders.Event(
            $"io.secstream.action.{operation}.v1",
            string.Create(CultureInfo.InvariantCulture, $"{action.Id}.{operation}.{revision}"),
            action.Tenant,
            action.Id,
            action.Opened,
            Schema);
        AlertHeaders.Add(headers, "secstream-action", action.Type);
        AlertHeaders.Add(headers, "secstream-mode", "dry-run");
        AlertHeaders.Add(headers, AlertHeaders.Id, action.AlertId);
        AlertHeaders.Add(headers, AlertHeaders.Severity, action.Severity);
        AlertHeaders.Add(headers, AlertHeaders.Rule, action.RuleCode);
        AlertHeaders.Add(headers, AlertHeaders.Tenant, action.Tenant);
        if (action.IsTest)
        {
            AlertHeaders.Add(headers, AlertHeaders.Test, "true");
        }

        return new KafkaRecord(_topic, Encoding.UTF8.GetBytes($"{action.Tenant}|{action.Target.Value}"), ActionDocument.Write(action, undoReason), headers);
    }
}
