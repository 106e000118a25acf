using System.Text;
using SecStream.Connectors.Elasticsearch;
using SecStream.Connectors.Elasticsearch.Alerts;
using SecStream.Connectors.Elasticsearch.Client;
using SecStream.Connectors.Elasticsearch.Queries;
using SecStream.Connectors.Elasticsearch.Schema;
using SecStream.Connectors.Embedded;
using SecStream.Connectors.Tests.Harness;
using SecStream.Core.Alerts;
using SecStream.Core.Queries;
using SecStream.TestParts.Elasticsearch;

namespace SecStream.Connectors.Tests.Elasticsearch;

public sealed class ElasticsearchAlertTests : IAsyncLifetime, IDisposable
{
    private readonly StoreFolder _folder = new();
    private readonly List<string> _reports = [];
    private StrictElasticsearch _server = null!;
    private ElasticsearchClient _client = null!;
    private ElasticsearchOptions _options = null!;

    public async Task InitializeAsync()
    {
        _server = await StrictElasticsearch.StartAsync();
        _options = new ElasticsearchOptions { Hosts = [_server.Url], Timeout = TimeSpan.FromSeconds(10) };
        _client = new ElasticsearchClient(_options, TimeProvider.System);
        await new ElasticsearchBootstrap(_client).RunAsync(isDryRun: false, default);
    }

