using SecStream.Connectors.Embedded;
using SecStream.Connectors.Outbox;
using SecStream.Connectors.Tests.Harness;
using SecStream.Core.Queries;

namespace SecStream.Connectors.Tests.Embedded;

/// <summary>The database is a view: whatever happens to the file, everything is there again.</summary>
public sealed class DamagedDatabaseTests
{
    private const int Alerts = 200;

    [Fact]
    public async Task Open_DamagedAnywhere_EverythingIsThereAgain()
    {
        using var folder = new StoreFolder();
        await using var outbox = new AlertOutbox(folder.Alerts, new OutboxOptions(), TimeProvider.System);
        Enumerable.Range(0, Alerts).ToList().ForEach(i => outbox.Append(Entries.Make(i)));
        await outbox.FlushAsync(default);
        using (var store = await FilledAsync(folder, outbox))
        {
            await store.DecideAsync(new Verdict(Entries.Make(7).Id, 1, "ann", "resolved", "", null), default);
        }

        var whole = await File.ReadAllBytesAsync(folder.Database);
        var rebuilt = 0;
        for (var seed = 0; seed < 25; seed++)
        {
            var random = new Random(seed);
            var bytes = (byte[])whole.Clone();
            random.NextBytes(bytes.AsSpan(random.Next(bytes.Length - 1000), 1000));
            await File.WriteAllBytesAsync(folder.Database, seed == 0 ? [] : seed == 1 ? whole[..^5000] : bytes);
            using var store = await FilledAsync(folder, outbox);
            await AssertWholeAsync(store, outbox, folder);
            rebuilt += store.Notes.Count > 0 ? 1 : 0;
        }

        Assert.True(rebuilt > 5, $"only {rebuilt} of 25 were noticed");
        Assert.InRange(Directory.GetFiles(folder.Path, "secstream.db.damaged-*").Length, 1, 3);
    }

    [Fact]
    public async Task Find_DamagedWhileRunning_IsMadeAnewAndThePumpStartsOver()
    {
        using var folder = new StoreFolder();
        await using var outbox = new AlertOutbox(folder.Alerts, new OutboxOptions { SinkRetry = TimeSpan.FromMilliseconds(20) }, TimeProvider.System);
        Enumerable.Range(0, Alerts).ToList().ForEach(i => outbox.Append(Entries.Make(i)));
        await outbox.FlushAsync(default);
        using var store = Open(folder);
        await using var deliveries = new OutboxDeliveries(outbox, Path.Combine(folder.Path, "state"), TimeProvider.System);
        deliveries.Add(store);
        await deliveries.DrainAsync(default);
        using (var connection = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={folder.Database};Pooling=False"))
        {
            await connection.OpenAsync();
            using var command = connection.CreateCommand();
            command.CommandText = "UPDATE documents SET document = zeroblob(10) WHERE seq = 5";
            await command.ExecuteNonQueryAsync();
        }

        await Assert.ThrowsAsync<InvalidDataException>(() => store.FindAsync(new AlertQuery { Limit = Alerts }, default));
        Assert.Contains("made anew", Assert.Single(store.Notes), StringComparison.Ordinal);
        for (var i = 0; i < 500 && (await store.FindAsync(new AlertQuery(), default)).Total < Alerts; i++)
        {
            await Task.Delay(10);
        }

        Assert.Equal(Alerts, (await store.FindAsync(new AlertQuery { Limit = Alerts }, default)).Items.Count);
    }

    [Fact]
    public async Task Open_DamagedBesideTheService_IsNotTouched()
    {
        using var folder = new StoreFolder();
        await File.WriteAllTextAsync(folder.Database, new string('x', 10_000));
        var fault = Assert.Throws<InvalidDataException>(() => new SqliteAlertStore(folder.Path, new SqliteStoreOptions(), TimeProvider.System));

        Assert.Contains("start serve", fault.Message, StringComparison.Ordinal);
        Assert.Single(Directory.GetFiles(folder.Path));
    }

    private static SqliteAlertStore Open(StoreFolder folder) => new(folder.Path, new SqliteStoreOptions { MayRebuild = true }, TimeProvider.System);

    private static async Task<SqliteAlertStore> FilledAsync(StoreFolder folder, AlertOutbox outbox)
    {
        // What a process that was killed left beside the file belongs to another file.
        File.Delete(folder.Database + "-wal");
        File.Delete(folder.Database + "-shm");
        var store = Open(folder);
        await FillAsync(store, outbox);
        return store;
    }

    private static async Task FillAsync(SqliteAlertStore store, AlertOutbox outbox)
    {
        foreach (var batch in outbox.ReadFrom((await store.GetPositionAsync(default))!.Value).Chunk(100))
        {
            await store.DeliverAsync(batch, default);
        }
    }

    /// <summary>A question may find the damage first; then the next one has the answer.</summary>
    private static async Task AssertWholeAsync(SqliteAlertStore store, AlertOutbox outbox, StoreFolder folder)
    {
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                var page = await store.FindAsync(new AlertQuery { Limit = 1000, Entity = "alice" }, default);
                Assert.Equal(Enumerable.Range(0, Alerts).Reverse().Select(i => Entries.Make(i).Id), page.Items.Select(item => item.Id));
                Assert.Equal("resolved", (await store.GetAsync(Entries.Make(7).Id, default))!.State);
                return;
            }
            catch (InvalidDataException) when (attempt < 3)
            {
                await FillAsync(store, outbox);
            }
        }
    }
}
