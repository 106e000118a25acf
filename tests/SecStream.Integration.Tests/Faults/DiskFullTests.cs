using System.Net;
using System.Text;

namespace SecStream.Integration.Tests.Faults;

/// <summary>A disk that is full loses nothing that was accepted, accepts nothing that it can't keep, and is told; with room everything goes on by itself.</summary>
[Collection(FaultTests.Name)]
public sealed class DiskFullTests
{
    [SmallDiskFact]
    public async Task WhileRunning_AcceptedIsKeptOnceAndWorkGoesOnByItself()
    {
        using var disk = new SmallDisk(32);
        using var folder = new FaultFolder(disk.Data);
        var lines = FaultEvents.Make(0, 360, FaultEvents.Start());
        await using var service = await ServiceProcess.StartAsync(folder);
        await service.PostAsync(lines.Take(120));
        using var sender = await service.ConnectAsync();

        // Not quite full: the journal keeps its distance. Then really: nothing can be written at all.
        disk.Fill(left: 512 << 10);
        var accepted = lines.Take(120).ToList();
        var refused = new List<string>();
        foreach (var line in lines.Skip(120).Take(5))
        {
            var (status, text) = await service.TryPostAsync([line]);
            Assert.True(status is HttpStatusCode.ServiceUnavailable or HttpStatusCode.TooManyRequests, $"{status}: {text}");
            Assert.Contains("make room", text, StringComparison.Ordinal);
            refused.Add(line);
        }

        disk.Fill();
        await sender.GetStream().WriteAsync(Encoding.UTF8.GetBytes("<34>1 2026-03-02T10:00:00Z web app - - - while the disk was full\n"));
        await service.UntilAsync(async () => (await service.GetAsync("/health/ready")).Status == HttpStatusCode.ServiceUnavailable, "not ready");
        Assert.Contains("make room", (await service.GetAsync("/health/ready")).Text, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, (await service.GetAsync("/health/live")).Status);
        await service.UntilAsync(async () => (await service.LedgerAsync("disk_full")).Any(IsOpen), "disk_full is in the ledger");
        await service.UntilAsync(() => service.Log.Contains("disk_full", StringComparison.Ordinal) && service.Log.Contains("Free space or enlarge the disk", StringComparison.Ordinal), "the log names the mend");

        // Long enough for snapshots and for decisions on quiet sources to be due.
        await Task.Delay(TimeSpan.FromSeconds(3));
        Assert.False(service.HasEnded, service.Log);

        disk.MakeRoom();
        await service.UntilAsync(async () => (await service.GetAsync("/health/ready")).Status == HttpStatusCode.OK, "ready again");
        await service.PostAsync(refused);
        await service.PostAsync(lines.Skip(125));
        await service.UntilAsync(async () => !(await service.LedgerAsync("disk_full")).Any(IsOpen), "disk_full is closed");
        await service.UntilAsync(async () => (await service.EventsAsync()).Count == 361, "the line of the waiting sender has come");
        Assert.Equal(361, (await service.EventsAsync()).Distinct().Count());
        var expected = (await FaultEvents.ReplayAsync(lines)).Alerts;
        await service.UntilAsync(async () => expected.SequenceEqual(await service.AlertsAsync()), "the alerts are those of a replay");
        Assert.Equal(0, await service.StopAsync());
        Assert.Contains("is over", service.Log, StringComparison.Ordinal);
    }

    [SmallDiskFact]
    public async Task StopWhileFull_EndsInSecondsAndTheNextStartLosesNothing()
    {
        using var disk = new SmallDisk(32);
        using var folder = new FaultFolder(disk.Data);
        var lines = FaultEvents.Make(0, 240, FaultEvents.Start());
        await using (var service = await ServiceProcess.StartAsync(folder))
        {
            await service.PostAsync(lines.Take(120));
            disk.Fill();
            await service.UntilAsync(async () => (await service.LedgerAsync("disk_full")).Any(IsOpen), "disk_full is in the ledger");
            await service.StopAsync(TimeSpan.FromSeconds(20));
        }

        // Full at the start, too: it waits, and says so.
        await using var next = ServiceProcess.Launch(folder);
        await next.UntilAsync(() => next.Log.Contains("full: the service can't start", StringComparison.Ordinal), "it says that the disk is full");
        Assert.False(next.HasEnded);
        disk.MakeRoom();
        await next.ListeningAsync();
        await next.PostAsync(lines.Skip(120));
        await next.SettlesAsync(lines);
    }

    [SmallDiskFact]
    public async Task FullAtStart_StopIsObeyed()
    {
        using var disk = new SmallDisk(4);
        using var folder = new FaultFolder(disk.Data);
        Directory.CreateDirectory(disk.Data);
        disk.Fill();
        await using var service = ServiceProcess.Launch(folder);
        await service.UntilAsync(() => service.Log.Contains("Make room", StringComparison.Ordinal), "it says what to do");
        Assert.Equal(0, await service.StopAsync(TimeSpan.FromSeconds(10)));
    }

    private static bool IsOpen(System.Text.Json.JsonElement entry) => !entry.TryGetProperty("until", out var until) || until.ValueKind == System.Text.Json.JsonValueKind.Null;
}
