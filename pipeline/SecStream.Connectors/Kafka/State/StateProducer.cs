using Confluent.Kafka;

namespace SecStream.Connectors.Kafka.State;

/// <summary>
/// Writes records to partitions of the state topic and tells their offsets. After a failure the producer is given up, so that nothing left over is written
/// behind what comes again. One call at a time.
/// </summary>
internal sealed class StateProducer(KafkaClientSettings client, string topic) : IDisposable
{
    private readonly Output.KafkaClientLog _log = new();
    private IProducer<byte[]?, byte[]>? _producer;

    /// <summary>Completes with the offsets when the brokers have all of them for good.</summary>
    /// <exception cref="Output.KafkaWriteException">Some could not be written; all have to come again.</exception>
    public async Task<long[]> SendAsync(IReadOnlyList<(int Partition, StateRecord Record)> records, CancellationToken cancellation)
    {
        try
        {
            var producer = _producer ??= Connect();
            var reports = new Task<long>[records.Count];
            for (var i = 0; i < records.Count; i++)
            {
                reports[i] = Produce(producer, new TopicPartition(topic, records[i].Partition), records[i].Record.ToMessage());
            }

            var offsets = await Task.WhenAll(reports).WaitAsync(cancellation).ConfigureAwait(false);
            _log.Clear();
            return offsets;
        }
        catch
        {
            // Whatever it is: the caller hears of it, and nothing of these may be written later on.
            Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _producer?.Dispose();
        _producer = null;
    }

    private Task<long> Produce(IProducer<byte[]?, byte[]> producer, TopicPartition place, Message<byte[]?, byte[]> message)
    {
        var done = new TaskCompletionSource<long>(TaskCreationOptions.RunContinuationsAsynchronously);
        try
        {
            producer.Produce(place, message, report =>
            {
                if (report.Error.IsError)
                {
                    done.TrySetException(new Output.KafkaWriteException(topic, report.Error, _log.Last));
                }
                else
                {
                    done.TrySetResult(report.Offset.Value);
                }
            });
        }
        catch (ProduceException<byte[]?, byte[]> fault)
        {
            // The client refuses it by itself (its queue, a fatal state): as if the broker had.
            done.TrySetException(new Output.KafkaWriteException(topic, fault.Error, _log.Last));
        }

        return done.Task;
    }

    private IProducer<byte[]?, byte[]> Connect()
    {
        var settings = client.Producer();
        settings.LingerMs ??= 1;
        settings.CompressionType ??= CompressionType.Lz4;
        settings.MessageTimeoutMs ??= 30_000;
        settings.TopicMetadataPropagationMaxMs ??= settings.MessageTimeoutMs;
        settings.EnableGaplessGuarantee = true;
        return new ProducerBuilder<byte[]?, byte[]>(settings).SetErrorHandler((_, error) => _log.Add(error)).SetLogHandler((_, message) => _log.Add(message)).Build();
    }
}
