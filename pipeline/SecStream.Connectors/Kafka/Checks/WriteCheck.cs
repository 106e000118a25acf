using Confluent.Kafka;
using SecStream.Connectors.Kafka.Output;
using SecStream.Core.Checks;

namespace SecStream.Connectors.Kafka.Checks;

/// <summary>
/// Tries the right to write without writing. Brokers look at the right first and at the number of acknowledgements asked for then, and no broker can give two:
/// who may write is told that number is wrong, and nothing was written.
/// </summary>
internal sealed class WriteCheck(KafkaOptions options, KafkaClientSettings client, TimeSpan limit)
{
    private const string ImpossibleAcks = "2";

    public async Task<IReadOnlyList<PartCheck>> RunAsync(IReadOnlyList<string> topics, CancellationToken cancellation)
    {
        if (topics.Count == 0)
        {
            return [];
        }

        var log = new KafkaClientLog();
        using var producer = new ProducerBuilder<byte[], byte[]>(Settings())
            .SetErrorHandler((_, error) => log.Add(error))
            .SetLogHandler((_, message) => log.Add(message))
            .Build();
        var pending = topics.Select(topic => TryAsync(producer, topic)).ToList();
        var errors = await Task.WhenAll(pending).WaitAsync(cancellation).ConfigureAwait(false);
        return [.. topics.Select((topic, i) => Of(topic, errors[i], log.Last))];
    }

    private static async Task<Error> TryAsync(IProducer<byte[], byte[]> producer, string topic)
    {
        try
        {
            // Should a broker take it all the same: a record that any consumer of ours passes over.
            var record = new Message<byte[], byte[]> { Key = "secstream-check"u8.ToArray(), Value = [], Headers = new Headers { { AlertHeaders.Test, "true"u8.ToArray() } } };
            await producer.ProduceAsync(topic, record).ConfigureAwait(false);
            return new Error(ErrorCode.NoError);
        }
        catch (ProduceException<byte[], byte[]> fault)
        {
            // What this check is for.
            return fault.Error;
        }
    }

    private ProducerConfig Settings()
    {
        var settings = client.Producer();
        settings.EnableIdempotence = false;
        settings.Set("acks", ImpossibleAcks);
        settings.MessageTimeoutMs = (int)limit.TotalMilliseconds;
        settings.RequestTimeoutMs = (int)limit.TotalMilliseconds;
        settings.MessageSendMaxRetries = 3;
        settings.LingerMs = 0;
        return settings;
    }

    private PartCheck Of(string topic, Error error, string? said)
    {
        var name = $"{KafkaChecks.Part}write {topic}";
        return error.Code switch
        {
            ErrorCode.InvalidRequiredAcks => PartCheck.Ok(name, "may be written"),
            ErrorCode.NoError => PartCheck.Ok(name, "may be written; the broker took the empty test record, which it should have refused: it is passed over"),
            ErrorCode.Local_MsgTimedOut or ErrorCode.Local_TimedOut or ErrorCode.RequestTimedOut => PartCheck.Warning(
                name,
                $"can't be told: no answer within {limit.TotalSeconds:0} s{(said is null ? "" : $"; the client says: {said}")}",
                KafkaFault.Mend(error.Code, said, topic, "Write") ?? "has every partition a leader? kafka-topics.sh --describe --unavailable-partitions tells"),
            _ => KafkaChecks.Refused(options, name, error, said, topic, "Write"),
        };
    }
}
