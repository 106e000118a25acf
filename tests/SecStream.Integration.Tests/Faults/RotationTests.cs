using System.IO.Compression;

namespace SecStream.Integration.Tests.Faults;

/// <summary>A followed file is rotated in all the ways there are, while the service runs and while it does not: each line once.</summary>
[Collection(FaultTests.Name)]
public sealed class RotationTests
{
    [Fact]
    public async Task Rotated_RunningAndStopped_EachLineOnce()
    {
        using var folder = new FaultFolder();
        var lines = FaultEvents.Make(0, 216, FaultEvents.Start());
        var log = folder.File("app.log");
        var written = 0;
        await File.WriteAllLinesAsync(log, Next());
        await using (var service = await ServiceProcess.StartAsync(folder, log))
        {
            await AllReadAsync(service);

            // Renamed, and somebody still writes to the old file a moment later.
            File.Move(log, log + ".1");
            await File.AppendAllLinesAsync(log + ".1", Next());
            await File.WriteAllLinesAsync(log, Next());
            await AllReadAsync(service);

            // Copied and truncated.
            File.Copy(log, log + ".2");
            await File.WriteAllTextAsync(log, "");
            await Task.Delay(1500);
            await File.AppendAllLinesAsync(log, Next());
            await AllReadAsync(service);

            // Renamed and compressed.
            File.Move(log, log + ".3");
            await File.WriteAllLinesAsync(log, Next());
            await AllReadAsync(service);
            Compress(log + ".3");

            // Deleted, and made again later.
            File.Delete(log);
            await Task.Delay(1500);
            await File.WriteAllLinesAsync(log, Next());
            await AllReadAsync(service);
            Assert.Equal(0, await service.StopAsync());
        }

        // While nobody reads: written to, renamed, a new one.
        await File.AppendAllLinesAsync(log, Next());
        File.Move(log, log + ".4");
        await File.WriteAllLinesAsync(log, Next());
        await using (var service = await ServiceProcess.StartAsync(folder, log))
        {
            await AllReadAsync(service);
            Assert.Equal(0, await service.StopAsync());
        }

        // While nobody reads: copied and truncated.
        File.Copy(log, log + ".5");
        await File.WriteAllLinesAsync(log, Next());
        await using var last = await ServiceProcess.StartAsync(folder, log);
        await last.SettlesAsync(lines);
        Assert.Equal(lines.Count, written);

        List<string> Next()
        {
            var next = lines.Skip(written).Take(24).ToList();
            written += next.Count;
            return next;
        }

        async Task AllReadAsync(ServiceProcess service)
        {
            var expected = lines.Take(written).Count();
            await service.UntilAsync(async () => (await service.EventsAsync()).Count >= expected, $"{expected} lines are read");
            Assert.Equal(expected, (await service.EventsAsync()).Distinct().Count());
        }
    }

    /// <summary>Compressed while nobody read it: what had not been read of it is a gap that is told.</summary>
    [Fact]
    public async Task CompressedWhileStopped_TheGapIsTold()
    {
        using var folder = new FaultFolder();
        var lines = FaultEvents.Make(0, 72, FaultEvents.Start());
        var log = folder.File("app.log");
        await File.WriteAllLinesAsync(log, lines.Take(24));
        await using (var service = await ServiceProcess.StartAsync(folder, log))
        {
            await service.UntilAsync(async () => (await service.EventsAsync()).Count == 24, "read");
            Assert.Equal(0, await service.StopAsync());
        }

        await File.AppendAllLinesAsync(log, lines.Skip(24).Take(24));
        Compress(log);
        await File.WriteAllLinesAsync(log, lines.Skip(48));
        await using var next = await ServiceProcess.StartAsync(folder, log);
        await next.UntilAsync(async () => (await next.EventsAsync()).Count == 48, "the new file is read");
        await next.UntilAsync(async () => (await next.LedgerAsync("source_gap")).Count > 0, "the gap is in the ledger");
    }

    private static void Compress(string path)
    {
        using (var from = File.OpenRead(path))
        using (var to = new GZipStream(File.Create(path + ".gz"), CompressionLevel.Fastest))
        {
            from.CopyTo(to);
        }

        File.Delete(path);
    }
}
