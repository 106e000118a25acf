using SecStream.Connectors.Elasticsearch.Events;
using SecStream.Connectors.Elasticsearch.Windows;
using SecStream.Connectors.Embedded;
using SecStream.Connectors.Kafka.Source;
using SecStream.Connectors.Outbox;
using SecStream.Connectors.Redis;
using SecStream.Core.Alerts;
using SecStream.Host.Telemetry;
using SecStream.Integration.Tests.Http;
using SecStream.Models.WindowModels;
using SecStream.Stages.Profiles;
using SecStream.Stages.Profiles.Windows;

namespace SecStream.Integration.Tests.Infra;

/// <summary>Figures of a service that has every part of the stack, so that every instrument has something to say.</summary>
internal static class StackFigures
{
    public static ServiceStatus All { get; } = MetricsTests.Figures with
    {
        Kafka = new KafkaFigures(
            new KafkaReaderStatus(KafkaReaderState.Reading, null, 1, 0, 1, 0, 0, [new KafkaPartitionStatus("kafka:logs/0", "logs", 0, true, true, false, 5, 9, 4, 0, 5, 0, 1)]),
            new Dictionary<string, long> { ["kafka:logs/0"] = 5 }),
        Elasticsearch = new EventSinkStatus
        {
            SpooledBytes = 1, SpoolLimitBytes = 2, OldestUnsent = null, Sent = 3, Conflicts = 0, Retries = 0, Unindexed = 0, DeadLetters = 1, FailingSince = null, Error = null, Mend = null, Blocked = null,
            Refused = new Dictionary<string, long> { ["document_parsing_exception"] = 1 },
        },
        Windows = new WindowShippingStatus { PendingBytes = 1, Sent = 2, Retries = 0, Unindexed = 0, Refused = 0, FailingSince = null, Error = null, Mend = null },
        Redis = new RedisHealthStatus { At = DateTimeOffset.UnixEpoch, LimitBytes = 100, LatencyMedian = TimeSpan.FromMilliseconds(1), LatencyP99 = TimeSpan.FromMilliseconds(2) },
        Open = [new OpenCount(false, "high", AlertStates.Open, 2), new OpenCount(true, "high", AlertStates.Open, 1)],
        Sinks = [new SinkStatus("redis", 1, 2, 3, null, null, null)],
        Disk = new DiskFigures(1, 2),
        LastShipped = DateTimeOffset.UnixEpoch,
        Profiles = new ProfileFigures(2, 4096, new ProfileCounters { Evicted = 1, Unevaluated = 2 }, new WindowCounters { Judged = 3, Learning = 4, WithoutModel = 5, Stored = 6 }),
        Models = new ModelFigures(
            "20260314-0123456789ab",
            TimeSpan.FromHours(1),
            [new ClassFigure("api-key", "5m", new DriftReport(1000, 2, 2, [new DriftIndex("request_rate", 0.3), new DriftIndex("p", 0.1)]))],
            "20260315-0123456789ab",
            [new ShadowFigure(Severity.High, 1, 2)]),
    };
}
