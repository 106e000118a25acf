using System.Text.Json;
using SecStream.Connectors.Files;
using SecStream.Connectors.Journal;
using SecStream.Core.Pipeline;
using SecStream.Host.Replay;
using SecStream.Host.Serve;

namespace SecStream.Integration.Tests.Faults;

/// <summary>A record that ends the program again and again is set aside; one that was only in hand when somebody killed it is not.</summary>
[Collection(FaultTests.Name)]
public sealed class PoisonTests
{
    [Fact]
    public async Task InHandAtTheEndOfThreeLives_BecomesADeadLetterAndTwoDoNotSuffice()
    {
        using var folder = new FaultFolder();
        var lines = FaultEvents.Make(0, 24, FaultEvents.Start());
        JournalFaultTests.WriteJournal(folder, lines);
        var (source, position) = Third(folder);
        Directory.CreateDirectory(folder.InData("state"));
        for (var life = 1; life <= 2; life++)
        {
            LeaveInHand(folder, source, position);
            await using var service = await ServiceProcess.StartAsync(folder);
            await service.SettlesAsync(lines);
            await service.KillAsync();
        }

        // The third death in a row at the same record, which is to be read again: the state is lost as well.
        LeaveInHand(folder, source, position);
        Directory.Delete(folder.InData("state", "snapshots"), recursive: true);
        await using (var service = await ServiceProcess.StartAsync(folder))
        {
            // Alerts that were sent with it stay: they were true.
            var rest = (await FaultEvents.ReplayAsync([.. lines.Where((_, i) => i != 2)])).Events;
            await service.UntilAsync(async () => rest.SequenceEqual(await service.EventsAsync()), "all but that one are stored");
            await service.UntilAsync(async () => (await service.LedgerAsync("poison_record")).Count > 0, "it is in the ledger");
            var entry = Assert.Single(await service.LedgerAsync("poison_record"));
            Assert.Equal("http", entry.GetProperty("subject").GetString());
            Assert.Equal(0, await service.StopAsync());
        }

        var letters = folder.Files("*.ndjson", "dead-letters").SelectMany(File.ReadLines).ToList();
        Assert.Contains("poison", Assert.Single(letters), StringComparison.Ordinal);
        var control = FileControlLog.ReadFolder(folder.InData("state", "control")).Single(e => e.Kind == ControlKinds.Poison);
        Assert.Equal((source, position), (control.Source, control.Position));

        // A replay of the service leaves it out, too.
        var record = ServiceRecord.Read(folder.Data, "default");
        var options = new Host.PipelineOptions { Zone = TimeZoneInfo.Utc, GeoIp = [], Lateness = TimeSpan.FromSeconds(1) };
        await new ReplayRun(options, folder.File("out"), TimeProvider.System) { Control = record.Control, Timeline = record.Timeline }
            .RunAsync(record.Journals, null, CancellationToken.None);
        Assert.Equal(23, File.ReadLines(folder.File("out/events.ndjson")).Count());
        using var letter = JsonDocument.Parse(Assert.Single(File.ReadLines(folder.File("out/dead-letters.ndjson"))));
        Assert.Contains("poison", letter.RootElement.GetRawText(), StringComparison.Ordinal);
    }

    [Fact]
    public void Thrown_TheSecondTimeIsEnough_AndTheRecordInHandIsNotCountedTwice()
    {
        using var folder = new FaultFolder();
        using (var memory = new FaultMemory(folder.Path, []))
        {
            memory.GuardOf(0).Take(1, 100);
            Assert.False(memory.Note(1, 100, "boom"));
        }

        using (var memory = new FaultMemory(folder.Path, []))
        {
            Assert.Empty(memory.NoteDeaths("died"));
            memory.GuardOf(0).Take(1, 100);
            Assert.True(memory.Note(1, 100, "boom"));
        }
    }

    [Fact]
    public void Died_OnlyLivesInARowCount()
    {
        using var folder = new FaultFolder();
        for (var life = 1; life <= 6; life++)
        {
            using var memory = new FaultMemory(folder.Path, []);
            Assert.Empty(memory.NoteDeaths("died"));

            // Every third life ends at another record: the one before is innocent.
            memory.GuardOf(0).Take(1, life % 3 == 0 ? 200 : 100);
        }

        for (var life = 1; life <= 3; life++)
        {
            using var memory = new FaultMemory(folder.Path, []);
            var guilty = memory.NoteDeaths("died");
            Assert.Empty(guilty);
            memory.GuardOf(0).Take(1, 300);
        }

        using var last = new FaultMemory(folder.Path, []);
        Assert.Equal((1UL, 300L), Assert.Single(last.NoteDeaths("died")));
    }

    private static (ulong Source, long Position) Third(FaultFolder folder)
    {
        using var journal = JournalSource.OpenForReplay(folder.InData("journal", "http"), "default");
        var batch = new RecordBatch();
        batch.Reset(0);
        Assert.True(journal.TryRead(batch));
        return (batch.SourceHash, batch.Records[2].Position);
    }

    /// <summary>What a process leaves that ended without a word while it had the record in hand.</summary>
    private static void LeaveInHand(FaultFolder folder, ulong source, long position)
    {
        using var memory = new FaultMemory(folder.InData("state"), []);
        memory.GuardOf(0).Take(source, position);
    }
}
