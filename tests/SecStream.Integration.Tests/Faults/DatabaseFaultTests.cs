using System.Net;
using Microsoft.Data.Sqlite;
using SecStream.Connectors.Embedded;

namespace SecStream.Integration.Tests.Faults;

/// <summary>Whatever happens to the alert database: alerts come back from the outbox, verdicts and the blacklist from the decisions.</summary>
[Collection(FaultTests.Name)]
public sealed class DatabaseFaultTests
{
    private static readonly TimeSpan s_locked = Environment.GetEnvironmentVariable("SECSTREAM_LONG") == "1" ? TimeSpan.FromSeconds(45) : TimeSpan.FromSeconds(6);

    [Fact]
    public async Task Running_LockedThenDeletedThenOverwritten_NothingIsLost()
    {
        using var folder = new FaultFolder();
        var lines = FaultEvents.Make(0, 480, FaultEvents.Start());
        await using var service = await ServiceProcess.StartAsync(folder);
        await service.PostAsync(lines.Take(120));
        await service.SettlesAsync([.. lines.Take(120)]);
        var judged = await JudgeAsync(service, folder);

        await using (var other = new SqliteConnection($"Data Source={Database(folder)};Pooling=False"))
        {
            await other.OpenAsync();
            Run(other, "BEGIN EXCLUSIVE");
            await service.PostAsync(lines.Skip(120).Take(120));
            await Task.Delay(s_locked);
            Run(other, "ROLLBACK");
        }

        await service.SettlesAsync([.. lines.Take(240)]);

        foreach (var suffix in (string[])["", "-wal", "-shm"])
        {
            File.Delete(Database(folder) + suffix);
        }

        await service.PostAsync(lines.Skip(240).Take(120));
        await service.SettlesAsync([.. lines.Take(360)]);
        await AssertJudgedAsync(service, folder, judged);

        Overwrite(Database(folder), 64);
        await service.PostAsync(lines.Skip(360));
        await service.SettlesAsync(lines);
        await AssertJudgedAsync(service, folder, judged);
        Assert.Equal(0, await service.StopAsync());
    }

    [Fact]
    public async Task AtStart_ZeroLengthOrNoDatabaseOrDamaged_IsMadeAnewAndSaysSo()
    {
        using var folder = new FaultFolder();
        var lines = FaultEvents.Make(0, 120, FaultEvents.Start());
        string judged;
        await using (var service = await ServiceProcess.StartAsync(folder))
        {
            await service.PostAsync(lines);
            await service.SettlesAsync(lines);
            judged = await JudgeAsync(service, folder);
            Assert.Equal(0, await service.StopAsync());
        }

        foreach (var damage in (Action<string>[])[path => File.WriteAllBytes(path, []), path => File.WriteAllText(path, new string('x', 100_000)), path => Overwrite(path, 64)])
        {
            damage(Database(folder));
            await using var service = await ServiceProcess.StartAsync(folder);
            await service.SettlesAsync(lines);
            await AssertJudgedAsync(service, folder, judged);
            Assert.Equal(0, await service.StopAsync());
            Assert.True(service.Log.Contains("made anew", StringComparison.Ordinal), service.Log);
        }

        Assert.NotEmpty(folder.Files("secstream.db.damaged-*"));
    }

    private static string Database(FaultFolder folder) => folder.InData(SqliteAlertStore.FileName);

    private static async Task<string> JudgeAsync(ServiceProcess service, FaultFolder folder)
    {
        var id = (await service.AlertsAsync())[0];
        var (status, text) = await service.PostJsonAsync($"/api/v1/alerts/{id}/verdict", """{"state":"false_positive","note":"a test"}""");
        Assert.True(status == HttpStatusCode.OK, text);
        using var store = new SqliteAlertStore(folder.Data, new SqliteStoreOptions { CheckAtOpen = false }, TimeProvider.System);
        await store.Blacklist.AddAsync("198.51.100.77", "a test", null, "test", CancellationToken.None);
        return id;
    }

    private static async Task AssertJudgedAsync(ServiceProcess service, FaultFolder folder, string id)
    {
        await service.UntilAsync(async () => (await service.GetAsync("/api/v1/alerts/" + id)).Text.Contains("\"state\":\"false_positive\"", StringComparison.Ordinal), "the verdict is there");
        using var store = new SqliteAlertStore(folder.Data, new SqliteStoreOptions { CheckAtOpen = false }, TimeProvider.System);
        Assert.Contains(await store.Blacklist.ListAsync(CancellationToken.None), e => e.Value.StartsWith("198.51.100.77", StringComparison.Ordinal));
        Assert.Contains("198.51.100.77", await File.ReadAllTextAsync(folder.InData("state", "blacklist.txt")), StringComparison.Ordinal);
    }

    /// <summary>Random bytes at random places, the same in every run, the head of the file among them.</summary>
    private static void Overwrite(string path, int places)
    {
        var random = new Random(7);
        using var file = File.OpenHandle(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
        var length = RandomAccess.GetLength(file);
        var junk = new byte[256];
        for (var i = 0; i < places; i++)
        {
            random.NextBytes(junk);
            RandomAccess.Write(file, junk, i == 0 ? 0 : random.NextInt64(length));
        }
    }

    private static void Run(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
