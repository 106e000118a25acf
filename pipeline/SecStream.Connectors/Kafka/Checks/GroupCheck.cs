using System.Diagnostics;
using Confluent.Kafka;
using SecStream.Connectors.Kafka.Output;
using SecStream.Connectors.Kafka.Topics;
using SecStream.Core.Checks;

namespace SecStream.Connectors.Kafka.Checks;

/// <summary>Whether we may be in our group, and who else is. It is joined only when nobody is in it: joining would disturb a running service.</summary>
internal sealed class GroupCheck(KafkaOptions options, KafkaClientSettings client, IKafkaAdmin admin, TimeSpan limit)
{
    private const string Ours = "consumer";
    private static readonly TimeSpan s_slice = TimeSpan.FromMilliseconds(100);
    private readonly string _name = $"{KafkaChecks.Part}group {options.Group}";

    public async Task<PartCheck> RunAsync(IReadOnlyList<string> readable, CancellationToken cancellation)
    {
        KafkaGroupState? group;
        try
        {
            group = await admin.GroupAsync(options.Group, cancellation).ConfigureAwait(false);
        }
        catch (KafkaException fault)
        {
            // Who is in it can't be told, so it is not joined either.
            return fault.Error.Code == ErrorCode.GroupAuthorizationFailed
                ? NotAllowed(fault.Error)
                : PartCheck.Warning(_name, $"can't be told: {fault.Error.Reason}; not joined, for somebody may be in it");
        }

        if (group?.Fault is { Code: ErrorCode.GroupAuthorizationFailed } refused)
        {
            return NotAllowed(refused);
        }

        if (group is { Protocol: not ("" or Ours) })
        {
            return PartCheck.Failed(_name, $"it is in use by another kind of program ({group.Protocol})", "give kafka.group a name of its own");
        }

        if (group is { Clients.Count: > 0 })
        {
            return InUse(group);
        }

        return readable.Count == 0
            ? PartCheck.Warning(_name, "can't be told: there is no topic to read")
            : await Task.Run(() => Join(readable, cancellation), cancellation).ConfigureAwait(false);
    }

    private PartCheck InUse(KafkaGroupState group)
    {
        var own = client.Consumer().ClientId;
        var foreign = group.Clients.Where(id => id != own).Distinct(StringComparer.Ordinal).ToList();
        return foreign.Count == 0
            ? PartCheck.Ok(_name, $"in use by {group.Clients.Count} of its own; not joined, to disturb none of them")
            : PartCheck.Warning(
                _name,
                $"others are in it ({string.Join(", ", foreign.Take(3))}{(foreign.Count > 3 ? " …" : "")}): they would take partitions from us, whose events we would never see",
                "give kafka.group a name of its own");
    }

    private PartCheck Join(IReadOnlyList<string> readable, CancellationToken cancellation)
    {
        var log = new KafkaClientLog();
        var joined = false;
        using var consumer = new ConsumerBuilder<byte[], byte[]>(client.Consumer())
            .SetErrorHandler((_, error) => log.Add(error))
            .SetLogHandler((_, message) => log.Add(message))
            .SetPartitionsAssignedHandler((_, _) =>
            {
                joined = true;
                return [];
            })
            .Build();
        consumer.Subscribe(readable);
        var began = Stopwatch.GetTimestamp();
        try
        {
            while (!joined && Stopwatch.GetElapsedTime(began) < limit)
            {
                cancellation.ThrowIfCancellationRequested();
                consumer.Consume(s_slice);
            }

            return joined
                ? PartCheck.Ok(_name, "may be joined; nobody is in it now")
                : Told(log.Lines.Select(line => line.Code).FirstOrDefault(code => code == ErrorCode.GroupAuthorizationFailed), log.Last);
        }
        catch (ConsumeException fault)
        {
            // What this check is for.
            return fault.Error.Code == ErrorCode.GroupAuthorizationFailed ? NotAllowed(fault.Error)
                : fault.Error.Code == ErrorCode.InconsistentGroupProtocol ? PartCheck.Failed(_name, fault.Error.Reason, "others are in it that share partitions in another way; give kafka.group a name of its own")
                : PartCheck.Warning(_name, $"can't be told: {fault.Error.Reason}");
        }
        finally
        {
            consumer.Close();
        }
    }

    private PartCheck Told(ErrorCode code, string? said) => code == ErrorCode.GroupAuthorizationFailed
        ? NotAllowed(new Error(code))
        : PartCheck.Warning(_name, $"can't be told: not joined within {limit.TotalSeconds:0} s{(said is null ? "" : $"; the client says: {said}")}", "run it again in a minute");

    private PartCheck NotAllowed(Error error) => PartCheck.Failed(_name, error.Reason, KafkaCommands.For(options, "Give the right: " + KafkaCommands.AllowGroup(options.Group)));
}
