using System.Text;
using Microsoft.Data.Sqlite;
using SecStream.Connectors.Embedded;
using SecStream.Connectors.Tests.Harness;
using SecStream.Core.Alerts;
using SecStream.Core.Queries;

namespace SecStream.Connectors.Tests.Embedded;

public sealed class SqliteAlertStoreTests : IDisposable
{
    private readonly StoreFolder _folder = new();

    [Fact]
    public async Task Deliver_TwiceAndOutOfOrder_TheHighestRevisionCounts()
    {
        using var store = Open();
        OutboxEntry[] entries = [Entries.Make(1), Entries.Make(1, 3, kind: ChangeKind.Revised), Entries.Make(1, 2, kind: ChangeKind.Revised), Entries.Make(2)];
        await store.DeliverAsync(Entries.Placed(entries), default);
        await store.DeliverAsync(Entries.Placed(entries[..2]), default);

        var page = await store.FindAsync(new AlertQuery(), default);
        Assert.Equal([(2, 1), (1, 3)], page.Items.Select(item => (Convert.ToInt32(item.Id[1..], 16), item.Revision)));
        Assert.Equal(Encoding.UTF8.GetString(entries[1].Document.Span), Encoding.UTF8.GetString(page.Items[1].Document.Span));
        Assert.Equal(40, await store.GetPositionAsync(default));
    }

    public static TheoryData<string, int[]> Questions() => new()
    {
        { "", [5, 3, 2, 1] },
        { "from=3", [5, 3] },
        { "until=3", [2, 1] },
        { "severity=critical", [3] },
        { "severity=critical,low", [5, 3] },
        { "rule=c1", [3, 2, 1] },
        { "rule=x1,L7", [5] },
        { "entity=BOB", [3] },
        { "entity=203.0.113", [3, 2, 1] },
        { "entity=web", [5, 3, 2, 1] },
        { "entity=%", [] },
        { "entity='; DROP TABLE alerts; --", [] },
        { "state=withdrawn", [4] },
        { "state=open,withdrawn", [5, 4, 3, 2, 1] },
        { "prefix=A0000000000000000000000000000002", [2] },
        { "prefix=b", [] },
        { "prefix=A000", [5, 3, 2, 1] },
        { "incidents", [7] },
        { "incidents;rule=l5", [7] },
        { "incidents;rule=L", [] },
    };

    [Theory]
    [MemberData(nameof(Questions))]
    public async Task Find_Question_GivesTheAnswer(string question, int[] expected)
    {
        using var store = Open();
        await store.DeliverAsync(
            Entries.Placed(
            [
                Entries.Make(1), Entries.Make(2), Entries.Make(3, severity: Severity.Critical, user: "Bob"), Entries.Make(4, kind: ChangeKind.Withdrawn),
                Entries.Make(5, severity: Severity.Low, rule: "X1", address: "2001:db8::1", user: "ünal"), Entries.Make(7, isIncident: true),
            ]),
            default);

        var page = await store.FindAsync(Query(question), default);
        Assert.Equal(expected, page.Items.Select(item => Convert.ToInt32(item.Id[1..], 16)));
        Assert.Equal(expected.Length, page.Total);
        Assert.Null(page.Next);
    }

    [Fact]
    public async Task Find_PageByPage_EachOnceAlsoWhenOthersComeMeanwhile()
    {
        using var store = Open();
        await store.DeliverAsync(Entries.Placed(Enumerable.Range(0, 50).Select(i => Entries.Make(i) with { Opened = Entries.Noon + (i / 10) })), default);
        var found = new List<string>();
        var query = new AlertQuery { Limit = 7 };
        do
        {
            var page = await store.FindAsync(query, default);
            found.AddRange(page.Items.Select(item => item.Id));
            query = query with { After = page.Next };
            await store.DeliverAsync([Entries.Make(1000 + found.Count)], default);
        }
        while (query.After is not null);

        Assert.Equal(Enumerable.Range(0, 50).Reverse().Select(i => Entries.Make(i).Id), found);
    }

    [Fact]
    public async Task Decide_ThenMachineRevises_VerdictStays()
    {
        using var store = Open();
        var id = Entries.Make(1).Id;
        await store.DeliverAsync(Entries.Placed([Entries.Make(1)]), default);
        await store.DecideAsync(new Verdict(id, 5, "ann", "acknowledged", "looking", "bob"), default);
        await store.DecideAsync(new Verdict(id, 6, "ann", "", "only a note", null), default);
        await store.DeliverAsync(Entries.Placed([Entries.Make(1, 2, kind: ChangeKind.Revised)]), default);
        var alert = (await store.GetAsync(id, default))!;
        Assert.Equal(("acknowledged", 2), (alert.State, alert.Revision));
        Assert.Equal([new Verdict(id, 5, "ann", "acknowledged", "looking", "bob"), new Verdict(id, 6, "ann", "", "only a note", null)], alert.Verdicts);

        await store.DeliverAsync(Entries.Placed([Entries.Make(1, 3, kind: ChangeKind.Withdrawn)]), default);
        Assert.Equal("withdrawn", (await store.GetAsync(id, default))!.State);
        await store.DecideAsync(new Verdict(id, 7, "ann", "false_positive", "", null), default);
        alert = (await store.GetAsync(id, default))!;
        Assert.Equal(("false_positive", 3), (alert.State, alert.Verdicts.Count));
    }

