using System.Net;
using System.Net.Sockets;

namespace SecStream.Integration.Tests.Faults;

/// <summary>Files of the state are torn, damaged or gone; folders and ports can't be had: it goes on, or says what is wrong and how it is mended.</summary>
[Collection(FaultTests.Name)]
public sealed class StateFileTests
{
    /// <summary>All in one folder, one after another: what a crash tears must not matter, whatever else there was.</summary>
    [Fact]
    public async Task TornByACrash_WorkGoesOn()
    {
        using var folder = new FaultFolder();
        var lines = FaultEvents.Make(0, 240, FaultEvents.Start());
        await using (var service = await ServiceProcess.StartAsync(folder))
        {
            await service.PostAsync(lines.Take(120));
            await service.SettlesAsync([.. lines.Take(120)]);
            Assert.Equal(0, await service.StopAsync());
        }

        string[] appended = [folder.Files("*.ndjson", "state", "control")[^1], folder.Files("*.ndjson", "alerts")[^1], folder.InData("ledger.ndjson")];
        foreach (var path in appended)
        {
            await File.AppendAllTextAsync(path, "{\"n\":99999,\"at\":\"20");
        }

        foreach (var path in (string[])[folder.InData("state", "heartbeat.json"), folder.InData("state", "status.json"), folder.InData("state", "in-hand")])
        {
            await File.WriteAllTextAsync(path, "{\"at\"");
        }

        Directory.CreateDirectory(folder.InData("audit"));
        await File.AppendAllTextAsync(folder.InData("audit", "decisions.ndjson"), "{\"prev\":\"00");
        await File.WriteAllTextAsync(folder.InData("state", "faults.json"), "[{");
        await File.WriteAllTextAsync(folder.InData("state", "snapshots", "writing.tmp"), "half");
        await using var next = await ServiceProcess.StartAsync(folder);
        await next.PostAsync(lines.Skip(120));
        await next.SettlesAsync(lines);
        Assert.Equal(0, await next.StopAsync());
    }

    /// <summary>The end of the outbox is lost, which snapshot and database know: places are not given twice, so new alerts get through.</summary>
    [Fact]
    public async Task OutboxLostItsEnd_NewAlertsGetThrough()
    {
        using var folder = new FaultFolder();
        var lines = FaultEvents.Make(0, 240, FaultEvents.Start());
        await using (var service = await ServiceProcess.StartAsync(folder))
        {
            await service.PostAsync(lines.Take(120));
            await service.SettlesAsync([.. lines.Take(120)]);
            Assert.Equal(0, await service.StopAsync());
        }

        using (var file = File.OpenHandle(folder.Files("*.ndjson", "alerts")[^1], FileMode.Open, FileAccess.Write))
        {
            RandomAccess.SetLength(file, RandomAccess.GetLength(file) / 2);
        }

        await using var next = await ServiceProcess.StartAsync(folder);
        Assert.Contains("the outbox ends at", next.Log, StringComparison.Ordinal);
        await next.PostAsync(lines.Skip(120));
        await next.SettlesAsync(lines);
        Assert.Equal(0, await next.StopAsync());
    }

    [Fact]
    public async Task DamagedBeyondMending_SaysWhatAndHow()
    {
        using var folder = new FaultFolder();
        await using (var service = await ServiceProcess.StartAsync(folder))
        {
            await service.PostAsync(FaultEvents.Make(0, 24, FaultEvents.Start()));
            await service.UntilAsync(async () => (await service.EventsAsync()).Count == 24, "stored");
            Assert.Equal(0, await service.StopAsync());
        }

        // A line in the middle of the control log: decisions that can't be obeyed.
        var control = folder.Files("*.ndjson", "state", "control")[0];
        var log = await File.ReadAllLinesAsync(control);
        await File.WriteAllLinesAsync(control, [log[0][..20], .. log[1..]]);
        await FailsAsync(folder, 2, "0000000000000000.ndjson:1: damaged");
        await File.WriteAllLinesAsync(control, log);

        // The versions that the control log names.
        Directory.Move(folder.InData("state", "versions"), folder.File("versions"));
        await FailsAsync(folder, 2, "restore the folder from a backup");
        if (Directory.Exists(folder.InData("state", "versions")))
        {
            Directory.Delete(folder.InData("state", "versions"), recursive: true);
        }

        Directory.Move(folder.File("versions"), folder.InData("state", "versions"));

        // A line of the ledger: not needed to go on, but told.
        var ledger = await File.ReadAllTextAsync(folder.InData("ledger.ndjson"));
        await File.WriteAllTextAsync(folder.InData("ledger.ndjson"), "{damaged}\n" + ledger);
        await using var next = await ServiceProcess.StartAsync(folder);
        Assert.Single(await next.LedgerAsync("ledger_damaged"));
        await FailsAsync(folder, 2, "another serve works in this folder");
    }

    [Fact]
    public async Task CannotBeHad_SaysWhatAndEndsWithTwo()
    {
        using var folder = new FaultFolder();
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        folder.Configuration = $"files: [\"{folder.File("no/such/folder/app.log")}\"]";
        await FailsAsync(folder, 2, "in a folder that exists");
        folder.Configuration = "no_such_key: 1";
        await FailsAsync(folder, 2, "no_such_key");
        folder.Configuration = "";
        folder.Http = taken.LocalEndpoint.ToString()!;
        await FailsAsync(folder, 2, folder.Http);
        (folder.Tcp, folder.Http) = (folder.Http, "127.0.0.1:0");
        await FailsAsync(folder, 2, folder.Tcp);
        folder.Tcp = "127.0.0.1:0";

        // A file where the data folder should be.
        Directory.Delete(folder.Data, recursive: true);
        await File.WriteAllTextAsync(folder.Data, "");
        await FailsAsync(folder, 2, "data");
    }

    private static async Task FailsAsync(FaultFolder folder, int code, string message, params string[] arguments)
    {
        await using var service = ServiceProcess.Launch(folder, arguments);
        var ended = await service.EndedAsync(RunningService.Patience);
        Assert.True(ended == code && service.Log.Contains(message, StringComparison.Ordinal), $"{ended} and not {code}, or not '{message}':\n{service.Log}");
        Assert.DoesNotContain("   at SecStream", service.Log, StringComparison.Ordinal);
    }
}
