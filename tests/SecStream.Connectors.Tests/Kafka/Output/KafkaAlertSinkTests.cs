using System.Text;
using System.Text.Json;
using Confluent.Kafka;
using SecStream.Connectors.Kafka.Output;
using SecStream.Connectors.Outbox;
using SecStream.Connectors.Tests.Harness;
using SecStream.Core.Alerts;
using SecStream.TestParts.Kafka;
using static SecStream.Connectors.Tests.Kafka.Output.AlertTopic;

namespace SecStream.Connectors.Tests.Kafka.Output;

public sealed class KafkaAlertSinkTests
{
    [Fact]
    public async Task DeliverAsync_Alert_IsACloudEventThatHoldsTheWholeEntry()
    {
        using var topic = new AlertTopic();
        using var sink = topic.Sink();
        var entry = Entries.Make(7, revision: 3, kind: ChangeKind.Revised, user: "zoë");
        await sink.DeliverAsync([entry], default);

        var record = Assert.Single(topic.Read());
        Assert.Equal("default|203.0.113.7", Encoding.UTF8.GetString(record.Message.Key!));
        Assert.Equal(entry.Document.ToArray(), record.Message.Value);
        var headers = record.Message.Headers.ToDictionary(h => h.Key, h => Encoding.UTF8.GetString(h.GetValueBytes()));
        Assert.Equal(
            ("1.0", "io.secstream.alert.revised.v1", "/secstream/default", entry.Id + ".3", "2026-03-01T12:00:07.000000Z", entry.Id, "application/json"),
            (headers["ce_specversion"], headers["ce_type"], headers["ce_source"], headers["ce_id"], headers["ce_time"], headers["ce_subject"], headers["content-type"]));
        Assert.EndsWith("alert.schema.json", headers["ce_dataschema"], StringComparison.Ordinal);
        Assert.Equal(
            (entry.Id, "revised", "3", "high", "C1", "open", "false", "default", "ip", "source.address", "203.0.113.7"),
            (headers["secstream-id"], headers["secstream-change"], headers["secstream-revision"], headers["secstream-severity"], headers["secstream-rule"], headers["secstream-status"],
                headers["secstream-settled"], headers["secstream-tenant"], headers["secstream-entity-type"], headers["secstream-entity-name"], headers["secstream-entity-value"]));
        Assert.DoesNotContain("secstream-cut", headers.Keys);
        Assert.DoesNotContain("secstream-test", headers.Keys);
    }

    [Fact]
    public async Task DeliverAsync_Changes_HaveTypesAndIdsOfTheirOwn()
    {
        using var topic = new AlertTopic();
        using var sink = topic.Sink();
        await sink.DeliverAsync(
            [
                Entries.Make(1),
                Entries.Make(1, revision: 2, kind: ChangeKind.Revised),
                Entries.Make(1, revision: 2, kind: ChangeKind.Settled, isSettled: true),
                Entries.Make(1, revision: 3, kind: ChangeKind.Withdrawn),
                Entries.Make(1, isIncident: true),
            ],
            default);

        var records = topic.Read();
        Assert.Equal(
            ["io.secstream.alert.opened.v1", "io.secstream.alert.revised.v1", "io.secstream.alert.settled.v1", "io.secstream.alert.withdrawn.v1", "io.secstream.incident.opened.v1"],
            records.Select(record => Header(record, "ce_type")!));
        Assert.Equal(5, records.Select(record => Header(record, "ce_id")).Distinct().Count());
        Assert.Equal(["open", "open", "open", "withdrawn", "open"], records.Select(record => Header(record, "secstream-status")!));
        Assert.Equal(["false", "false", "true", "false", "false"], records.Select(record => Header(record, "secstream-settled")!));
    }

