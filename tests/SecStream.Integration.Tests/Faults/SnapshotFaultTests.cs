namespace SecStream.Integration.Tests.Faults;

/// <summary>Whatever happens to the saved state: the same alerts, each event once, and a word about it.</summary>
[Collection(FaultTests.Name)]
public sealed class SnapshotFaultTests
{
    [Theory]
    [InlineData("newest torn")]
    [InlineData("newest flipped")]
    [InlineData("deltas torn")]
    [InlineData("all torn")]
    [InlineData("folder deleted")]
    public async Task Damaged_TheNextStartGoesOnFromWhatIsIntact(string damage)
    {
        using var folder = new FaultFolder();
        var lines = FaultEvents.Make(0, 360, FaultEvents.Start());
        await using (var service = await ServiceProcess.StartAsync(folder))
        {
            for (var at = 0; at < 240; at += 60)
            {
                await service.PostAsync(lines.Skip(at).Take(60));
                var files = folder.Files("*", "state", "snapshots").Count;
                await service.UntilAsync(() => folder.Files("*", "state", "snapshots").Count > files, "a snapshot was taken");
            }

            await service.KillAsync();
        }

        Damage(folder, damage);
        await using var next = await ServiceProcess.StartAsync(folder);
        Assert.Matches(damage is "all torn" or "folder deleted" ? "no saved state is left: .*aside-" : "the snapshot is damaged", next.Log);
        await next.PostAsync(lines.Skip(240));
        await next.SettlesAsync(lines);
        if (damage is "all torn" or "folder deleted")
        {
            Assert.Single(await next.LedgerAsync("state_lost"));
        }

        // And the state of now is one to go on from.
        Assert.Equal(0, await next.StopAsync());
        await using var last = await ServiceProcess.StartAsync(folder);
        Assert.Contains("restored", last.Log, StringComparison.Ordinal);
        await last.SettlesAsync(lines);
    }

    /// <summary>Killed before anything was saved: what was stored already must not come twice.</summary>
    [Fact]
    public async Task KilledAtOnce_EachEventOnce()
    {
        using var folder = new FaultFolder { Configuration = "" };
        var lines = FaultEvents.Make(0, 120, FaultEvents.Start());
        for (var i = 0; i < 2; i++)
        {
            await using var service = await ServiceProcess.StartAsync(folder);
            await service.PostAsync(lines.Skip(i * 60).Take(60));
            await service.KillAsync();
        }

        await using var last = await ServiceProcess.StartAsync(folder);
        await last.SettlesAsync(lines);
        Assert.Empty(Directory.GetDirectories(folder.Data, "aside-*"));
    }

    [Fact]
    public async Task Rebuild_ReadsEverythingAgain()
    {
        using var folder = new FaultFolder();
        var lines = FaultEvents.Make(0, 120, FaultEvents.Start());
        await using (var service = await ServiceProcess.StartAsync(folder))
        {
            await service.PostAsync(lines);
            await service.SettlesAsync(lines);
            Assert.Equal(0, await service.StopAsync());
        }

        await using var next = await ServiceProcess.StartAsync(folder, "--rebuild");
        await next.SettlesAsync(lines);
        var aside = Directory.GetDirectories(folder.Data, "aside-*");
        Assert.Contains(aside, a => Directory.Exists(Path.Combine(a, "snapshots")));
        Assert.Contains(aside, a => Directory.Exists(Path.Combine(a, "events")));
    }

    private static void Damage(FaultFolder folder, string damage)
    {
        var files = folder.Files("*", "state", "snapshots");
        Assert.True(files.Count >= 3);
        switch (damage)
        {
            case "newest torn":
                Tear(files[^1]);
                break;
            case "newest flipped":
                var bytes = File.ReadAllBytes(files[^1]);
                bytes[bytes.Length / 2] ^= 0x10;
                File.WriteAllBytes(files[^1], bytes);
                break;
            case "deltas torn":
                files.Where(f => f.EndsWith(".delta", StringComparison.Ordinal)).ToList().ForEach(Tear);
                break;
            case "all torn":
                files.ToList().ForEach(Tear);
                break;
            default:
                Directory.Delete(folder.InData("state", "snapshots"), recursive: true);
                break;
        }
    }

    private static void Tear(string path)
    {
        using var file = File.OpenHandle(path, FileMode.Open, FileAccess.Write);
        RandomAccess.SetLength(file, RandomAccess.GetLength(file) / 2);
    }
}
