using System.Diagnostics;
using Confluent.Kafka;
using SecStream.Connectors.Kafka.Output;
using SecStream.Core.Checks;

namespace SecStream.Connectors.Kafka.Checks;

/// <summary>
/// Reads the end of one partition of each topic (rights are given by topic), and the offsets of our group. Takes no part in the group and commits nothing.
/// </summary>
internal sealed class ReadCheck(KafkaOptions options, KafkaClientSettings client, TimeSpan limit)
{
    private const int QuietSlices = 5;
    private const int FetchWaitMs = 100;
    private static readonly TimeSpan s_slice = TimeSpan.FromMilliseconds(100);

    public Task<IReadOnlyList<PartCheck>> RunAsync(IReadOnlyList<string> topics, CancellationToken cancellation) =>
        topics.Count == 0 ? Task.FromResult<IReadOnlyList<PartCheck>>([]) : Task.Run<IReadOnlyList<PartCheck>>(() => Run(topics, cancellation), cancellation);

    private List<PartCheck> Run(IReadOnlyList<string> topics, CancellationToken cancellation)
    {
        var log = new KafkaClientLog();
        var settings = client.Consumer();
        settings.FetchWaitMaxMs = FetchWaitMs;
        using var consumer = new ConsumerBuilder<byte[], byte[]>(settings)
            .SetErrorHandler((_, error) => log.Add(error))
            .SetLogHandler((_, message) => log.Add(message))
            .Build();
        consumer.Assign(topics.Select(topic => new TopicPartitionOffset(topic, 0, Offset.End)));
        var found = new Dictionary<string, Error?>(StringComparer.Ordinal);
        var began = Stopwatch.GetTimestamp();
        for (var quiet = 0; quiet < QuietSlices && Stopwatch.GetElapsedTime(began) < limit;)
        {
            cancellation.ThrowIfCancellationRequested();
            try
            {
                // A record or the end of the partition: either way it was read, unless a refusal stands right behind that end.
                var read = consumer.Consume(s_slice);
                if (read is not null)
                {
                    found.TryAdd(read.Topic, null);
                }

                quiet = found.Count < topics.Count ? 0 : read is { IsPartitionEOF: false } ? QuietSlices : quiet + 1;
            }
            catch (ConsumeException fault) when (fault.ConsumerRecord is { Topic: { } topic })
            {
                // What this check is for.
                found[topic] = fault.Error;
            }
            catch (ConsumeException)
            {
                // Of no topic: a connection that broke. It is tried again until the time is up.
            }
        }

        consumer.Unassign();
        return [.. topics.Select(topic => Of(topic, found, log.Last)), Offsets(consumer, topics)];
    }

    private PartCheck Of(string topic, Dictionary<string, Error?> found, string? said)
    {
        var name = $"{KafkaChecks.Part}read {topic}";
        return !found.TryGetValue(topic, out var error)
            ? PartCheck.Warning(name, $"can't be told: nothing was read within {limit.TotalSeconds:0} s{(said is null ? "" : $"; the client says: {said}")}", "run it again when the brokers are not so busy")
            : error is null
                ? PartCheck.Ok(name, "may be read")
                : KafkaChecks.Refused(options, name, error, said, topic, "Read");
    }

    private PartCheck Offsets(IConsumer<byte[], byte[]> consumer, IReadOnlyList<string> topics)
    {
        var name = $"{KafkaChecks.Part}offsets of group {options.Group}";
        try
        {
            var committed = consumer.Committed(topics.Select(topic => new TopicPartition(topic, 0)), limit);
            return PartCheck.Ok(name, committed.Exists(at => at.Offset >= 0) ? "may be read; there are some" : "may be read; there are none yet");
        }
        catch (KafkaException fault) when (fault.Error.Code == ErrorCode.GroupAuthorizationFailed)
        {
            return PartCheck.Failed(name, fault.Error.Reason, KafkaCommands.For(options, "Give the right: " + KafkaCommands.AllowGroup(options.Group)));
        }
        catch (KafkaException fault)
        {
            // Not a matter of rights; the service waits for a coordinator, too.
            return PartCheck.Warning(name, $"can't be told: {fault.Error.Reason}", "run it again in a minute; if it stays, look at the topic __consumer_offsets");
        }
    }
}