    [Fact]
    public async Task DeliverAsync_BrokersFailAndLeadersChange_RevisionsStayInOrderAndNoneIsMissing()
    {
        using var topic = new AlertTopic(brokers: 3, partitions: 3);
        await using var outbox = new AlertOutbox(
            Path.Combine(topic.Folder, "alerts"),
            new OutboxOptions { BatchCount = 20, SinkRetry = TimeSpan.FromMilliseconds(20), MaxSinkRetry = TimeSpan.FromMilliseconds(100) },
            TimeProvider.System);
        using var sink = topic.Sink(new KafkaWriterOptions { DeliveryTimeout = TimeSpan.FromSeconds(2) });
        await using var deliveries = new OutboxDeliveries(outbox, Path.Combine(topic.Folder, "state"), TimeProvider.System);
        deliveries.Add(sink);
        for (var revision = 1; revision <= 30; revision++)
        {
            for (var alert = 0; alert < 10; alert++)
            {
                outbox.Append(Entries.Make(alert, revision, address: $"203.0.113.{alert}", kind: revision == 1 ? ChangeKind.Opened : ChangeKind.Revised));
            }

            if (revision % 6 == 0)
            {
                Disturb(topic.Cluster, revision);
                await Task.Delay(100);
            }
        }

        topic.Cluster.SetAllUp();
        await outbox.FlushAsync(default);
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(40));
        await deliveries.DrainAsync(patience.Token);

