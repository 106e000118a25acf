using Confluent.Kafka;
using SecStream.Core.Alerts;

namespace SecStream.Connectors.Kafka.Output;

/// <summary>Writes one alert as <see cref="KafkaAlertSink"/> does, and tells where it is.</summary>
public static class KafkaAlertPost
{
    /// <summary>Completes when the brokers have it for good.</summary>
    /// <param name="topic">The topic.</param>
    /// <param name="client">Settings of the cluster.</param>
    /// <param name="entry">The alert.</param>
    /// <param name="limit">Longest wait.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <returns>Topic, partition and offset.</returns>
    /// <exception cref="KafkaWriteException">The brokers did not take it; the message has the mend.</exception>
    public static async Task<(string Topic, int Partition, long Offset)> SendAsync(
        string topic, KafkaClientSettings client, OutboxEntry entry, TimeSpan limit, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(client);
        ArgumentNullException.ThrowIfNull(entry);
        var settings = client.Producer();
        settings.MessageTimeoutMs = (int)limit.TotalMilliseconds;
        var log = new KafkaClientLog();
        using var producer = new ProducerBuilder<byte[], byte[]>(settings)
            .SetErrorHandler((_, error) => log.Add(error))
            .SetLogHandler((_, message) => log.Add(message))
            .Build();
        var headers = new Headers();
        AlertHeaders.Of(entry, isCut: false).ForEach(header => headers.Add(header.Name, header.Value));
        try
        {
            var record = new Message<byte[], byte[]> { Key = KafkaAlertSink.KeyOf(entry), Value = entry.Document.ToArray(), Headers = headers };
            var done = await producer.ProduceAsync(topic, record, cancellation).ConfigureAwait(false);
            return (done.Topic, done.Partition.Value, done.Offset.Value);
        }
        catch (ProduceException<byte[], byte[]> fault)
        {
            throw new KafkaWriteException(topic, fault.Error, log.Last);
        }
    }
}
