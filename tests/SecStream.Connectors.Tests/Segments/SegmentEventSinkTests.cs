using System.IO.Compression;
using System.Text;
using SecStream.Core.Queries;

namespace SecStream.Connectors.Tests.Segments;

public sealed class SegmentEventSinkTests
{
    private static readonly EventQuery s_all = new() { Limit = 1000, Ascending = true };

    [Fact]
    public async Task Write_MoreThanASegment_ClosesAndCompressesItAfterTheCommitOnly()
    {
        await using var harness = new SegmentHarness();
        var events = SegmentHarness.Generate(1, 3000);
        harness.Write(events);
        Assert.Empty(harness.Files("*.gz"));
        Assert.True(harness.Files("*.ndjson").Length > 5);

        await harness.SnapshotAsync();

        Assert.NotEmpty(harness.Files("*.gz"));
        Assert.Equal(harness.Files("*.gz").Length, harness.Files("*.idx").Length);
        Assert.InRange(harness.Files("*.ndjson").Length, 1, 4);
        Assert.Equal(events.Select(e => e.Json).Order(), Content(harness).Order());
        Assert.Empty(harness.Reports);
    }

    [Fact]
    public async Task Committed_StateOfAnEarlierSave_LeavesWhatWasClosedSince()
    {
        await using var harness = new SegmentHarness();
        harness.Write(SegmentHarness.Generate(1, 100));
        var state = harness.Save();
        await harness.Sink.MakeDurableAsync(CancellationToken.None);
        harness.Write(SegmentHarness.Generate(2, 3000));
        harness.Sink.Committed();
        await harness.Sink.WhenCompressedAsync();
        Assert.Empty(harness.Files("*.gz"));

        await harness.RestartAsync(state);

        Assert.Equal(100, Content(harness).Count);
    }

    [Fact]
    public async Task Restore_StatesTakenAtAnyMoment_CutBackAndGoOnToTheSameContent()
    {
        await using var harness = new SegmentHarness();
        var events = SegmentHarness.Generate(3, 2000);
        var random = new Random(5);
        var (written, saved, state) = (0, 0, harness.Save());
        while (written < events.Count)
        {
            var count = Math.Min(random.Next(1, 200), events.Count - written);
            harness.Write(events.Skip(written).Take(count));
            written += count;
            switch (random.Next(4))
            {
                case 0:
                    (state, saved) = (await harness.SnapshotAsync(), written);
                    break;
                case 1:
                    await harness.RestartAsync(state);
                    Assert.Equal(saved, Content(harness).Count);
                    written = saved;
                    break;
            }
        }

        await harness.RestartAsync(await harness.SnapshotAsync());
        Assert.Equal(events.Select(e => e.Json).Order(), Content(harness).Order());
        Assert.Equal(events.Count, (await SegmentHarness.AllAsync(harness.Sink.OpenStore(), s_all)).Count);
    }

    [Fact]
    public async Task Restore_SegmentCompressedSinceTheState_IsExpandedAndCut()
    {
        await using var harness = new SegmentHarness();
        var events = SegmentHarness.Generate(4, 3000);
        harness.Write(events.Take(200));
        var old = await harness.SnapshotAsync();
        harness.Write(events.Skip(200));
        await harness.SnapshotAsync();

        await harness.RestartAsync(old);

        Assert.Equal(events.Take(200).Select(e => e.Json).Order(), Content(harness).Order());
    }

    [Fact]
    public async Task Restore_ClassThatAppearedAfterTheState_IsRemoved()
    {
        await using var harness = new SegmentHarness();
        var events = SegmentHarness.Generate(5, 100);
        harness.Write(events.Select(e => e with { Days = 30 }));
        var state = await harness.SnapshotAsync();
        harness.Write(events.Select(e => e with { Days = 180, Id = "later" + e.Id }));

        await harness.RestartAsync(state);

        Assert.Equal(100, Content(harness).Count);
        Assert.Empty(Directory.GetFiles(Path.Combine(harness.Events, "180d")));
    }