        foreach (var alert in topic.Read().GroupBy(record => Header(record, "secstream-id")))
        {
            Assert.Single(alert.Select(record => record.Partition).Distinct());
            var firstSeen = alert.Select(record => int.Parse(Header(record, "secstream-revision")!)).Aggregate(
                new List<int>(), (seen, revision) => seen.Contains(revision) ? seen : [.. seen, revision]);
            Assert.Equal(Enumerable.Range(1, 30), firstSeen);
        }
    }

    [Fact]
    public async Task DeliverAsync_TheSinkIsMadeAnew_NothingIsMissing()
    {
        using var topic = new AlertTopic();
        for (var round = 0; round < 3; round++)
        {
            await using var outbox = new AlertOutbox(Path.Combine(topic.Folder, "alerts"), new OutboxOptions(), TimeProvider.System);
            using var sink = topic.Sink();
            await using var deliveries = new OutboxDeliveries(outbox, Path.Combine(topic.Folder, "state"), TimeProvider.System);
            deliveries.Add(sink);
            for (var alert = 0; alert < 50; alert++)
            {
                outbox.Append(Entries.Make((round * 50) + alert, address: $"198.51.100.{alert}"));
            }

            await outbox.FlushAsync(default);
            if (round < 2)
            {
                using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
                await deliveries.DrainAsync(patience.Token);
            }
        }

        var ids = topic.Read().Select(record => Header(record, "secstream-id")).ToHashSet();
        Assert.True(ids.IsSupersetOf(Enumerable.Range(0, 100).Select(number => Entries.Make(number).Id)));
    }

    [Fact]
    public async Task DeliverAsync_BrokerAway_FailsAndSaysWhatTheClientSays()
    {
        using var topic = new AlertTopic();
        topic.Cluster.SetAllDown();
        using var sink = topic.Sink(new KafkaWriterOptions { DeliveryTimeout = TimeSpan.FromSeconds(1) });
        var fault = await Assert.ThrowsAsync<KafkaWriteException>(() => sink.DeliverAsync([Entries.Make(1)], default));
        Assert.Contains("alerts", fault.Message, StringComparison.Ordinal);
        Assert.Contains("refused", fault.Message, StringComparison.Ordinal);

        topic.Cluster.SetAllUp();
        using var patient = topic.Sink();
        await patient.DeliverAsync([Entries.Make(1)], default);
        Assert.Single(topic.Read());
    }

    [Fact]
    public async Task DeliverAsync_NoRightToWrite_NamesTheCommandThatGivesIt()
    {
        using var topic = new AlertTopic();
        using var sink = topic.Sink();
        topic.Cluster.PushErrors(KafkaApi.Produce, ErrorCode.TopicAuthorizationFailed);
        var fault = await Assert.ThrowsAsync<KafkaWriteException>(() => sink.DeliverAsync([Entries.Make(1)], default));
        Assert.Contains("kafka-acls.sh", fault.Message, StringComparison.Ordinal);
        Assert.Contains("--operation Write --topic alerts", fault.Message, StringComparison.Ordinal);

        await sink.DeliverAsync([Entries.Make(1)], default);
        Assert.Single(topic.Read());
    }

    [Fact]
    public async Task DeliverAsync_BrokerTakesNoSuchSize_WritesSmallerRecordsAndSaysSo()
    {
        using var topic = new AlertTopic();
        using var sink = topic.Sink();
        topic.Cluster.PushErrors(KafkaApi.Produce, ErrorCode.MsgSizeTooLarge);
        await sink.DeliverAsync([.. Enumerable.Range(0, 20).Select(number => Entries.Make(number))], default);
        Assert.Equal(500_000, sink.MaxBytes);
        Assert.Contains("max.message.bytes", Assert.Single(topic.Reports), StringComparison.Ordinal);
        Assert.Equal(20, topic.Read().Select(record => Header(record, "secstream-id")).Distinct().Count());
    }

    [Fact]
    public async Task DeliverAsync_DocumentTooLarge_EvidenceIsCutAndMarked()
    {
        using var topic = new AlertTopic();
        using var sink = topic.Sink(new KafkaWriterOptions { MaxBytes = KafkaWriter.LeastBytes });
        var ids = string.Join(',', Enumerable.Range(0, 1000).Select(number => $"\"{number:x32}\""));
        var document = $$"""{"event":{"id":"a"},"secstream":{"revision":1,"evidence":{"event_ids":[{{ids}}],"samples":[],"total":1000,"events":1000,"truncated":false},"contributors":{} } }""";
        var entry = Entries.Make(1) with { Document = Encoding.UTF8.GetBytes(document) };
        await sink.DeliverAsync([entry], default);

        var record = Assert.Single(topic.Read());
        Assert.True(record.Message.Value!.Length < KafkaWriter.LeastBytes);
        Assert.Equal(("true", 1L), (Header(record, "secstream-cut"), sink.Cut));
        var evidence = JsonDocument.Parse(record.Message.Value).RootElement.GetProperty("secstream").GetProperty("evidence");
        Assert.True(evidence.GetProperty("truncated").GetBoolean());
        Assert.Equal(1000, evidence.GetProperty("total").GetInt32());
        Assert.Equal(50, evidence.GetProperty("event_ids").GetArrayLength());
    }

    [Fact]
    public async Task DeliverAsync_NoCutIsEnough_LiesInTheFolderAndTheRestGoesOut()
    {
        using var topic = new AlertTopic();
        using var sink = topic.Sink(new KafkaWriterOptions { MaxBytes = KafkaWriter.LeastBytes });
        var large = Entries.Make(1, user: new string('x', 20_000));
        large = large with { Document = Encoding.UTF8.GetBytes($$"""{"message":"{{new string('x', 20_000)}}"}""") };
        await sink.DeliverAsync([large, Entries.Make(2)], default);

        Assert.Equal(Entries.Make(2).Id, Header(Assert.Single(topic.Read()), "secstream-id"));
        var path = Path.Combine(topic.Folder, "oversize", large.Id + ".1.json");
        Assert.Equal(large.Document.ToArray(), await File.ReadAllBytesAsync(path));
        Assert.Contains(path, Assert.Single(topic.Reports), StringComparison.Ordinal);
    }

    [Fact]
    public async Task DeliverAsync_Kcat_ReadsKeysHeadersAndValues()
    {
        using var topic = new AlertTopic();
        using var sink = topic.Sink();
        await sink.DeliverAsync([Entries.Make(1)], default);
        var line = Assert.Single(await Kcat.ReadAsync(topic.Cluster.Bootstraps, Name, "%k %h"));
        Assert.StartsWith("default|203.0.113.7 ce_specversion=1.0,ce_type=io.secstream.alert.opened.v1,", line, StringComparison.Ordinal);
        Assert.Contains("secstream-severity=high", line, StringComparison.Ordinal);
    }

    private static void Disturb(MockKafka cluster, int round)
    {
        switch (round / 6)
        {
            case 1:
                cluster.PushErrors(KafkaApi.Produce, ErrorCode.NotLeaderForPartition, ErrorCode.RequestTimedOut, ErrorCode.NotEnoughReplicas);
                break;
            case 2:
                cluster.SetDown(1);
                break;
            case 3:
                cluster.SetLeader(Name, 0, 2);
                cluster.SetLeader(Name, 1, 3);
                cluster.SetUp(1);
                break;
            case 4:
                cluster.SetAllDown();
                break;
            default:
                cluster.SetAllUp();
                cluster.PushErrors(KafkaApi.Produce, ErrorCode.TopicAuthorizationFailed);
                break;
        }
    }
}
