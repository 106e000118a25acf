using Confluent.Kafka;
using SecStream.Connectors.Kafka.Output;
using SecStream.Connectors.Kafka.Source;
using SecStream.Core.Checks;

namespace SecStream.Connectors.Kafka.Topics;

/// <summary>
/// Makes the topics that SecStream writes to. Safe to run at any time, and again: a topic that is there is never changed, for somebody may have had reasons;
/// what is amiss with it <see cref="Checks.KafkaChecks"/> tell. Topics that are read belong to who writes them: they are not made.
/// </summary>
public sealed class KafkaBootstrap(IKafkaAdmin admin, KafkaOptions options)
{
    private const string Kind = "topic";

    /// <summary>Connects and goes through the topics; a cluster that can't be reached or asked is a refused step.</summary>
    /// <param name="options">The cluster.</param>
    /// <param name="isDryRun">Only looks, and says what would be done.</param>
    /// <param name="limit">Longest wait for an answer.</param>
    /// <param name="cancellation">Ends it between two topics.</param>
    /// <exception cref="ArgumentException">A setting or secret can't be used.</exception>
    public static async Task<IReadOnlyList<BootstrapStep>> RunAsync(KafkaOptions options, bool isDryRun, TimeSpan limit, CancellationToken cancellation)
    {
        KafkaTopics.Check(options);
        using var admin = new KafkaAdmin(KafkaClientSettings.Of(options), limit);
        try
        {
            return await new KafkaBootstrap(admin, options).RunAsync(isDryRun, cancellation).ConfigureAwait(false);
        }
        catch (KafkaException fault)
        {
            // Told as what it is: one thing that was not done. Other parts go on.
            var said = admin.LastSaid;
            return
            [
                new BootstrapStep(
                    "cluster", string.Join(',', options.Brokers), BootstrapOutcome.Refused,
                    $"{fault.Error.Reason}{(said is null ? "" : $"; the client says: {said}")}",
                    KafkaFault.Mend(said is null ? fault.Error.Code : KafkaFault.Refine(fault.Error.Code, said), said, null, "Describe") ?? "./run check tells more"),
            ];
        }
    }

    /// <summary>Goes through the topics; one that fails does not keep the next from being tried.</summary>
    /// <param name="isDryRun">Only looks, and says what would be done.</param>
    /// <param name="cancellation">Ends it between two topics.</param>
    /// <exception cref="KafkaException">No broker answers.</exception>
    public async Task<IReadOnlyList<BootstrapStep>> RunAsync(bool isDryRun, CancellationToken cancellation)
    {
        var first = KafkaTopicPlans.For(options, [], 0).Select(plan => plan.Topic);
        var view = await admin.LookAsync(first, cancellation).ConfigureAwait(false);
        var plans = KafkaTopicPlans.For(options, Read(view), view.Brokers.Count);
        var unseen = plans.Where(plan => !view.Topics.ContainsKey(plan.Topic)).Select(plan => plan.Topic).ToList();
        view = unseen.Count > 0 ? await admin.LookAsync(unseen, cancellation).ConfigureAwait(false) : view;
        var steps = new List<BootstrapStep>();
        foreach (var plan in plans)
        {
            cancellation.ThrowIfCancellationRequested();
            steps.Add(await MakeAsync(plan, view[plan.Topic], isDryRun, cancellation).ConfigureAwait(false));
        }

        return steps;
    }

    /// <summary>Names of the topics that are read: those named, and those that patterns meet now.</summary>
    internal IEnumerable<string> Read(KafkaClusterView view)
    {
        var counts = view.Topics.Values.Where(topic => topic.IsThere).ToDictionary(topic => topic.Name, topic => topic.Partitions, StringComparer.Ordinal);
        return options.Topics.Where(topic => !topic.Topic.StartsWith('^')).Select(topic => topic.Topic)
            .Concat(KafkaTopics.Select(options, counts).Topics.Select(topic => topic.Name))
            .Distinct(StringComparer.Ordinal)
            .Order(StringComparer.Ordinal);
    }

    private async Task<BootstrapStep> MakeAsync(KafkaTopicPlan plan, KafkaTopicState topic, bool isDryRun, CancellationToken cancellation)
    {
        var about = $"{plan.Partitions} partitions, {(plan.Replication is { } copies ? $"{copies} copies" : "copies as the brokers say")}, {string.Join(", ", plan.Settings.Select(s => $"{s.Key}={s.Value}"))}";
        if (topic.IsThere)
        {
            return new BootstrapStep(Kind, plan.Topic, BootstrapOutcome.Unchanged);
        }

        if (topic.Fault?.Code == ErrorCode.TopicAuthorizationFailed)
        {
            return Refused(plan, "it is not there, or our user may not see it", $"{KafkaCommands.AllowTopic(plan.Topic, "Describe")}; if it is not there: {KafkaCommands.Create(plan.Topic, plan)}");
        }

        if (!options.CreateTopics)
        {
            return Refused(plan, "it is not there, and kafka.create_topics is false", KafkaCommands.Create(plan.Topic, plan));
        }

        return await admin.CreateAsync(plan, isDryRun, cancellation).ConfigureAwait(false) switch
        {
            null => new BootstrapStep(Kind, plan.Topic, BootstrapOutcome.Created, about),
            { Code: ErrorCode.TopicAlreadyExists } => new BootstrapStep(Kind, plan.Topic, BootstrapOutcome.Unchanged),
            { Code: ErrorCode.TopicAuthorizationFailed or ErrorCode.ClusterAuthorizationFailed } =>
                Refused(plan, "our user may not make it", $"{KafkaCommands.AllowTopic(plan.Topic, "Create")}; or make it yourself: {KafkaCommands.Create(plan.Topic, plan)}"),
            var error => Refused(plan, error.Reason, KafkaCommands.Create(plan.Topic, plan)),
        };
    }

    private BootstrapStep Refused(KafkaTopicPlan plan, string detail, string mend) =>
        new(Kind, plan.Topic, BootstrapOutcome.Refused, detail, KafkaCommands.For(options, mend));
}