    public void Dispose()
    {
        _client?.Dispose();
        _folder.Dispose();
    }

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Fact]
    public void Scripts_AreTheOnesTheTestServerPlays()
    {
        Assert.Equal(StrictScripts.TakeRevision, AlertScripts.TakeRevision);
        Assert.Equal(StrictScripts.TakeVerdict, AlertScripts.TakeVerdict);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Deliver_RevisionsInAnyOrder_TheHighestCountsAndAnalystsFieldsStay(int seed)
    {
        var random = new Random(seed);
        var (sink, store) = (Sink(), new ElasticsearchAlertStore(_client));
        await sink.DeliverAsync([Entries.Make(1)], default);
        var id = Entries.Make(1).Id;
        await store.DecideAsync(new Verdict(id, 5, "ann", "acknowledged", "looking", "bob"), default);
        var changes = Enumerable.Range(2, 20).Select(revision => Entries.Make(1, revision, kind: ChangeKind.Revised))
            .Append(Entries.Make(1, 21, kind: ChangeKind.Revised, isSettled: true)).ToArray();
        random.Shuffle(changes);
        foreach (var some in changes.Chunk(4))
        {
            await sink.DeliverAsync(some, default);
            await sink.DeliverAsync(some, default);
        }

        var alert = (await store.GetAsync(id, default))!;
        Assert.Equal((21, "acknowledged"), (alert.Revision, alert.State));
        Assert.Equal([new Verdict(id, 5, "ann", "acknowledged", "looking", "bob")], alert.Verdicts);
        Assert.Equal(Encoding.UTF8.GetString(Entries.Make(1, 21).Document.Span), Encoding.UTF8.GetString(alert.Document.Span));
        Assert.Equal("bob", _server.AllDocuments("secstream-alerts-*").Single().Document.Json.GetProperty("analyst").GetProperty("assignee").GetString());
        Assert.True(_server.AllDocuments("secstream-alerts-*").Single().Document.Json.GetProperty("machine").GetProperty("settled").GetBoolean());
    }

    [Fact]
    public async Task Deliver_ByMonthOfOpening()
    {
        await Sink().DeliverAsync([Entries.Make(1), Entries.Make(2) with { Opened = Entries.Noon + (40L * 86_400_000_000) }, Entries.Make(3, isIncident: true)], default);
        Assert.Equal(["secstream-alerts-2026.03", "secstream-alerts-2026.04", "secstream-incidents-2026.03"], _server.Indices.Keys.Order());
    }

    [Fact]
    public async Task Deliver_DocumentRefused_GoesBareAndIsStillFound()
    {
        var entry = Entries.Make(1, user: "bob");
        entry = entry with { Document = Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(entry.Document.Span).Replace("\"related\":{", "\"source\":\"no object\",\"related\":{", StringComparison.Ordinal)) };
        await Sink().DeliverAsync([entry, Entries.Make(2)], default);
        var store = new ElasticsearchAlertStore(_client);
        var found = Assert.Single((await store.FindAsync(new AlertQuery { Entity = "BOB" }, default)).Items);
        Assert.Equal(entry.Document.ToArray(), found.Document.ToArray());
        Assert.Equal(2, (await store.FindAsync(new AlertQuery(), default)).Total);
        Assert.Empty(_reports);
    }

    [Fact]
    public async Task Deliver_RefusedForGood_IsReportedAndTheOthersGoOn()
    {
        var sink = Sink();
        _server.ItemFault = (_, id) => id == Entries.Make(2).Id ? new StrictItemError(400, "mapper_parsing_exception", "never") : null;
        await sink.DeliverAsync([Entries.Make(1), Entries.Make(2), Entries.Make(3)], default);
        Assert.Equal(1, sink.PutAside);
        Assert.Contains("never", Assert.Single(_reports), StringComparison.Ordinal);
        Assert.Equal(2, _server.AllDocuments("secstream-alerts-*").Count);
    }

    [Fact]
    public async Task Deliver_ClusterInTrouble_ThrowsAndComesAgain()
    {
        var sink = Sink();
        _server.ItemFault = (_, _) => new StrictItemError(429, "es_rejected_execution_exception", "later");
        var fault = await Assert.ThrowsAsync<ElasticsearchException>(() => sink.DeliverAsync([Entries.Make(1)], default));
        Assert.Contains("later", fault.Message, StringComparison.Ordinal);
        _server.ItemFault = null;
        _server.Script.Enqueue(StrictReply.Json(413, ""));
        await sink.DeliverAsync([.. Enumerable.Range(1, 40).Select(i => Entries.Make(i))], default);
        Assert.Equal(40, _server.AllDocuments("secstream-alerts-*").Count);
    }

    [Fact]
    public async Task Deliver_WithoutTemplates_WaitsAndNamesTheMend()
    {
        _server.Objects["_index_template"].Clear();
        var fault = await Assert.ThrowsAsync<ElasticsearchException>(() => Sink().DeliverAsync([Entries.Make(1)], default));
        Assert.Contains("./run bootstrap", fault.Message, StringComparison.Ordinal);
        Assert.Empty(_server.Indices);
    }

    [Fact]
    public async Task Store_RandomLife_AnswersAsTheEmbeddedOneDoes()
    {
        var random = new Random(17);
        using var embedded = new SqliteAlertStore(_folder.Path, new SqliteStoreOptions(), TimeProvider.System);
        var (sink, cluster) = (Sink(), new ElasticsearchAlertStore(_client));
        string[] users = ["alice", "Bob", "ünal", "CORP\\\\eve", "100%", "a*b?c"];
        string[] states = ["open", "acknowledged", "resolved", "false_positive", ""];
        var position = 0L;
        for (var turn = 0; turn < 12; turn++)
        {
            var entries = Enumerable.Range(0, 15).Select(_ => Entries.Make(
                random.Next(60),
                random.Next(1, 5),
                (Severity)random.Next(Enum.GetValues<Severity>().Length),
                random.Next(2) == 0 ? "C1" : "X7",
                users[random.Next(users.Length)],
                $"203.0.113.{random.Next(5)}",
                random.Next(5) == 0 ? ChangeKind.Withdrawn : ChangeKind.Revised,
                isIncident: random.Next(6) == 0,
                isSettled: random.Next(4) == 0) with { Position = position += 10, End = position + 10 }).ToArray();
            await embedded.DeliverAsync(entries, default);
            await sink.DeliverAsync(entries, default);
            var entry = entries[random.Next(entries.Length)];
            var verdict = new Verdict(entry.Id, turn, "ann", states[random.Next(states.Length)], $"note {turn}", random.Next(2) == 0 ? "bob" : null);
            await embedded.DecideAsync(verdict, default);
            await cluster.DecideAsync(verdict, default);
            await cluster.DecideAsync(verdict, default);
            for (var i = 0; i < 8; i++)
            {
                var query = RandomQuery(random, users, states);
                Assert.Equal(await AllAsync(embedded, query), await AllAsync(cluster, query));
            }
        }
    }

    [Fact]
    public async Task Decide_WhatCantBe_IsRefused()
    {
        var store = new ElasticsearchAlertStore(_client);
        await Sink().DeliverAsync([Entries.Make(1)], default);
        await Assert.ThrowsAsync<KeyNotFoundException>(() => store.DecideAsync(new Verdict("nobody", 1, "ann", "open", "", null), default));
        await Assert.ThrowsAsync<ArgumentException>(() => store.DecideAsync(new Verdict(Entries.Make(1).Id, 1, "ann", "withdrawn", "", null), default));
        await Assert.ThrowsAsync<ArgumentException>(() => store.FindAsync(new AlertQuery { Limit = 0 }, default));
        Assert.Null(await store.GetAsync("nobody", default));
    }

    private ElasticsearchAlertSink Sink() => new(_client, _options, _reports.Add);

    private static AlertQuery RandomQuery(Random random, string[] users, string[] states) => new()
    {
        Incidents = random.Next(4) == 0,
        From = random.Next(3) == 0 ? Entries.Noon + (random.Next(60) * 1_000_000L) : null,
        Until = random.Next(3) == 0 ? Entries.Noon + (random.Next(60) * 1_000_000L) : null,
        Severities = random.Next(3) == 0 ? [Severity.High, Severity.Low] : [],
        Rules = random.Next(3) == 0 ? ["c1", "l5"] : [],
        Entity = random.Next(2) == 0 ? users[random.Next(users.Length)][..2].ToUpperInvariant() : null,
        IdPrefix = random.Next(4) == 0 ? "A0000" : null,
        States = random.Next(2) == 0 ? [.. states.Where(state => state.Length > 0 && random.Next(2) == 0), "withdrawn"] : [],
        Limit = random.Next(2) == 0 ? 100 : random.Next(1, 6),
    };

    private static async Task<List<string>> AllAsync(IAlertStore store, AlertQuery query)
    {
        var found = new List<string>();
        long? total = null;
        do
        {
            var page = await store.FindAsync(query, default);
            total ??= page.Total;
            found.AddRange(page.Items.Select(item =>
                $"{item.Id} {item.Revision} {item.State} {Encoding.UTF8.GetString(item.Document.Span)} {string.Join('|', item.Verdicts)}"));
            query = query with { After = page.Next };
        }
        while (query.After is not null);
        return [$"{total}", .. found];
    }
}
