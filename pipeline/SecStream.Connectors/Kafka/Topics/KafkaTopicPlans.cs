using SecStream.Connectors.Kafka.Output;

namespace SecStream.Connectors.Kafka.Topics;

/// <summary>The topics that SecStream writes to, as it would make them. Pure.</summary>
public static class KafkaTopicPlans
{
    private const string TopicPlace = "{topic}";
    private const int Partitions = 6;
    private const short Copies = 3;

    /// <summary>One for the log of the state, the others for parts of its files.</summary>
    private const int StatePartitions = 8;

    /// <summary>Parts of the state are written anew before they are a day old, so a week is plenty.</summary>
    private static readonly TimeSpan s_state = TimeSpan.FromDays(7);
    private static readonly TimeSpan s_alerts = TimeSpan.FromDays(30);
    private static readonly TimeSpan s_actions = TimeSpan.FromDays(7);
    private static readonly TimeSpan s_deadLetters = TimeSpan.FromDays(14);

    /// <summary>The topics of a configuration.</summary>
    /// <param name="options">The cluster.</param>
    /// <param name="read">Names of the topics that are read: each has dead letters.</param>
    /// <param name="brokers">Brokers of the cluster: there can't be more copies.</param>
    public static IReadOnlyList<KafkaTopicPlan> For(KafkaOptions options, IEnumerable<string> read, int brokers)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(read);
        var copies = options.Replication ?? (brokers > 0 ? (short)Math.Min(Copies, brokers) : null);
        var plans = new List<KafkaTopicPlan>();
        if (options.AlertTopic is { } alerts)
        {
            plans.Add(new KafkaTopicPlan(alerts, Partitions, copies, Settings(copies, s_alerts)));
        }

        if (options.ActionTopic is { } actions)
        {
            plans.Add(new KafkaTopicPlan(actions, Partitions, copies, Settings(copies, s_actions)));
        }

        if (IsGroup(options))
        {
            plans.Add(new KafkaTopicPlan(options.StateTopic!, StatePartitions, copies, OfState(copies)));
        }

        foreach (var topic in options.DeadLetterTopic is { } dead ? read.Select(topic => DeadLettersOf(dead, topic)).Distinct(StringComparer.Ordinal) : [])
        {
            plans.Add(new KafkaTopicPlan(topic, Partitions, copies, Settings(copies, s_deadLetters)));
        }

        return plans;
    }

    /// <summary>The dead letters of a topic.</summary>
    public static string DeadLettersOf(string template, string topic)
    {
        ArgumentNullException.ThrowIfNull(template);
        return template.Replace(TopicPlace, topic, StringComparison.Ordinal);
    }

    /// <summary>Members of a group hand on their state through a topic.</summary>
    internal static bool IsGroup(KafkaOptions options) => options is { Topics.Count: > 0, StateTopic: not null };

    private static SortedDictionary<string, string> Settings(short? copies, TimeSpan retention) => new(StringComparer.Ordinal)
    {
        ["cleanup.policy"] = "delete",
        ["min.insync.replicas"] = InSync(copies),
        ["retention.ms"] = $"{(long)retention.TotalMilliseconds}",
    };

    private static SortedDictionary<string, string> OfState(short? copies)
    {
        var settings = Settings(copies, s_state);
        settings["max.message.bytes"] = "1048588";
        settings["retention.bytes"] = "-1";
        return settings;
    }

    /// <summary>With three copies one broker may be away and nothing stops; what is acknowledged is still in two places.</summary>
    private static string InSync(short? copies) => copies >= 3 ? "2" : "1";
}
