using System.Text.RegularExpressions;
using Confluent.Kafka;

namespace SecStream.Connectors.Kafka.Source;

/// <summary>Finds the topics that a configuration means: names, and expressions from <c>^</c> on.</summary>
public static class KafkaTopics
{
    private const string TopicPlace = "{topic}";

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(1);

    /// <summary>Asks the cluster which topics there are. While no broker answers it goes on asking, for ever.</summary>
    /// <param name="options">The cluster and its topics.</param>
    /// <param name="waiting">Told why, each time no broker has answered for 10 s; null: nobody wants to know.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancellation">Ends the asking.</param>
    /// <exception cref="ArgumentException">The configuration can't be used: a setting is refused, an expression is none, a topic is one that is written to.</exception>
    public static async Task<KafkaTopicSet> ResolveAsync(KafkaOptions options, Action<string>? waiting, TimeProvider time, CancellationToken cancellation)
    {
        Check(options);
        string? last = null;
        using var admin = new AdminClientBuilder(KafkaClientSettings.Of(options).Admin())
            .SetLogHandler((_, _) => { })
            .SetErrorHandler((_, error) => last = KafkaFaultText.Of(error, options))
            .Build();
        while (true)
        {
            try
            {
                return Select(options, await Task.Run(() => PartitionCounts(admin), cancellation).ConfigureAwait(false));
            }
            catch (KafkaException fault)
            {
                // Nothing is lost by waiting: no position has been taken yet.
                waiting?.Invoke(last ?? KafkaFaultText.Of(fault.Error, options));
                await Task.Delay(s_pause, time, cancellation).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Which of a cluster's topics are meant. An entry that comes first wins. Expressions meet neither Kafka's own topics nor those that are written to.</summary>
    public static KafkaTopicSet Select(KafkaOptions options, IReadOnlyDictionary<string, int> partitionCounts)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(partitionCounts);
        var found = new SortedDictionary<string, KafkaTopic>(StringComparer.Ordinal);
        var missing = new List<string>();
        foreach (var entry in options.Topics)
        {
            var isMet = false;
            foreach (var name in Matching(entry.Topic, options, partitionCounts))
            {
                isMet = true;
                found.TryAdd(name, new KafkaTopic(name, partitionCounts[name], entry));
            }

            if (!isMet)
            {
                missing.Add(entry.Topic);
            }
        }

        return new KafkaTopicSet([.. found.Values], missing);
    }

    /// <summary>Checks the topics of a configuration without asking a broker.</summary>
    /// <exception cref="ArgumentException">See <see cref="ResolveAsync"/>.</exception>
    public static void Check(KafkaOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        foreach (var entry in options.Topics)
        {
            if (entry.Topic.StartsWith('^'))
            {
                _ = Expression(entry.Topic);
            }
            else if (IsWritten(entry.Topic, options))
            {
                throw new ArgumentException($"kafka.topics: {entry.Topic}: it is written to by this service, which would read what it writes; take it out", nameof(options));
            }
        }
    }

    /// <summary>The topics of a cluster by name, with the number of their partitions.</summary>
    /// <exception cref="KafkaException">No broker answered.</exception>
    internal static IReadOnlyDictionary<string, int> PartitionCounts(IAdminClient admin) =>
        admin.GetMetadata(s_patience).Topics.Where(t => t.Partitions.Count > 0).ToDictionary(t => t.Topic, t => t.Partitions.Count, StringComparer.Ordinal);

    private static IEnumerable<string> Matching(string topic, KafkaOptions options, IReadOnlyDictionary<string, int> all)
    {
        if (!topic.StartsWith('^'))
        {
            return all.ContainsKey(topic) ? [topic] : [];
        }

        var expression = Expression(topic);
        return all.Keys.Where(name =>
            expression.IsMatch(name) && !name.StartsWith("__", StringComparison.Ordinal) && !IsWritten(name, options) && !IsDeadLetters(name, options, all));
    }

    /// <summary>As with librdkafka, an expression need not meet the end of a name. Without backtracking none can take long.</summary>
    private static Regex Expression(string topic)
    {
        try
        {
            return new Regex(topic, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);
        }
        catch (Exception fault) when (fault is ArgumentException or NotSupportedException)
        {
            throw new ArgumentException($"kafka.topics: {topic}: not an expression that can be used: {fault.Message}; groups, classes and repetition are, references and look-around are not", fault);
        }
    }

    private static bool IsWritten(string name, KafkaOptions options) => name == options.AlertTopic || name == options.ActionTopic || name == options.StateTopic;

    private static bool IsDeadLetters(string name, KafkaOptions options, IReadOnlyDictionary<string, int> all)
    {
        if (options.DeadLetterTopic?.Split(TopicPlace, 2) is not [var before, var after])
        {
            return name == options.DeadLetterTopic;
        }

        return name.Length > before.Length + after.Length
            && name.StartsWith(before, StringComparison.Ordinal)
            && name.EndsWith(after, StringComparison.Ordinal)
            && all.ContainsKey(name[before.Length..^after.Length]);
    }
}
