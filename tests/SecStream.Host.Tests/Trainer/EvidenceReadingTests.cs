using System.Text;
using System.Text.Json;
using SecStream.Connectors.Embedded;
using SecStream.Core.Alerts;
using SecStream.Core.Features;
using SecStream.Core.Queries;
using SecStream.Host.Stores;
using SecStream.Host.Tests.Harness;
using SecStream.Host.Trainer;
using SecStream.Training.Days;
using SecStream.Training.Exclusions;
using Xunit;

namespace SecStream.Host.Tests.Trainer;

public sealed class EvidenceReadingTests : IDisposable
{
    private static readonly FeatureSchema s_users = new() { Profile = "user", Version = "1", KeyNames = ["user.name"], Windows = [1], Features = [] };
    private static readonly FeatureSchema s_sources = s_users with { Profile = "source", KeyNames = ["source.address"] };
    private static readonly long s_day = UtcDay.Read("2026-03-02")!.Value;
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task ReadAsync_FileOfAReplay_LeavesOutKeyAndSubject()
    {
        var evidence = await ReadAsync(_folder.Write("out/alerts.ndjson", Line("a1", user: "alice", address: "203.0.113.7") + "\n"));
        Assert.Equal(ExclusionReason.Alerted, Excluded(evidence, s_users, "alice"));
        Assert.Equal(ExclusionReason.Alerted, Excluded(evidence, s_sources, "203.0.113.7"));
        Assert.Null(Excluded(evidence, s_users, "bob"));
        Assert.Equal((false, AlertVerdict.None, Severity.High), (evidence.Alerts.Single().IsOfModel, evidence.Alerts.Single().Verdict, evidence.Alerts.Single().Severity));
    }

    [Fact]
    public async Task ReadAsync_AlertOfAModel_IsSeenAsOne()
    {
        var evidence = await ReadAsync(_folder.Write("out/alerts.ndjson", Line("a1", user: "alice", anomaly: true) + "\n"));
        Assert.True(evidence.Alerts.Single().IsOfModel);
    }

    [Fact]
    public async Task ReadAsync_TestAlert_IsNone()
    {
        var line = Line("a1", user: "alice").Replace("\"status\":", "\"test\":true,\"status\":", StringComparison.Ordinal);
        Assert.Empty((await ReadAsync(_folder.Write("out/alerts.ndjson", line + "\n"))).Alerts);
    }

    [Fact]
    public async Task ReadAsync_BrokenLine_IsRefused_ForItMightBeAnAttack()
    {
        var file = _folder.Write("out/alerts.ndjson", Line("a1", user: "alice") + "\nnonsense\n");
        Assert.Contains("alerts.ndjson:2:", (await Assert.ThrowsAsync<InvalidDataException>(() => ReadAsync(file))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ReadAsync_NoSuchFile_IsRefused() => await Assert.ThrowsAsync<ConfigurationException>(() => ReadAsync("nowhere.ndjson"));

    [Theory]
    [InlineData(AlertStates.Resolved, ExclusionReason.Confirmed)]
    [InlineData(AlertStates.Acknowledged, ExclusionReason.Alerted)]
    [InlineData(AlertStates.FalsePositive, null)]
    public async Task ReadAsync_VerdictInTheStore_DecidesWhatIsLearned(string state, ExclusionReason? reason)
    {
        using (var store = new SqliteAlertStore(_folder.File("data"), new SqliteStoreOptions { MayRebuild = true }, TimeProvider.System))
        {
            await store.DeliverAsync([Entry("aaaa1111", Line("aaaa1111", user: "alice", revision: 1))], CancellationToken.None);
            await store.DecideAsync(new Verdict("aaaa1111", 1, "ann", state, "", null), CancellationToken.None);
        }

        Assert.Equal(reason, Excluded(await ReadAsync(), s_users, "alice"));
    }

    [Fact]
    public async Task ReadAsync_Blacklist_LeavesOutNetworks()
    {
        using (var store = new SqliteAlertStore(_folder.File("data"), new SqliteStoreOptions { MayRebuild = true }, TimeProvider.System))
        {
            await store.Blacklist.AddAsync("198.51.100.0/24", "", null, "ann", CancellationToken.None);
            await store.Blacklist.AddAsync("203.0.113.7", "", null, "ann", CancellationToken.None);
        }

        var evidence = await ReadAsync();
        Assert.Equal(ExclusionReason.Blacklisted, Excluded(evidence, s_sources, "198.51.100.9"));
        Assert.Equal(ExclusionReason.Blacklisted, Excluded(evidence, s_sources, "203.0.113.7"));
        Assert.Null(Excluded(evidence, s_sources, "203.0.113.8"));
    }

    private static ExclusionReason? Excluded(Evidence evidence, FeatureSchema schema, string key) => evidence.Excluded.Excludes(schema, Encoding.UTF8.GetBytes(key), s_day);

    private static string Line(string id, string user, string? address = null, bool anomaly = false, int? revision = null) => JsonSerializer.Serialize(new Dictionary<string, object?>
    {
        ["@timestamp"] = "2026-03-02T10:00:40.000000Z",
        ["event"] = new { kind = "alert", id, start = "2026-03-02T10:00:00.000000Z", end = "2026-03-02T10:05:00.000000Z" },
        ["rule"] = new { id = "C1" },
        ["message"] = "m",
        ["source"] = new { address },
        ["secstream"] = new
        {
            severity = "high",
            status = "open",
            revision,
            entity = new { type = "user", name = "user.name", value = user },
            key = new { user = new { name = user } },
            anomaly = anomaly ? new { grade = 0.9 } : null,
            evidence = new { total = 5 },
        },
    });

    private static OutboxEntry Entry(string id, string document) => new()
    {
        End = 10,
        IsIncident = false,
        Kind = ChangeKind.Opened,
        Tenant = "default",
        Id = id,
        Revision = 1,
        Rule = "C1",
        Severity = Severity.High,
        Opened = 1_772_366_400_000_000,
        IsSettled = false,
        EntityType = "user",
        EntityName = "user.name",
        EntityValue = "alice",
        Document = Encoding.UTF8.GetBytes(document),
    };

    private Task<Evidence> ReadAsync(params string[] files)
    {
        var data = _folder.File("data");
        Directory.CreateDirectory(data);
        return EvidenceReading.ReadAsync(data, ResultStores.ForCommand(data, TimeProvider.System), files, TimeProvider.System, CancellationToken.None);
    }
}