    [Fact]
    public async Task CountOpen_SeveritiesAndStates_ClosedAndWithdrawnDoNotCount()
    {
        using var store = Open();
        await store.DeliverAsync(
            Entries.Placed(
            [
                Entries.Make(1), Entries.Make(2), Entries.Make(3), Entries.Make(4, kind: ChangeKind.Withdrawn), Entries.Make(5, severity: Severity.Critical),
                Entries.Make(7, isIncident: true),
            ]),
            default);
        await store.DecideAsync(new Verdict(Entries.Make(2).Id, 5, "ann", "acknowledged", "", null), default);
        await store.DecideAsync(new Verdict(Entries.Make(3).Id, 5, "ann", "resolved", "", null), default);
        var usual = Entries.Make(1).Severity.ToString().ToLowerInvariant();

        var counts = store.CountOpen();

        OpenCount[] expected =
            [new(false, "critical", "open", 1), new(false, usual, "open", 1), new(false, usual, "acknowledged", 1), new(true, Entries.Make(7, isIncident: true).Severity.ToString().ToLowerInvariant(), "open", 1)];
        Assert.Equal(expected.Select(c => $"{c}").Order(StringComparer.Ordinal), counts.Where(c => c.Count > 0).Select(c => $"{c}").Order(StringComparer.Ordinal));
        Assert.Equal(16, counts.Count);
    }

    [Fact]
    public void OpenAlerts_AskedOften_CountsOnceInTenSeconds()
    {
        var time = new SteppedTime();
        var counted = 0;
        var open = new OpenAlerts(() => [new OpenCount(false, "high", "open", ++counted)], time);

        Assert.Equal((1L, 1L), (open.Counts[0].Count, open.Counts[0].Count));
        time.Step(TimeSpan.FromSeconds(9));
        Assert.Equal(1, open.Counts[0].Count);
        time.Step(TimeSpan.FromSeconds(2));
        Assert.Equal(2, open.Counts[0].Count);
    }

    [Fact]
    public async Task Decide_WhatCantBe_IsRefusedAndNotRecorded()
    {
        using var store = Open();
        await store.DeliverAsync(Entries.Placed([Entries.Make(1)]), default);
        var id = Entries.Make(1).Id;
        await Assert.ThrowsAsync<KeyNotFoundException>(() => store.DecideAsync(new Verdict("nobody", 1, "ann", "open", "", null), default));
        await Assert.ThrowsAsync<ArgumentException>(() => store.DecideAsync(new Verdict(id, 1, "ann", "withdrawn", "", null), default));
        await Assert.ThrowsAsync<ArgumentException>(() => store.DecideAsync(new Verdict(id, 1, "", "open", "", null), default));
        await Assert.ThrowsAsync<ArgumentException>(() => store.FindAsync(new AlertQuery { Limit = 0 }, default));
        await Assert.ThrowsAsync<ArgumentException>(() => store.FindAsync(new AlertQuery { After = "soon" }, default));

        Assert.False(File.Exists(store.Decisions.FilePath));
    }

