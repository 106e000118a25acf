using SecStream.Connectors.Journal;
using SecStream.Core.Pipeline;

namespace SecStream.Integration.Tests.Faults;

/// <summary>A journal that a crash or a disk has damaged: what can be read is read, what can't is told, and nothing is taken twice.</summary>
[Collection(FaultTests.Name)]
public sealed class JournalFaultTests
{
    private static readonly bool s_long = Environment.GetEnvironmentVariable("SECSTREAM_LONG") == "1";

    /// <summary>The service had been killed in the middle of an append: nobody was told that it is durable.</summary>
    [Fact]
    public async Task TornInItsLastAppend_TheRestIsReadAndTheNextAppendIsTaken()
    {
        using var template = new FaultFolder();
        var lines = FaultEvents.Make(0, 25, FaultEvents.Start());
        var (last, end) = WriteJournal(template, lines);
        var cuts = s_long ? Enumerable.Range(0, (int)(end - last)).Select(i => last + i) : [last + 1, last + 20, end - 1];
        foreach (var cut in cuts)
        {
            using var folder = new FaultFolder();
            var path = folder.InData("journal", "http", Path.GetFileName(Segment(template)));
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.Copy(Segment(template), path);
            using (var file = File.OpenHandle(path, FileMode.Open, FileAccess.Write))
            {
                RandomAccess.SetLength(file, cut);
            }

            await using var service = await ServiceProcess.StartAsync(folder);
            await service.PostAsync([lines[24]]);
            await service.SettlesAsync(lines);
            Assert.Empty(await service.LedgerAsync("source_gap"));
        }
    }

    /// <summary>The end of the journal is lost although it had been read: no position is given twice, and what comes next is taken.</summary>
    [Fact]
    public async Task EndLostBehindTheState_IsToldAndWorkGoesOn()
    {
        using var folder = new FaultFolder();
        var lines = FaultEvents.Make(0, 48, FaultEvents.Start());
        await using (var service = await ServiceProcess.StartAsync(folder))
        {
            await service.PostAsync(lines.Take(12));
            await service.PostAsync(lines.Skip(12).Take(12));
            await service.SettlesAsync([.. lines.Take(24)]);
            Assert.Equal(0, await service.StopAsync());
        }

        using (var file = File.OpenHandle(Segment(folder), FileMode.Open, FileAccess.Write))
        {
            RandomAccess.SetLength(file, RandomAccess.GetLength(file) - 100);
        }

        await using (var service = await ServiceProcess.StartAsync(folder))
        {
            await service.UntilAsync(async () => (await service.LedgerAsync("source_gap")).Count > 0, "the gap is in the ledger");
            await service.PostAsync(lines.Skip(24));
            await service.SettlesAsync(lines);
            Assert.Equal(0, await service.StopAsync());
        }

        // The journal itself gone: another one begins.
        File.Delete(Segment(folder));
        folder.Files("*.journal", "journal", "http").ToList().ForEach(File.Delete);
        await using var last = await ServiceProcess.StartAsync(folder);
        await last.UntilAsync(async () => (await last.LedgerAsync("source_gap")).Any(e => e.GetRawText().Contains("another one", StringComparison.Ordinal)), "told");
        var more = FaultEvents.Make(60, 24, FaultEvents.Start());
        await last.PostAsync(more);
        await last.UntilAsync(async () => (await last.EventsAsync()).Count == 72, "the new journal is read");
        Assert.Equal(72, (await last.EventsAsync()).Distinct().Count());
    }

    [Fact]
    public async Task RottenInTheMiddle_TheRestIsReadAndTheGapIsTold()
    {
        using var folder = new FaultFolder();
        var lines = FaultEvents.Make(0, 48, FaultEvents.Start());
        WriteJournal(folder, lines);
        using (var file = File.OpenHandle(Segment(folder), FileMode.Open, FileAccess.ReadWrite))
        {
            var at = RandomAccess.GetLength(file) / 2;
            var one = new byte[1];
            RandomAccess.Read(file, one, at);
            one[0] ^= 1;
            RandomAccess.Write(file, one, at);
        }

        await using var service = await ServiceProcess.StartAsync(folder);
        await service.UntilAsync(async () => (await service.EventsAsync()).Count == 47, "all but one are read");
        Assert.Equal(47, (await service.EventsAsync()).Distinct().Count());
        await service.UntilAsync(async () => (await service.LedgerAsync("source_gap")).Any(e => e.GetRawText().Contains("damaged", StringComparison.Ordinal)), "the gap is in the ledger");
        await service.UntilAsync(() => service.Log.Contains("source_gap", StringComparison.Ordinal), "the log tells");
    }

    /// <summary>A journal as a service leaves it that was killed before it read it; where the last append begins and ends in the file.</summary>
    internal static (long Last, long End) WriteJournal(FaultFolder folder, IReadOnlyList<string> lines)
    {
        var end = 0L;
        var last = 0L;
        using (var journal = RecordJournal.Open(folder.InData("journal", "http"), "http", new JournalOptions { MinFreeBytes = 0 }, TimeProvider.System))
        {
            foreach (var line in lines)
            {
                var entries = new JournalEntries();
                entries.Add(System.Text.Encoding.UTF8.GetBytes(line));
                journal.AppendAsync(entries, CancellationToken.None).AsTask().GetAwaiter().GetResult();
                last = end;
                end = journal.DurablePosition;
            }
        }

        var head = new FileInfo(Segment(folder)).Length - end;
        return (last + head, end + head);
    }

    private static string Segment(FaultFolder folder) => folder.Files("*.journal", "journal", "http")[0];
}
