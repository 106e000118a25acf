using System.Text;
using SecStream.Core.Alerts;

namespace SecStream.Connectors.Kafka.Output;

/// <summary>
/// Writes alerts and incidents to a topic: key <c>tenant|entity</c>, so that all revisions of one come in order; value the document; headers a
/// CloudEvent (<see cref="AlertHeaders"/>). A batch counts as done when the brokers have acknowledged all of it; if not, all of it comes again, and consumers know it by
/// <c>ce_id</c>. One call at a time.
/// </summary>
public sealed class KafkaAlertSink : IOutboxSink, IDisposable
{
    private readonly string _topic;
    private readonly KafkaWriter _writer;
    private readonly OversizeFolder _oversize;
    private readonly Action<string> _report;

    /// <summary>Makes a sink; it connects with the first alert.</summary>
    /// <param name="topic">The topic.</param>
    /// <param name="client">Settings of the cluster.</param>
    /// <param name="oversize">Folder for documents that no broker takes: <c>data/alerts/oversize</c>.</param>
    /// <param name="report">Told what had to be cut or put aside.</param>
    /// <param name="options">Bounds of the writer.</param>
    public KafkaAlertSink(string topic, KafkaClientSettings client, string oversize, Action<string> report, KafkaWriterOptions? options = null)
    {
        (_topic, _report) = (topic, report);
        _writer = new KafkaWriter(client, options ?? new KafkaWriterOptions());
        _oversize = new OversizeFolder(oversize);
    }

    /// <inheritdoc/>
    public string Name => "kafka-alerts";

    /// <summary>Documents that were cut, since the start.</summary>
    public long Cut { get; private set; }

    /// <summary>Documents that no cut made small enough, and that lie in the folder instead, since the start.</summary>
    public long PutAside { get; private set; }

    /// <summary>Bytes a record may have at present.</summary>
    public int MaxBytes => _writer.MaxBytes;

    /// <inheritdoc/>
    /// <exception cref="KafkaWriteException">The brokers did not take them.</exception>
    public async Task DeliverAsync(IReadOnlyList<OutboxEntry> entries, CancellationToken cancellation)
    {
        while (true)
        {
            try
            {
                await _writer.SendAsync([.. entries.Select(Make).OfType<KafkaRecord>()], cancellation).ConfigureAwait(false);
                return;
            }
            catch (KafkaWriteException fault) when (fault.IsTooLarge && _writer.TryShrink())
            {
                // The topic's own limit is lower than ours; with smaller records all of them are written.
                _report($"{fault.Message}: records of {_topic} are at most {_writer.MaxBytes} bytes from now on; raise max.message.bytes of the topic, and restart");
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _writer.Dispose();

    /// <summary>The key of an entry: tenant and entity.</summary>
    internal static byte[] KeyOf(OutboxEntry entry) => Encoding.UTF8.GetBytes($"{entry.Tenant}|{entry.EntityValue}");

    private KafkaRecord? Make(OutboxEntry entry)
    {
        var record = new KafkaRecord(_topic, KeyOf(entry), entry.Document.ToArray(), AlertHeaders.Of(entry, isCut: false));
        if (record.Bytes <= _writer.MaxBytes)
        {
            return record;
        }

        var headers = AlertHeaders.Of(entry, isCut: true);
        var rest = new KafkaRecord(_topic, record.Key, [], headers).Bytes;
        if (AlertCut.ToFit(entry.Document, _writer.MaxBytes - rest) is { } cut)
        {
            Cut++;
            _report($"{(entry.IsIncident ? "incident" : "alert")} {entry.Id}, revision {entry.Revision}: {entry.Document.Length} bytes are more than {_topic} takes ({_writer.MaxBytes}); evidence is cut there, the store has all of it");
            return record with { Value = cut, Headers = headers };
        }

        PutAside++;
        var path = _oversize.Keep($"{entry.Id}.{entry.Revision}.json", entry.Document.Span);
        _report($"{(entry.IsIncident ? "incident" : "alert")} {entry.Id}, revision {entry.Revision}: {entry.Document.Length} bytes are more than {_topic} takes ({_writer.MaxBytes}) even when cut; it lies in {path}");
        return null;
    }
}
