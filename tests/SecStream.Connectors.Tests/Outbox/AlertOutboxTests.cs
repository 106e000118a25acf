using System.Diagnostics;
using System.Text;
using SecStream.Connectors.Outbox;
using SecStream.Connectors.Tests.Harness;
using SecStream.Core.Alerts;

namespace SecStream.Connectors.Tests.Outbox;

public sealed class AlertOutboxTests
{
    private static readonly OutboxOptions s_small = new() { SegmentBytes = 4_000, BatchCount = 7, WriteRetry = TimeSpan.FromMilliseconds(100) };

    [Fact]
    public async Task Append_ThenReopened_EverythingIsThereByteForByte()
    {
        using var folder = new StoreFolder();
        var entries = Enumerable.Range(0, 40).Select(i => Entries.Make(i, 1 + (i % 3), kind: (ChangeKind)(i % 4), isIncident: i % 5 == 0, isSettled: i % 2 == 0)).ToArray();
        await FillAsync(folder, entries);
        await using var outbox = Open(folder);

        var read = outbox.ReadFrom(0).ToArray();
        Assert.Equal(entries.Select(Text), read.Select(Text));
        Assert.Equal(outbox.Position, read[^1].End);
        Assert.Equal(read.Skip(1).Select(e => e.Position), read.SkipLast(1).Select(e => e.End));
        Assert.Equal(read[20..].Select(Text), outbox.ReadFrom(read[19].End).Select(Text));
        Assert.True(Directory.GetFiles(folder.Alerts).Length > 3);
    }

    [Fact]
    public async Task Open_LastLineTornAtAnyByte_TheOthersAreThereAndWritingGoesOn()
    {
        using var folder = new StoreFolder();
        await using (var outbox = new AlertOutbox(folder.Alerts, new OutboxOptions(), TimeProvider.System))
        {
            outbox.Append(Entries.Make(0));
            outbox.Append(Entries.Make(1));
            await outbox.FlushAsync(default);
        }

        var path = Directory.GetFiles(folder.Alerts).Single();
        var whole = await File.ReadAllBytesAsync(path);
        var first = Array.IndexOf(whole, (byte)'\n') + 1;
        for (var length = first; length < whole.Length; length++)
        {
            await File.WriteAllBytesAsync(path, whole[..length]);
            await using var outbox = new AlertOutbox(folder.Alerts, new OutboxOptions { GroupInterval = TimeSpan.Zero }, TimeProvider.System);
            Assert.Equal(first, outbox.Position);
            outbox.Append(Entries.Make(2));
            await outbox.FlushAsync(default);
            Assert.Equal([Text(Entries.Make(0)), Text(Entries.Make(2))], outbox.ReadFrom(0).Select(Text));
        }
    }

    [Fact]
    public async Task Append_DiskFull_WaitsAndLosesNothing()
    {
        using var folder = new StoreFolder();
        var options = s_small with { MaxPendingBytes = 2_000 };
        var file = new FullDisk(folder.Alerts, options);
        await using (var outbox = new AlertOutbox(file, options, TimeProvider.System))
        {
            var append = Task.Run(() => Enumerable.Range(0, 30).ToList().ForEach(i => outbox.Append(Entries.Make(i))));
            await UntilAsync(() => outbox.Fault is not null && file.Refused > 1);
            Assert.Contains("No space left", outbox.Fault!.Message, StringComparison.Ordinal);
            Assert.Equal(0, outbox.DurablePosition);
            Assert.False(append.IsCompleted, "what does not fit into memory must wait");

            file.IsFull = false;
            await append;
            await outbox.FlushAsync(default);
            Assert.Null(outbox.Fault);
            Assert.Equal(outbox.Position, outbox.DurablePosition);
        }

        await using var again = Open(folder);
        Assert.Equal(Enumerable.Range(0, 30).Select(i => Text(Entries.Make(i))), again.ReadFrom(0).Select(Text));
    }

