using Confluent.Kafka;
using SecStream.Connectors.Kafka.Output;
using SecStream.Connectors.Kafka.Source;
using SecStream.Connectors.Kafka.Topics;
using SecStream.Core.Checks;

namespace SecStream.Connectors.Kafka.Checks;

/// <summary>
/// Tries everything that the service needs of a cluster, and names the mend of what is missing. Leaves nothing behind: the right to write is tried with a record
/// that brokers refuse after they have looked at the right; the group is joined only when nobody is in it, and left again.
/// </summary>
public sealed class KafkaChecks
{
    internal const string Part = "kafka: ";

    private readonly KafkaOptions _options;
    private readonly KafkaClientSettings _client;
    private readonly IKafkaAdmin _admin;
    private readonly TimeSpan _limit;

    private KafkaChecks(KafkaOptions options, KafkaClientSettings client, IKafkaAdmin admin, TimeSpan limit) =>
        (_options, _client, _admin, _limit) = (options, client, admin, limit);

    /// <summary>Tries everything; the connection first, for without it nothing else can be told.</summary>
    /// <param name="options">The cluster.</param>
    /// <param name="limit">Longest wait for each thing.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <param name="admin">Administration of the cluster; null: its own.</param>
    public static async Task<IReadOnlyList<PartCheck>> RunAsync(KafkaOptions options, TimeSpan limit, CancellationToken cancellation, IKafkaAdmin? admin = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        KafkaAdmin? own = null;
        try
        {
            KafkaTopics.Check(options);
            var client = KafkaClientSettings.Of(options);
            admin ??= own = new KafkaAdmin(client, limit);
            return await new KafkaChecks(options, client, admin, limit).RunAsync(cancellation).ConfigureAwait(false);
        }
        catch (Exception fault) when (fault is ArgumentException or InvalidOperationException)
        {
            // Settings that the client refuses: what this check is for.
            return [PartCheck.Failed(Part + "settings", fault.Message, "correct kafka in the configuration; ./run config check names the line")];
        }
        finally
        {
            own?.Dispose();
        }
    }

    /// <summary>What a refusal means for a right that was used on a topic.</summary>
    internal static PartCheck Refused(KafkaOptions options, string name, Error error, string? said, string topic, string right) => PartCheck.Failed(
        name,
        error.Reason + (said is null || IsOfRights(error.Code) ? "" : $"; the client says: {said}"),
        KafkaCommands.For(options, KafkaFault.Mend(error.Code, said, topic, right) ?? "look into the brokers' logs"));

    private async Task<IReadOnlyList<PartCheck>> RunAsync(CancellationToken cancellation)
    {
        KafkaClusterView view;
        try
        {
            var written = KafkaTopicPlans.For(_options, [], 0).Select(plan => plan.Topic);
            view = await _admin.LookAsync(_options.Topics.Select(topic => topic.Topic).Where(topic => !topic.StartsWith('^')).Concat(written), cancellation).ConfigureAwait(false);
        }
        catch (KafkaException fault)
        {
            // What this check is for.
            return [Unreachable(fault.Error)];
        }

        var bootstrap = new KafkaBootstrap(_admin, _options);
        var plans = KafkaTopicPlans.For(_options, bootstrap.Read(view), view.Brokers.Count);
        var readable = Readable(view);
        var reading = new ReadCheck(_options, _client, _limit).RunAsync([.. readable, .. StateTopic(view)], cancellation);
        var writing = new WriteCheck(_options, _client, _limit).RunAsync([.. plans.Select(plan => plan.Topic).Where(topic => view[topic].IsThere)], cancellation);
        var producer = new ProducerCheck(_options, _client, _limit).RunAsync(cancellation);
        List<PartCheck> checks = [Connection(view), .. Missing(view)];
        var topics = new WrittenTopicCheck(_options, _admin, view, _client.Producer().MessageMaxBytes ?? new KafkaWriterOptions().MaxBytes);
        var settings = Task.WhenAll(plans.Select(plan => topics.RunAsync(plan, cancellation)));
        checks.AddRange(await reading.ConfigureAwait(false));
        if (_options.Topics.Count > 0)
        {
            checks.Add(await new GroupCheck(_options, _client, _admin, _limit).RunAsync(readable, cancellation).ConfigureAwait(false));
        }

        if (plans.Count > 0)
        {
            checks.Add(await producer.ConfigureAwait(false));
        }

        checks.AddRange(await writing.ConfigureAwait(false));
        checks.AddRange((await settings.ConfigureAwait(false)).SelectMany(found => found));
        return checks;
    }

    /// <summary>Members of a group read what they hand on, too.</summary>
    private IEnumerable<string> StateTopic(KafkaClusterView view) =>
        KafkaTopicPlans.IsGroup(_options) && view[_options.StateTopic!].IsThere ? [_options.StateTopic!] : [];

    private static PartCheck Connection(KafkaClusterView view) => PartCheck.Ok(
        Part + "connection", $"{view.Brokers.Count} {(view.Brokers.Count == 1 ? "broker" : "brokers")}: {string.Join(", ", view.Brokers.Take(5))}{(view.Brokers.Count > 5 ? " …" : "")}");

    private PartCheck Unreachable(Error error)
    {
        var said = _admin.LastSaid;
        var code = said is null ? error.Code : KafkaFault.Refine(error.Code, said);
        return PartCheck.Failed(
            Part + "connection",
            $"{string.Join(',', _options.Brokers)}: {error.Reason}{(said is null || said == error.Reason ? "" : $"; the client says: {said}")}",
            KafkaFault.Mend(code, said, null, "Describe") ?? "is kafka.brokers right (host and port), is a broker up, does a firewall let us through?");
    }

    /// <summary>The topics that are read and are there.</summary>
    private List<string> Readable(KafkaClusterView view) =>
        [.. KafkaTopics.Select(_options, view.Topics.Values.Where(t => t.IsThere).ToDictionary(t => t.Name, t => t.Partitions, StringComparer.Ordinal)).Topics.Select(t => t.Name)];

    private IEnumerable<PartCheck> Missing(KafkaClusterView view)
    {
        var there = view.Topics.Values.Where(t => t.IsThere).ToDictionary(t => t.Name, t => t.Partitions, StringComparer.Ordinal);
        foreach (var name in KafkaTopics.Select(_options, there).Missing)
        {
            var check = $"{Part}read {name}";
            yield return name.StartsWith('^')
                ? PartCheck.Warning(
                    check, "no topic that we may see matches it; what comes later is read from then on",
                    KafkaCommands.For(_options, $"if there are such topics, let us see them: {KafkaCommands.AllowTopic(name, "Read")}"))
                : view[name].Fault is { Code: ErrorCode.TopicAuthorizationFailed } fault
                    ? Refused(_options, check, fault, null, name, "Read")
                    : PartCheck.Failed(check, "there is no such topic", KafkaCommands.For(_options, $"check the name, or make it: {KafkaCommands.Create(name, null)}"));
        }
    }

    private static bool IsOfRights(ErrorCode code) => code is ErrorCode.TopicAuthorizationFailed or ErrorCode.GroupAuthorizationFailed or ErrorCode.ClusterAuthorizationFailed;
}