    [Fact]
    public async Task Restore_FileShorterThanTheState_SaysWhichAndStops()
    {
        await using var harness = new SegmentHarness();
        harness.Write(SegmentHarness.Generate(1, 50));
        var state = await harness.SnapshotAsync();
        var path = harness.Files("*.ndjson")[0];
        using (var file = new FileStream(path, FileMode.Open))
        {
            file.SetLength(file.Length - 10);
        }

        var fault = await Assert.ThrowsAsync<InvalidDataException>(() => harness.RestartAsync(state));
        Assert.Contains(path, fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Restore_PlainFileLeftBesideACompressedOne_IsRemoved()
    {
        await using var harness = new SegmentHarness();
        var events = SegmentHarness.Generate(6, 3000);
        harness.Write(events);
        var state = await harness.SnapshotAsync();
        var compressed = harness.Files("*.gz")[0];
        File.WriteAllText(compressed[..^3], Unzip(compressed));
        File.WriteAllText(compressed + ".tmp", "half");

        await harness.RestartAsync(state);

        Assert.False(File.Exists(compressed[..^3]));
        Assert.False(File.Exists(compressed + ".tmp"));
        Assert.Equal(events.Count, Content(harness).Count);
    }

    [Fact]
    public async Task Write_NoStateToGoBackTo_KeepsWhatIsThereAndCutsATornLine()
    {
        await using var harness = new SegmentHarness();
        var events = SegmentHarness.Generate(7, 1500);
        harness.Write(events.Take(1000));
        await harness.SnapshotAsync();
        await harness.Sink.DisposeAsync();
        File.AppendAllText(harness.Files("*.ndjson")[0], "{\"torn");

        await harness.RestartAsync(null);
        harness.Write(events.Skip(1000));

        Assert.Equal(events.Select(e => e.Json).Order(), Content(harness).Order());
        Assert.Equal(events.Count, (await SegmentHarness.AllAsync(harness.Sink.OpenStore(), s_all)).Count);
    }

    [Fact]
    public async Task Write_DiskFullForAWhile_BlocksSaysSoAndWritesAllOnce()
    {
        await using var harness = new SegmentHarness();
        var events = SegmentHarness.Generate(8, 200);
        harness.Write(events.Take(100));
        var (refused, isFull) = (0, true);
        using var tried = new SemaphoreSlim(0);
        harness.Disk = (file, bytes, offset) =>
        {
            if (!Volatile.Read(ref isFull))
            {
                RandomAccess.Write(file, bytes, offset);
                return;
            }

            RandomAccess.Write(file, bytes[..(bytes.Length / 2)], offset);
            Interlocked.Increment(ref refused);
            tried.Release();
            throw new IOException("No space left on device");
        };
        var writing = Task.Run(() => harness.Write(events.Skip(100)));
        for (var i = 0; i < 3; i++)
        {
            Assert.True(await tried.WaitAsync(TimeSpan.FromSeconds(30)));
        }

        Assert.False(writing.IsCompleted);
        Assert.Contains("No space left", harness.Sink.Blocked, StringComparison.Ordinal);
        Volatile.Write(ref isFull, false);
        await writing.WaitAsync(TimeSpan.FromSeconds(30));

        Assert.Null(harness.Sink.Blocked);
        Assert.True(refused >= 3);
        Assert.Equal(events.Select(e => e.Json).Order(), Content(harness).Order());
    }

    [Fact]
    public async Task Write_StoppedWhileTheDiskIsFull_FailsAndLeavesWholeLines()
    {
        await using var harness = new SegmentHarness();
        harness.Write(SegmentHarness.Generate(9, 50));
        harness.Disk = (file, bytes, offset) =>
        {
            RandomAccess.Write(file, bytes[..10], offset);
            throw new IOException("No space left on device");
        };
        var writing = Task.Run(() => harness.Write(SegmentHarness.Generate(10, 50)));
        await harness.Stop.CancelAsync();
        await Assert.ThrowsAsync<IOException>(() => writing);
        Assert.Equal(50, Content(harness).Count);
    }

    [Fact]
    public async Task Save_SegmentBegunADayAgo_ClosesIt()
    {
        await using var harness = new SegmentHarness();
        harness.Write([SegmentHarness.Generate(1, 1)[0] with { Days = 365 }]);
        await harness.SnapshotAsync();
        Assert.Empty(harness.Files("*.gz"));
        harness.Clock.Now += TimeSpan.FromDays(1);
        await harness.SnapshotAsync();
        Assert.Single(harness.Files("*.gz"));
        Assert.Empty(harness.Files("*.ndjson"));
    }

    [Fact]
    public async Task Write_EventsWithoutMarks_IsABugAndSaysSo()
    {
        await using var harness = new SegmentHarness();
        var output = SegmentHarness.Output(SegmentHarness.Generate(1, 1));
        output.Marks.Clear();
        Assert.Throws<InvalidOperationException>(() => harness.Sink.Write(output));
    }

    private static List<string> Content(SegmentHarness harness) =>
    [
        .. harness.Files("*.ndjson").SelectMany(Lines),
        .. harness.Files("*.gz").SelectMany(path => Unzip(path).Split('\n', StringSplitOptions.RemoveEmptyEntries)),
    ];

    private static string[] Lines(string path)
    {
        using var file = new StreamReader(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        return file.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    /// <summary>As zcat does it.</summary>
    private static string Unzip(string path)
    {
        using var reader = new StreamReader(new GZipStream(File.OpenRead(path), CompressionMode.Decompress), Encoding.UTF8);
        return reader.ReadToEnd();
    }
}
