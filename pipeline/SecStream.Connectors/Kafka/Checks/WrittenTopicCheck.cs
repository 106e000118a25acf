using System.Globalization;
using Confluent.Kafka;
using SecStream.Connectors.Kafka.Output;
using SecStream.Connectors.Kafka.Topics;
using SecStream.Core.Checks;

namespace SecStream.Connectors.Kafka.Checks;

/// <summary>A topic that we write to: is it there or can it be made, and do its settings keep what is written?</summary>
internal sealed class WrittenTopicCheck(KafkaOptions options, IKafkaAdmin admin, KafkaClusterView view, int maxBytes)
{
    /// <summary>Two days: parts are written anew before they are one day old.</summary>
    private const long LeastStateRetention = 2 * 86_400_000L;

    private const string InSync = "min.insync.replicas";

    public async Task<IReadOnlyList<PartCheck>> RunAsync(KafkaTopicPlan plan, CancellationToken cancellation)
    {
        var topic = view.Topics.GetValueOrDefault(plan.Topic) ?? (await admin.LookAsync([plan.Topic], cancellation).ConfigureAwait(false))[plan.Topic];
        if (!topic.IsThere)
        {
            return [await MissingAsync(plan, topic, cancellation).ConfigureAwait(false)];
        }

        var (settings, fault) = await admin.SettingsAsync(plan.Topic, cancellation).ConfigureAwait(false);
        var name = $"{KafkaChecks.Part}settings of {plan.Topic}";
        var found = fault is null
            ? [.. Amiss(plan, topic, settings)]
            : new List<PartCheck>
            {
                PartCheck.Warning(
                    name,
                    $"can't be told: {fault.Reason}",
                    fault.Code == ErrorCode.TopicAuthorizationFailed ? KafkaCommands.For(options, "Give the right: " + KafkaCommands.AllowTopic(plan.Topic, "DescribeConfigs")) : null),
            };
        if (topic.Copies == 1 && view.Brokers.Count > 1)
        {
            found.Add(PartCheck.Warning(name, $"a single copy, on one of {view.Brokers.Count} brokers: when that one is away nothing is written, and with its disk all is lost", "kafka-reassign-partitions.sh gives it more copies; kafka.replication says how many new topics get"));
        }

        return found.Count > 0 ? found : [PartCheck.Ok(name, $"{topic.Partitions} partitions, {topic.Copies} {(topic.Copies == 1 ? "copy" : "copies")}, {InSync}={settings.GetValueOrDefault(InSync)}")];
    }

    private async Task<PartCheck> MissingAsync(KafkaTopicPlan plan, KafkaTopicState topic, CancellationToken cancellation)
    {
        var name = $"{KafkaChecks.Part}topic {plan.Topic}";
        if (topic.Fault?.Code == ErrorCode.TopicAuthorizationFailed)
        {
            return PartCheck.Failed(
                name, "it is not there, or our user may not see it",
                KafkaCommands.For(options, $"{KafkaCommands.AllowTopic(plan.Topic, "Write")}; if it is not there: {KafkaCommands.Create(plan.Topic, plan)}"));
        }

        if (!options.CreateTopics)
        {
            return PartCheck.Failed(name, "it is not there, and kafka.create_topics is false", KafkaCommands.For(options, KafkaCommands.Create(plan.Topic, plan)));
        }

        return await admin.CreateAsync(plan, isTrial: true, cancellation).ConfigureAwait(false) switch
        {
            null or { Code: ErrorCode.TopicAlreadyExists } => PartCheck.Warning(name, "it is not there yet, and may be made", "./run bootstrap"),
            { Code: ErrorCode.TopicAuthorizationFailed or ErrorCode.ClusterAuthorizationFailed } => PartCheck.Failed(
                name, "it is not there, and our user may not make it",
                KafkaCommands.For(options, $"{KafkaCommands.AllowTopic(plan.Topic, "Create")}, then ./run bootstrap; or make it yourself: {KafkaCommands.Create(plan.Topic, plan)}")),
            var error => PartCheck.Failed(name, $"it is not there and can't be made: {error.Reason}", KafkaCommands.For(options, KafkaCommands.Create(plan.Topic, plan))),
        };
    }

    private IEnumerable<PartCheck> Amiss(KafkaTopicPlan plan, KafkaTopicState topic, IReadOnlyDictionary<string, string> settings)
    {
        var name = $"{KafkaChecks.Part}settings of {plan.Topic}";
        string Set(string setting) => KafkaCommands.For(options, KafkaCommands.Set(plan.Topic, setting));
        if (Number(settings, InSync) is { } least)
        {
            if (topic.InSync < least)
            {
                yield return PartCheck.Failed(
                    name, $"{topic.InSync} of {topic.Copies} copies are in sync, and {InSync} asks for {least}: nothing can be written",
                    topic.Copies < least ? Set($"{InSync}={Math.Max(1, topic.Copies - 1)}") : "start the brokers that are down");
            }
            else if (least == topic.Copies && topic.Copies > 1)
            {
                yield return PartCheck.Warning(name, $"{InSync} is {least} of {topic.Copies} copies: when one broker is away nothing can be written", Set($"{InSync}={least - 1}"));
            }
            else if (least == 1 && topic.Copies >= 3)
            {
                yield return PartCheck.Warning(name, $"{InSync} is 1 of {topic.Copies} copies: what is acknowledged may be on one disk only, and be lost with it", Set($"{InSync}=2"));
            }
        }

        if (Number(settings, "max.message.bytes") is { } largest && largest < maxBytes)
        {
            yield return PartCheck.Warning(name, $"records of {largest} bytes at most: of larger alerts evidence is cut", Set($"max.message.bytes={maxBytes}"));
        }

        if (settings.GetValueOrDefault("cleanup.policy")?.Contains("compact", StringComparison.Ordinal) == true)
        {
            yield return PartCheck.Warning(name, $"cleanup.policy is {settings["cleanup.policy"]}: of each key only the last record is kept, so earlier ones vanish", Set("cleanup.policy=delete"));
        }

        if (plan.Topic == options.StateTopic && Number(settings, "retention.ms") is >= 0 and < LeastStateRetention)
        {
            yield return PartCheck.Failed(name, $"retention.ms is {settings["retention.ms"]}: parts of the group's state would be deleted before they are written anew", Set($"retention.ms={plan.Settings["retention.ms"]}"));
        }
    }

    private static long? Number(IReadOnlyDictionary<string, string> settings, string name) =>
        long.TryParse(settings.GetValueOrDefault(name), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
