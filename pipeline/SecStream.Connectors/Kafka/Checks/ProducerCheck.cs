using System.Text.Json;
using Confluent.Kafka;
using SecStream.Connectors.Kafka.Output;
using SecStream.Core.Checks;

namespace SecStream.Connectors.Kafka.Checks;

/// <summary>
/// Whether brokers give us the id that a producer needs to write nothing twice: a right of its own up to Kafka 2.7, and unknown to brokers before 0.11. An id
/// that nobody writes with is forgotten by the brokers.
/// </summary>
internal sealed class ProducerCheck(KafkaOptions options, KafkaClientSettings client, TimeSpan limit)
{
    private const string Name = KafkaChecks.Part + "idempotent producer";
    private const string Assigned = "Assigned";
    private const int LookEveryMs = 100;

    public async Task<PartCheck> RunAsync(CancellationToken cancellation)
    {
        var log = new KafkaClientLog();
        var outcome = new TaskCompletionSource<Error?>(TaskCreationOptions.RunContinuationsAsynchronously);
        var settings = client.Producer();
        settings.StatisticsIntervalMs = LookEveryMs;
        using var producer = new ProducerBuilder<byte[], byte[]>(settings)
            .SetErrorHandler((_, error) =>
            {
                log.Add(error);
                if (error.IsFatal || error.Code is ErrorCode.ClusterAuthorizationFailed or ErrorCode.UnsupportedVersion or ErrorCode.Local_UnsupportedFeature)
                {
                    outcome.TrySetResult(error);
                }
            })
            .SetLogHandler((_, message) => log.Add(message))
            .SetStatisticsHandler((_, json) =>
            {
                if (HasId(json))
                {
                    outcome.TrySetResult(null);
                }
            })
            .Build();
        try
        {
            return await outcome.Task.WaitAsync(limit, cancellation).ConfigureAwait(false) is { } error
                ? Refused(error, log.Last)
                : PartCheck.Ok(Name, "allowed; brokers are of 0.11 or later");
        }
        catch (TimeoutException)
        {
            // The service would wait as well; the reason is in the client's words, where it has any.
            return log.Lines.Any(line => line.Code == ErrorCode.ClusterAuthorizationFailed || line.Text.Contains("ClusterAuthorization", StringComparison.OrdinalIgnoreCase))
                ? Refused(new Error(ErrorCode.ClusterAuthorizationFailed), null)
                : PartCheck.Warning(Name, $"can't be told: no id within {limit.TotalSeconds:0} s{(log.Last is { } said ? $"; the client says: {said}" : "")}", "brokers of 0.11 or later are needed");
        }
    }

    private PartCheck Refused(Error error, string? said) => error.Code switch
    {
        ErrorCode.UnsupportedVersion or ErrorCode.Local_UnsupportedFeature => PartCheck.Failed(Name, error.Reason, "brokers of 0.11 or later are needed"),
        _ when IsOfCluster(error, said) => PartCheck.Failed(
            Name, error.Reason, KafkaCommands.For(options, $"Give the right (with Kafka 2.8 and later the right to write a topic is enough): {KafkaCommands.AllowCluster("IdempotentWrite")}")),
        _ => PartCheck.Failed(Name, error.Reason, KafkaFault.Mend(error.Code, said, null, "Write") ?? "look into the brokers' logs"),
    };

    private static bool IsOfCluster(Error error, string? said) =>
        error.Code == ErrorCode.ClusterAuthorizationFailed
        || error.Reason.Contains("Cluster authorization", StringComparison.OrdinalIgnoreCase)
        || said?.Contains("Cluster authorization", StringComparison.OrdinalIgnoreCase) == true;

    private static bool HasId(string json)
    {
        using var statistics = JsonDocument.Parse(json);
        return statistics.RootElement.TryGetProperty("eos", out var eos) && eos.TryGetProperty("idemp_state", out var state) && state.ValueEquals(Assigned);
    }
}
