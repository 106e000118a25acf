using Confluent.Kafka;

namespace SecStream.Connectors.Kafka.Output;

/// <summary>
/// Writes records and waits for their acknowledgement: idempotent, by all replicas in sync, in order per key. After any failure the producer is
/// given up, and what it still held with it, so that nothing left over is written behind what comes again. One call at a time.
/// </summary>
public sealed class KafkaWriter : IDisposable
{
    /// <summary>Below this no limit goes.</summary>
    public const int LeastBytes = 16 << 10;

    private readonly KafkaClientSettings _client;
    private readonly KafkaWriterOptions _options;
    private readonly KafkaClientLog _log = new();
    private IProducer<byte[]?, byte[]>? _producer;

    /// <summary>Takes the settings; connects with the first record.</summary>
    /// <param name="client">Settings of the cluster.</param>
    /// <param name="options">Bounds; <c>message.max.bytes</c> of the settings goes before theirs.</param>
    public KafkaWriter(KafkaClientSettings client, KafkaWriterOptions options)
    {
        (_client, _options) = (client, options);
        MaxBytes = client.Producer().MessageMaxBytes ?? options.MaxBytes;
    }

    /// <summary>Bytes of a record and of a batch, at most.</summary>
    public int MaxBytes { get; private set; }

    /// <summary>What the client said last of its connections; null: nothing since all was well.</summary>
    public string? LastSaid => _log.Last;

    /// <summary>Halves the size of records and batches: the broker takes none of those.</summary>
    /// <returns>False: it was the least already.</returns>
    public bool TryShrink()
    {
        if (MaxBytes <= LeastBytes)
        {
            return false;
        }

        MaxBytes = Math.Max(LeastBytes, MaxBytes / 2);
        Drop();
        return true;
    }

    /// <summary>Completes when the broker has all of them for good.</summary>
    /// <exception cref="KafkaWriteException">Some could not be written; all have to come again.</exception>
    public async Task SendAsync(IReadOnlyList<KafkaRecord> records, CancellationToken cancellation)
    {
        if (records.Count == 0)
        {
            return;
        }

        var batch = new PendingBatch(records.Count);
        try
        {
            var producer = _producer ??= Connect();
            foreach (var record in records)
            {
                Produce(producer, record, batch);
            }

            await batch.WhenDone.WaitAsync(cancellation).ConfigureAwait(false);
        }
        catch (Exception)
        {
            // Whatever it is: the caller hears of it, and nothing of this batch may be written later on.
            Drop();
            throw;
        }

        if (batch.Fault is { } fault)
        {
            Drop();
            throw new KafkaWriteException(fault.Topic, fault.Error, _log.Last);
        }

        _log.Clear();
    }

    /// <inheritdoc/>
    public void Dispose() => Drop();

    private static void Produce(IProducer<byte[]?, byte[]> producer, KafkaRecord record, PendingBatch batch)
    {
        var headers = new Headers();
        foreach (var header in record.Headers)
        {
            headers.Add(header.Name, header.Value);
        }

        try
        {
            producer.Produce(
                record.Topic, new Message<byte[]?, byte[]> { Key = record.Key, Value = record.Value, Headers = headers }, report => batch.Done(record.Topic, report.Error));
        }
        catch (ProduceException<byte[]?, byte[]> fault)
        {
            // The client refuses it by itself (too large, a fatal state): as if the broker had.
            batch.Done(record.Topic, fault.Error);
        }
    }

    private IProducer<byte[]?, byte[]> Connect()
    {
        _log.Clear();
        return new ProducerBuilder<byte[]?, byte[]>(Settings()).SetErrorHandler((_, error) => _log.Add(error)).SetLogHandler((_, message) => _log.Add(message)).Build();
    }

    private ProducerConfig Settings()
    {
        var settings = _client.Producer();
        settings.LingerMs ??= _options.Linger.TotalMilliseconds;
        settings.CompressionType ??= CompressionType.Lz4;
        settings.MessageTimeoutMs ??= (int)_options.DeliveryTimeout.TotalMilliseconds;

        // A cluster that does not name a topic for a moment, while its leader changes, must not cost a batch.
        settings.TopicMetadataPropagationMaxMs ??= settings.MessageTimeoutMs;
        settings.EnableGaplessGuarantee = true;
        settings.MessageMaxBytes = MaxBytes;
        settings.BatchSize = MaxBytes;
        return settings;
    }

    private void Drop()
    {
        _producer?.Dispose();
        _producer = null;
    }

    /// <summary>Waits for the reports of a batch; keeps the first failure.</summary>
    private sealed class PendingBatch(int count)
    {
        private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly Lock _lock = new();
        private int _left = count;

        public Task WhenDone => _done.Task;

        public (string Topic, Error Error)? Fault { get; private set; }

        public void Done(string topic, Error error)
        {
            lock (_lock)
            {
                // The fatal state that follows the first failure says less than it.
                if (error.IsError && (Fault is null || Fault.Value.Error.Code == ErrorCode.Local_Fatal))
                {
                    Fault = (topic, error);
                }

                if (--_left == 0)
                {
                    _done.SetResult();
                }
            }
        }
    }
}
