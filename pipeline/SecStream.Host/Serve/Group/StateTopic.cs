using Confluent.Kafka;
using Confluent.Kafka.Admin;
using SecStream.Connectors.Kafka;
using SecStream.Host.Service;

namespace SecStream.Host.Serve.Group;

/// <summary>Finds the state topic, and makes it where that is allowed.</summary>
internal static class StateTopic
{
    /// <summary>Partitions it is made with: one for the log, the others for parts of files.</summary>
    public const int Partitions = 8;

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(1);

    /// <summary>Settings it is made with: parts are written anew before they are a day old, so a week is plenty.</summary>
    public static IReadOnlyDictionary<string, string> Settings { get; } = new Dictionary<string, string>
    {
        ["cleanup.policy"] = "delete",
        ["max.message.bytes"] = "1048588",
        ["retention.bytes"] = "-1",
        ["retention.ms"] = "604800000",
    };

    /// <summary>Waits until it is there. Returns how many partitions it has.</summary>
    public static async Task<int> FindAsync(KafkaOptions kafka, KafkaClientSettings client, ServiceLog log, TimeProvider time, CancellationToken cancellation)
    {
        using var admin = new AdminClientBuilder(client.Admin()).SetLogHandler((_, _) => { }).SetErrorHandler((_, _) => { }).Build();
        string? said = null;
        var mayCreate = kafka.CreateTopics;
        while (true)
        {
            string problem;
            try
            {
                var topic = await Task.Run(() => admin.GetMetadata(kafka.StateTopic, s_patience).Topics.FirstOrDefault(), cancellation).ConfigureAwait(false);
                if (topic is { Partitions.Count: > 0 and var count } && !topic.Error.IsError)
                {
                    return count;
                }

                problem = $"the topic {kafka.StateTopic}, through which members hand on their state, is not there: run ./run bootstrap, or write 'state: off' and run one member";
                if (mayCreate)
                {
                    mayCreate = false;
                    await admin.CreateTopicsAsync(
                        [new TopicSpecification { Name = kafka.StateTopic, NumPartitions = Partitions, ReplicationFactor = kafka.Replication ?? -1, Configs = new(Settings) }]).ConfigureAwait(false);
                    continue;
                }
            }
            catch (CreateTopicsException fault)
            {
                problem = $"the topic {kafka.StateTopic} could not be made ({fault.Results[0].Error.Reason}): run ./run bootstrap as somebody who may, or write 'state: off' and run one member";
            }
            catch (KafkaException fault)
            {
                problem = $"kafka {string.Join(',', kafka.Brokers)}: {fault.Error.Reason}; it goes on by itself when a broker answers";
            }

            if (problem != said)
            {
                log.Warning(problem);
                said = problem;
            }

            await Task.Delay(s_pause, time, cancellation).ConfigureAwait(false);
        }
    }
}