    /// <summary>The service ends while the disk is full: whoever waits to append holds what others need to come to an end.</summary>
    [Fact]
    public async Task Append_ToldToStopWhileTheDiskIsFull_Fails()
    {
        using var folder = new StoreFolder();
        using var stop = new CancellationTokenSource();
        var options = s_small with { MaxPendingBytes = 2_000 };
        await using var outbox = new AlertOutbox(new FullDisk(folder.Alerts, options), options, TimeProvider.System, stop.Token);
        var append = Task.Run(() => Enumerable.Range(0, 30).ToList().ForEach(i => outbox.Append(Entries.Make(i))));
        await UntilAsync(() => outbox.Fault is not null);
        await stop.CancelAsync();
        var fault = await Assert.ThrowsAsync<IOException>(() => append.WaitAsync(TimeSpan.FromSeconds(30)));
        Assert.Contains("No space left", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Dispose_DiskFull_EndsAndFlushSaysSo()
    {
        using var folder = new StoreFolder();
        var outbox = new AlertOutbox(new FullDisk(folder.Alerts, s_small), s_small, TimeProvider.System);
        outbox.Append(Entries.Make(0));
        var flush = outbox.FlushAsync(default);
        await outbox.DisposeAsync();

        await Assert.ThrowsAsync<IOException>(() => flush);
        Assert.Throws<ObjectDisposedException>(() => outbox.Append(Entries.Make(1)));
    }

    [Fact]
    public async Task ReadFrom_DamagedLine_IsLeftOutAndTheRestCounts()
    {
        using var folder = new StoreFolder();
        await FillAsync(folder, [.. Enumerable.Range(0, 3).Select(i => Entries.Make(i))]);
        var path = Directory.GetFiles(folder.Alerts).Single();
        var bytes = await File.ReadAllBytesAsync(path);
        bytes[Array.IndexOf(bytes, (byte)'\n') + 1] = (byte)'!';
        await File.WriteAllBytesAsync(path, bytes);
        await using var outbox = Open(folder);

        Assert.Equal([Text(Entries.Make(0)), Text(Entries.Make(2))], outbox.ReadFrom(0).Select(Text));
    }

    [Fact]
    public async Task ReadFrom_BehindTheEnd_SaysThatFilesAreMissing()
    {
        using var folder = new StoreFolder();
        await using var outbox = Open(folder);

        Assert.Contains("files have been taken away", Assert.Throws<InvalidDataException>(() => outbox.ReadFrom(1)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Append_DocumentOfTwoLines_IsRefused()
    {
        using var folder = new StoreFolder();
        await using var outbox = Open(folder);

        Assert.Throws<ArgumentException>(() => outbox.Append(Entries.Make(0) with { Document = "{\n}"u8.ToArray() }));
        Assert.Equal(0, outbox.Position);
    }

    [Fact]
    public async Task Upkeep_DeliveredSegments_AreCompressedReadAndAtLastDeleted()
    {
        using var folder = new StoreFolder();
        var entries = Enumerable.Range(0, 40).Select(i => Entries.Make(i)).ToArray();
        await FillAsync(folder, entries);
        await using (var outbox = Open(folder))
        {
            var half = outbox.ReadFrom(0).ElementAt(20).Position;
            OutboxUpkeep.Run(outbox.Folder, half, DateTimeOffset.UnixEpoch, default);
            var files = Directory.GetFiles(folder.Alerts);
            Assert.InRange(files.Count(f => f.EndsWith(".gz", StringComparison.Ordinal)), 1, files.Length - 2);
            Assert.Equal(entries.Select(Text), outbox.ReadFrom(0).Select(Text));
            Assert.Equal(entries[21..].Select(Text), outbox.ReadFrom(half).Skip(1).Select(Text));

            OutboxUpkeep.Run(outbox.Folder, outbox.Position, DateTimeOffset.UtcNow.AddHours(1), default);
        }

        await using var rest = Open(folder);
        Assert.Single(Directory.GetFiles(folder.Alerts));
        Assert.InRange(rest.ReadFrom(0).Count(), 1, 20);
        Assert.Equal(Text(entries[^1]), Text(rest.ReadFrom(0).Last()));
    }

    [Fact]
    public async Task Append_ThreeThousand_IsFastEnough()
    {
        using var folder = new StoreFolder();
        await using var outbox = new AlertOutbox(folder.Alerts, new OutboxOptions(), TimeProvider.System);
        var started = Stopwatch.GetTimestamp();
        for (var i = 0; i < 3_000; i++)
        {
            outbox.Append(Entries.Make(i));
        }

        await outbox.FlushAsync(default);

        // One fsync each would take this long on no disk that tests run on; a group takes milliseconds.
        Assert.True(Stopwatch.GetElapsedTime(started) < TimeSpan.FromSeconds(10), "groups must share their flush");
    }

    internal static async Task UntilAsync(Func<bool> condition)
    {
        for (var i = 0; i < 1_000 && !condition(); i++)
        {
            await Task.Delay(10);
        }

        Assert.True(condition(), "it did not come about in 10 s");
    }

    internal static string Text(OutboxEntry entry) =>
        $"{entry.Kind} {entry.IsIncident} {entry.Tenant} {entry.Id} {entry.Revision} {entry.Rule} {entry.Severity} {entry.Opened} {entry.IsSettled} "
        + $"{entry.EntityType} {entry.EntityName} {entry.EntityValue} {Encoding.UTF8.GetString(entry.Document.Span)}";

    private static AlertOutbox Open(StoreFolder folder) => new(folder.Alerts, s_small, TimeProvider.System);

    /// <summary>In groups, so that segments are closed.</summary>
    private static async Task FillAsync(StoreFolder folder, OutboxEntry[] entries)
    {
        await using var outbox = new AlertOutbox(folder.Alerts, s_small with { GroupInterval = TimeSpan.Zero }, TimeProvider.System);
        foreach (var group in entries.Chunk(4))
        {
            Array.ForEach(group, outbox.Append);
            await outbox.FlushAsync(default);
        }
    }

    /// <summary>Takes half of what is written, then has no room.</summary>
    private sealed class FullDisk(string directory, OutboxOptions options) : OutboxFile(directory, options, TimeProvider.System)
    {
        public bool IsFull { get; set; } = true;

        public int Refused { get; private set; }

        protected override void WriteTo(FileStream stream, ReadOnlySpan<byte> lines)
        {
            if (!IsFull)
            {
                base.WriteTo(stream, lines);
                return;
            }

            Refused++;
            base.WriteTo(stream, lines[..(lines.Length / 2)]);
            throw new IOException("No space left on device");
        }
    }
}
