using System.Text;
using System.Text.Json;
using Confluent.Kafka;
using SecStream.Connectors.Kafka.Output;
using SecStream.Connectors.Tests.Harness;
using SecStream.Core.Alerts;
using SecStream.TestParts;
using SecStream.TestParts.Kafka;
using SecStream.TestParts.Schemas;
using static SecStream.Connectors.Tests.Kafka.Output.AlertTopic;

namespace SecStream.Connectors.Tests.Kafka.Output;

/// <summary>What alerts ask to be done, on the topic of actions.</summary>
public sealed class KafkaActionSinkTests : IDisposable
{
    private static readonly JsonSchema s_schema = new(RepositoryFiles.Read("infra", "schemas", "action.schema.json"));
    private readonly AlertTopic _topic = new(partitions: 1);

    [Fact]
    public async Task DeliverAsync_AlertWithActions_AsksForEachOnItsTarget()
    {
        using var sink = Open();
        await sink.DeliverAsync([Alert(1, ["block_ip", "lock_account", "create_incident"])], default);

        var records = Read();
        Assert.Equal(
            ["block_ip ip source.address 203.0.113.7", "create_incident ip source.address 203.0.113.7", "lock_account user user.name alice"],
            records.Select(r => $"{Action(r, "type")} {Target(r, "type")} {Target(r, "name")} {Target(r, "value")}").Order(StringComparer.Ordinal));
        Assert.All(records, r => Assert.Equal(("request", "dry-run", "io.secstream.action.requested.v1"), (Action(r, "operation"), Action(r, "mode"), Header(r, "ce_type"))));
        Assert.All(records, r => Assert.Equal($"default|{Target(r, "value")}", Encoding.UTF8.GetString(r.Message.Key!)));
        Assert.Equal(3, records.Select(r => Header(r, "ce_id")).Distinct().Count());
    }

    [Fact]
    public async Task DeliverAsync_Revisions_AskOnlyForWhatIsNewAndUndoWhatIsGone()
    {
        using (var sink = Open())
        {
            await sink.DeliverAsync([Alert(1, ["block_ip"]), Alert(1, ["block_ip"], revision: 2), Alert(1, ["block_ip", "lock_account"], revision: 3)], default);
        }

        // Made anew it still knows what stands.
        using var later = Open();
        await later.DeliverAsync([Alert(1, ["lock_account"], revision: 4)], default);
        await later.DeliverAsync([Alert(1, ["lock_account"], revision: 5, kind: ChangeKind.Withdrawn)], default);
        await later.DeliverAsync([Alert(2, ["block_ip"], kind: ChangeKind.Withdrawn)], default);

        var records = Read();
        Assert.Equal(
            ["request block_ip ", "request lock_account ", "undo block_ip alert_revised", "undo lock_account alert_withdrawn"],
            records.Select(r => $"{Action(r, "operation")} {Action(r, "type")} {(Action(r, "operation") == "undo" ? Action(r, "reason") : "")}"));
        Assert.Equal(Action(records[0], "id"), Action(records[2], "id"));
        Assert.Equal(4, records.Select(r => Header(r, "ce_id")).Distinct().Count());
    }

    [Fact]
    public async Task DeliverAsync_BrokerRefuses_AsksAgainUnderTheSameIds()
    {
        using var sink = Open();
        _topic.Cluster.PushErrors(KafkaApi.Produce, ErrorCode.TopicAuthorizationFailed);
        await Assert.ThrowsAsync<KafkaWriteException>(() => sink.DeliverAsync([Alert(1, ["block_ip"])], default));
        await sink.DeliverAsync([Alert(1, ["block_ip"])], default);
        await sink.DeliverAsync([Alert(1, ["block_ip"], revision: 2)], default);

        Assert.Single(Read());
    }

    [Fact]
    public async Task DeliverAsync_SettledAlert_IsForgotten()
    {
        using var sink = Open();
        await sink.DeliverAsync([Alert(1, ["block_ip"]), Alert(1, ["block_ip"], kind: ChangeKind.Settled, isSettled: true)], default);
        await sink.DeliverAsync([Entries.Make(3, isIncident: true)], default);
        await sink.DeliverAsync([Entries.Make(4) with { Document = "{"u8.ToArray() }], default);

        Assert.Single(Read());
        Assert.Contains("actions can't be read", Assert.Single(_topic.Reports), StringComparison.Ordinal);
        Assert.True(sink.StartsAtEnd);
    }

    public void Dispose() => _topic.Dispose();

    private static OutboxEntry Alert(int number, string[] actions, int revision = 1, ChangeKind kind = ChangeKind.Opened, bool isSettled = false)
    {
        var entry = Entries.Make(number, revision, kind: revision > 1 && kind == ChangeKind.Opened ? ChangeKind.Revised : kind, isSettled: isSettled);
        var list = string.Join(',', actions.Select(type => $$"""{"type":"{{type}}","scope":"global","duration_seconds":3600}"""));
        var text = Encoding.UTF8.GetString(entry.Document.Span).Replace("\"secstream\":{", $"\"secstream\":{{\"actions\":[{list}],", StringComparison.Ordinal);
        return entry with { Document = Encoding.UTF8.GetBytes(text) };
    }

    private static string? Action(ConsumeResult<byte[]?, byte[]?> record, string name) => Document(record).GetProperty("action").GetProperty(name).GetString();

    private static string? Target(ConsumeResult<byte[]?, byte[]?> record, string name) => Document(record).GetProperty("action").GetProperty("target").GetProperty(name).GetString();

    private static JsonElement Document(ConsumeResult<byte[]?, byte[]?> record) => JsonDocument.Parse(record.Message.Value).RootElement;

    private KafkaActionSink Open() => new(Name, _topic.Client, Path.Combine(_topic.Folder, "state"), _topic.Reports.Add);

    /// <summary>All records, each valid by the schema.</summary>
    private List<ConsumeResult<byte[]?, byte[]?>> Read()
    {
        var records = _topic.Read();
        Assert.All(records, r => Assert.Empty(s_schema.Validate(r.Message.Value)));
        return records;
    }
}
