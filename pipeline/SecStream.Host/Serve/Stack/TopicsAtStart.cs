using Confluent.Kafka;
using SecStream.Connectors.Kafka;
using SecStream.Connectors.Kafka.Topics;
using SecStream.Core.Checks;
using SecStream.Host.Service;

namespace SecStream.Host.Serve.Stack;

/// <summary>Makes the topics that are written to, where that is asked for and allowed; says once what is missing, with the command that mends it.</summary>
internal static class TopicsAtStart
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(1);

    /// <summary>
    /// Goes through the topics until all are there or somebody else has to make them. Nothing waits for it: what is written to a topic that is missing waits in
    /// the outbox.
    /// </summary>
    public static async Task MakeAsync(KafkaOptions kafka, ServiceLog log, TimeProvider time, CancellationToken cancellation)
    {
        var said = new HashSet<string>(StringComparer.Ordinal);
        while (kafka.CreateTopics)
        {
            var steps = await KafkaBootstrap.RunAsync(kafka, isDryRun: false, s_patience, cancellation).ConfigureAwait(false);
            Say(steps, said, log);
            if (steps.All(step => step.Kind != "cluster"))
            {
                break;
            }

            await Task.Delay(s_pause, time, cancellation).ConfigureAwait(false);
        }

        await Task.Delay(Timeout.InfiniteTimeSpan, time, cancellation).ConfigureAwait(false);
    }

    /// <summary>Waits until the state topic is there, and makes it where that is allowed. Returns how many partitions it has.</summary>
    public static async Task<int> StateAsync(KafkaOptions kafka, KafkaClientSettings client, ServiceLog log, TimeProvider time, CancellationToken cancellation)
    {
        using var admin = new KafkaAdmin(client, s_patience);
        var said = new HashSet<string>(StringComparer.Ordinal);
        for (var mayCreate = kafka.CreateTopics; ;)
        {
            string problem;
            try
            {
                var state = (await admin.LookAsync([kafka.StateTopic!], cancellation).ConfigureAwait(false))[kafka.StateTopic!];
                if (state.IsThere)
                {
                    return state.Partitions;
                }

                problem = $"the topic {kafka.StateTopic}, through which members hand on their state, is not there: run ./run bootstrap, or write 'state: off' and run one member";
                if (mayCreate)
                {
                    mayCreate = false;
                    Say(await new KafkaBootstrap(admin, kafka).RunAsync(isDryRun: false, cancellation).ConfigureAwait(false), said, log);
                    continue;
                }
            }
            catch (KafkaException fault)
            {
                problem = $"kafka {string.Join(',', kafka.Brokers)}: {admin.LastSaid ?? fault.Error.Reason}; it goes on by itself when a broker answers";
            }

            if (said.Add(problem))
            {
                log.Warning(problem);
            }

            await Task.Delay(s_pause, time, cancellation).ConfigureAwait(false);
        }
    }

    private static void Say(IReadOnlyList<BootstrapStep> steps, HashSet<string> said, ServiceLog log)
    {
        foreach (var step in steps)
        {
            if (step.Outcome == BootstrapOutcome.Refused && said.Add(step.Name + step.Detail))
            {
                log.Warning($"{step.Kind} {step.Name}: {step.Detail}{(step.Mend is null ? "" : $": {step.Mend}")}");
            }
            else if (step.Outcome is BootstrapOutcome.Created)
            {
                log.Notice($"{step.Kind} {step.Name} was made");
            }
        }
    }
}