    [Fact]
    public async Task Decide_ManyAtOnceFromTwoStores_AllAreThereAndTheChainHolds()
    {
        using var service = Open();
        using var command = Open(mayRebuild: false);
        await service.DeliverAsync(Entries.Placed([Entries.Make(1)]), default);
        var id = Entries.Make(1).Id;
        await Task.WhenAll(Enumerable.Range(0, 30).Select(i => (i % 2 == 0 ? service : command).DecideAsync(new Verdict(id, i, "ann", "", $"{i}", null), default)));

        Assert.Equal(Enumerable.Range(0, 30), (await service.GetAsync(id, default))!.Verdicts.Select(v => int.Parse(v.Note)).Order());
        Assert.Null(service.Decisions.Verify());
        var lines = await File.ReadAllLinesAsync(service.Decisions.FilePath);
        lines[10] = lines[10].Replace("ann", "eve", StringComparison.Ordinal);
        await File.WriteAllLinesAsync(service.Decisions.FilePath, lines);
        Assert.Contains(":12:", service.Decisions.Verify(), StringComparison.Ordinal);
        await File.WriteAllLinesAsync(service.Decisions.FilePath, lines[..5].Concat(lines[6..]));
        Assert.Contains(":6:", service.Decisions.Verify(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Open_DatabaseGone_DecisionsAreAppliedAgainAndTheOutboxComesFromItsBeginning()
    {
        var id = Entries.Make(1).Id;
        using (var store = Open())
        {
            await store.DeliverAsync(Entries.Placed([Entries.Make(1)]), default);
            await store.DecideAsync(new Verdict(id, 5, "ann", "resolved", "done", null), default);
            await store.Blacklist.AddAsync("203.0.113.7", "", null, "ann", default);
        }

        Array.ForEach(Directory.GetFiles(_folder.Path, "secstream.db*"), File.Delete);

        // A decision that a crash tore was never one.
        await File.AppendAllTextAsync(Path.Combine(_folder.Path, "audit", "decisions.ndjson"), "{\"prev\":\"");
        using var again = Open();
        Assert.Equal(0, await again.GetPositionAsync(default));
        Assert.Single(await again.Blacklist.ListAsync(default));
        await again.DeliverAsync(Entries.Placed([Entries.Make(1)]), default);
        Assert.Equal("resolved", (await again.GetAsync(id, default))!.State);
        await again.DecideAsync(new Verdict(id, 6, "ann", "open", "", null), default);
        Assert.Null(again.Decisions.Verify());
    }

    [Fact]
    public async Task Deliver_AnotherProcessHoldsTheDatabase_WaitsAndLosesNothing()
    {
        using var store = Open();
        using var other = new SqliteConnection($"Data Source={_folder.Database};Pooling=False");
        await other.OpenAsync();
        var transaction = other.BeginTransaction();
        var delivery = store.DeliverAsync(Entries.Placed([Entries.Make(1)]), default);
        Assert.NotSame(delivery, await Task.WhenAny(delivery, Task.Delay(300)));

        await transaction.CommitAsync();
        await delivery;
        Assert.NotNull(await store.GetAsync(Entries.Make(1).Id, default));
    }

    [Fact]
    public async Task Deliver_LockedForTooLong_FailsWithAMessageAndComesAgain()
    {
        using var store = new SqliteAlertStore(_folder.Path, new SqliteStoreOptions { LockTimeout = TimeSpan.FromSeconds(1) }, TimeProvider.System);
        using var other = new SqliteConnection($"Data Source={_folder.Database};Pooling=False");
        await other.OpenAsync();
        var transaction = other.BeginTransaction();
        var fault = await Assert.ThrowsAsync<IOException>(() => store.DeliverAsync(Entries.Placed([Entries.Make(1)]), default));
        Assert.Contains("another process holds", fault.Message, StringComparison.Ordinal);

        await transaction.RollbackAsync();
        Assert.Equal(0, await store.GetPositionAsync(default));
        await store.DeliverAsync(Entries.Placed([Entries.Make(1)]), default);
        Assert.NotNull(await store.GetAsync(Entries.Make(1).Id, default));
    }

    [Fact]
    public void Open_NewerFormat_IsLeftAlone()
    {
        Open().Dispose();
        using (var other = new SqliteConnection($"Data Source={_folder.Database};Pooling=False"))
        {
            other.Open();
            using var command = other.CreateCommand();
            command.CommandText = "PRAGMA user_version = 99";
            command.ExecuteNonQuery();
        }

        Assert.Contains("format 99", Assert.Throws<InvalidDataException>(() => Open()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task DeleteBefore_OldAlerts_AreGoneWithTheirNames()
    {
        using var store = Open();
        await store.DeliverAsync(Entries.Placed([Entries.Make(1, user: "old"), Entries.Make(5)]), default);

        Assert.Equal(1, await store.DeleteBeforeAsync(Entries.Noon + 3_000_000, default));
        Assert.Equal(1, (await store.FindAsync(new AlertQuery(), default)).Total);
        Assert.Equal(0, (await store.FindAsync(new AlertQuery { Entity = "old" }, default)).Total);
        Assert.Equal(1, (await store.FindAsync(new AlertQuery { Entity = "alice" }, default)).Total);
    }

    public void Dispose() => _folder.Dispose();

    private static AlertQuery Query(string text)
    {
        var query = new AlertQuery();
        foreach (var part in text.Split(';', 2)[0] == "incidents" ? text.Split(';') : [text])
        {
            var (name, value) = (part.Split('=')[0], part[(part.IndexOf('=', StringComparison.Ordinal) + 1)..]);
            query = name switch
            {
                "from" => query with { From = Entries.Noon + (long.Parse(value) * 1_000_000) },
                "until" => query with { Until = Entries.Noon + (long.Parse(value) * 1_000_000) },
                "severity" => query with { Severities = [.. value.Split(',').Select(v => Enum.Parse<Severity>(v, ignoreCase: true))] },
                "rule" => query with { Rules = value.Split(',') },
                "entity" => query with { Entity = value },
                "state" => query with { States = value.Split(',') },
                "prefix" => query with { IdPrefix = value },
                "incidents" => query with { Incidents = true },
                _ => query,
            };
        }

        return query;
    }

    private SqliteAlertStore Open(bool mayRebuild = true) => new(_folder.Path, new SqliteStoreOptions { MayRebuild = mayRebuild }, TimeProvider.System);

    /// <summary>A clock that stands but for the steps it is told to make.</summary>
    private sealed class SteppedTime : TimeProvider
    {
        private long _ticks = 1;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => _ticks;

        public void Step(TimeSpan span) => _ticks += span.Ticks;
    }
}
