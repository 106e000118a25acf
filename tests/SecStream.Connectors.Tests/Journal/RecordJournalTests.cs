using SecStream.Connectors.Journal;
using SecStream.Core.Events;
using SecStream.Core.Pipeline;

namespace SecStream.Connectors.Tests.Journal;

public sealed class RecordJournalTests
{
    [Fact]
    public async Task AppendAsync_RecordsOfAllSizes_AreReadBackWithPositionsAndArrival()
    {
        using var test = new TestJournal();
        string[] records = ["first", "", "a\nb\0c", new string('x', 300_000), "last"];
        await test.AppendAsync(records);
        using var source = test.Source();
        var read = TestJournal.Slices(source);
        Assert.Equal(records, read.Select(r => r.Text));
        Assert.All(read, r => Assert.Equal(EventClock.ToMicroseconds(test.Clock.Now), r.Slice.Arrival));
        Assert.Equal(records.Select((_, i) => records.Take(i).Sum(r => r.Length + 24L)), read.Select(r => r.Slice.Position));
        Assert.Equal((5L, records.Sum(r => (long)r.Length)), (test.Journal.AppendedRecords, test.Journal.AppendedBytes));
        Assert.Equal(source.Position, test.Journal.DurablePosition);
    }

    [Fact]
    public async Task AppendAsync_ManyAppenders_AllThereAndThoseOfOneAppendContiguous()
    {
        using var test = new TestJournal();
        await test.AppendAsync();
        const int Appenders = 16, Appends = 40;
        await Task.WhenAll(Enumerable.Range(0, Appenders).Select(a => Task.Run(async () =>
        {
            for (var i = 0; i < Appends; i++)
            {
                await test.AppendAsync($"{a}/{i}/0", $"{a}/{i}/1", $"{a}/{i}/2");
            }
        })));
        using var source = test.Source();
        var read = TestJournal.Read(source);
        Assert.Equal(Appenders * Appends * 3, read.Count);
        Assert.All(read.Chunk(3), chunk => Assert.Equal(["0", "1", "2"], chunk.Select(r => r.Split('/')[2])));
        Assert.All(read.Chunk(3), chunk => Assert.Single(chunk.Select(r => r[..^1]).Distinct()));
        Assert.Equal(read, test.Replay());
    }

    [Fact]
    public async Task AppendAsync_WhileAFlushIsUnderWay_OneFlushForAllThatWaits()
    {
        using var test = new TestJournal();
        await test.AppendAsync("made");
        test.Disk.Gate.Reset();
        var first = test.AppendAsync("first");
        while (test.Journal.WaitingAppends > 0)
        {
            await Task.Delay(1);
        }

        var before = test.Disk.Flushes;
        var rest = Enumerable.Range(0, 50).Select(i => test.AppendAsync($"{i}")).ToArray();
        Assert.Equal(50, test.Journal.WaitingAppends);
        Assert.False(first.IsCompleted);
        test.Disk.Gate.Set();
        await Task.WhenAll(rest);
        Assert.Equal(2, test.Disk.Flushes - before);
        Assert.Equal(52, test.Replay().Count);
    }

    [Fact]
    public async Task AppendAsync_ClockSetBack_ArrivalNeverGoesBackAlsoAcrossRestart()
    {
        using var test = new TestJournal();
        await test.AppendAsync("a");
        test.Clock.Now += TimeSpan.FromHours(1);
        await test.AppendAsync("b");
        Assert.Equal(TimeSpan.Zero, test.Journal.StampsAheadOfClock);
        test.Clock.Now -= TimeSpan.FromHours(2);
        await test.AppendAsync("c");
        Assert.Equal(TimeSpan.FromHours(2), test.Journal.StampsAheadOfClock);
        test.Reopen();
        await test.AppendAsync("d");
        using var source = test.Source();
        var arrivals = TestJournal.Slices(source).ConvertAll(r => r.Slice.Arrival);
        Assert.Equal(arrivals.Order(), arrivals);
        Assert.Equal(EventClock.Hour, arrivals[3] - arrivals[0]);
    }

    [Fact]
    public async Task Segments_RollAtTheirBound_OneIdAndOneSequenceOfPositions()
    {
        using var test = new TestJournal();
        var id = test.Journal.Id;
        for (var i = 0; i < 100; i++)
        {
            await test.AppendAsync(new string((char)('a' + (i % 26)), 5000));
        }

        Assert.Equal(8, test.Files.Length);
        Assert.All(test.Files, file => Assert.True(new FileInfo(file).Length <= test.Options.SegmentBytes + 44));
        Assert.Equal(id, test.Reopen().Id);
        using var source = test.Source();
        Assert.Equal(Enumerable.Range(0, 100).Select(i => i * 5024L), TestJournal.Slices(source).ConvertAll(r => r.Slice.Position));
        Assert.Empty(source.Gaps);
    }

    [Fact]
    public async Task AppendAsync_LargerThanASegment_HasOneToItself()
    {
        using var test = new TestJournal();
        await test.AppendAsync("small");
        await test.AppendAsync(new string('x', 200_000));
        await test.AppendAsync("small again");
        Assert.Equal(3, test.Files.Length);
        Assert.Equal([5, 200_000, 11], test.Replay().ConvertAll(r => r.Length));
    }

    [Fact]
    public async Task AppendAsync_BoundReached_WaitsUntilReleasedAndTheReleasedMakesRoom()
    {
        using var test = new TestJournal { Options = new() { SegmentBytes = 64 << 10, MaxBytes = 64 << 10, MinFreeBytes = 0 } };
        await test.AppendAsync(new string('x', 40_000));
        Assert.False(test.Journal.IsFull);
        var second = test.AppendAsync(new string('y', 40_000));
        var third = test.AppendAsync("small, but behind it");
        await Task.Delay(50);
        Assert.True(test.Journal.IsFull);
        Assert.False(second.IsCompleted || third.IsCompleted);
        test.Journal.Release(test.Journal.DurablePosition);
        await Task.WhenAll(second, third);
        Assert.Equal(["y", "s"], test.Replay().ConvertAll(r => r[..1]));
    }

    [Fact]
    public async Task AppendAsync_CancelledWhileItWaits_IsNotAppendedAndBlocksNobody()
    {
        using var test = new TestJournal { Options = new() { SegmentBytes = 64 << 10, MaxBytes = 64 << 10, MinFreeBytes = 0 } };
        await test.AppendAsync(new string('x', 40_000));
        using var cancel = new CancellationTokenSource();
        var waiting = test.Journal.AppendAsync(TestJournal.Entries(new string('y', 40_000)), cancel.Token).AsTask();
        var behind = test.AppendAsync("fits");
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        await behind;
        Assert.Equal(["x", "f"], test.Replay().ConvertAll(r => r[..1]));
    }

    [Fact]
    public async Task Dispose_WhileAppendsWaitForRoom_TheyFailAndAreCounted()
    {
        using var test = new TestJournal { Options = new() { SegmentBytes = 64 << 10, MaxBytes = 64 << 10, MinFreeBytes = 0 } };
        await test.AppendAsync(new string('x', 60_000));
        var waiting = test.AppendAsync(new string('y', 60_000), "z");
        var journal = test.Journal;
        test.Close();
        await Assert.ThrowsAsync<IOException>(() => waiting);
        Assert.Equal(2, journal.RefusedRecords);
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await journal.AppendAsync(TestJournal.Entries("late"), CancellationToken.None));
        Assert.Single(test.Replay());
    }

    [Fact]
    public async Task Retain_ReleasedAndOld_GoesButNeverWhatIsUnreleasedOrTheLast()
    {
        using var test = new TestJournal();
        for (var i = 0; i < 4; i++)
        {
            await test.AppendAsync(new string('x', 60_000));
            test.Clock.Now += TimeSpan.FromDays(1);
        }

        var (first, now) = (60_024L, test.Clock.Now);
        Assert.Equal(0, test.Journal.Retain(first - 1, now + TimeSpan.FromDays(100)));
        Assert.Equal(0, test.Journal.Retain(2 * first, now));
        Assert.Equal(1, test.Journal.Retain(first, now + TimeSpan.FromDays(4.5)));
        Assert.Equal(2, test.Journal.Retain(test.Journal.DurablePosition, now + TimeSpan.FromDays(100)));
        Assert.Equal(3 * first, test.Journal.FirstPosition);
        var id = test.Journal.Id;
        Assert.Equal(id, test.Reopen().Id);
        await test.AppendAsync("goes on");
        Assert.Equal([60_000, 7], test.Replay().ConvertAll(r => r.Length));
    }

    [Fact]
    public async Task Bound_Presses_ReleasedSegmentsGoBeforeTheirTimeAndAreCounted()
    {
        using var test = new TestJournal { Options = new() { SegmentBytes = 64 << 10, MaxBytes = 256 << 10, MinFreeBytes = 0 } };
        for (var i = 0; i < 10; i++)
        {
            await test.AppendAsync(new string('x', 60_000));
            test.Journal.Release(test.Journal.DurablePosition);
        }

        Assert.True(test.Files.Sum(f => new FileInfo(f).Length) <= test.Options.MaxBytes);
        Assert.Equal(10 - test.Files.Length, test.Journal.SegmentsDeletedEarly);
        Assert.True(test.Files.Length >= 3);
    }

    [Fact]
    public async Task AppendAsync_DiskFull_ThrowsNothingIsReadAndItGoesOnWhenThereIsSpace()
    {
        using var test = new TestJournal();
        await test.AppendAsync("before");
        test.Disk.Room = 30;
        var fault = await Assert.ThrowsAsync<IOException>(() => test.AppendAsync("does not", "fit there"));
        Assert.Contains("No space", fault.Message, StringComparison.Ordinal);
        Assert.Equal(2, test.Journal.RefusedRecords);
        Assert.NotNull(test.Journal.Fault);
        Assert.Equal(44 + 30, new FileInfo(test.Files[0]).Length);
        test.Disk.Room = long.MaxValue;
        await test.AppendAsync("after");
        Assert.Null(test.Journal.Fault);
        using var source = test.Source();
        Assert.Equal(["before", "after"], TestJournal.Read(source));
        Assert.Equal(["before", "after"], test.Replay());
    }

    [Fact]
    public async Task AppendAsync_FlushAndCutFail_NothingOfItIsReadAndTheNextOneRepairs()
    {
        using var test = new TestJournal();
        await test.AppendAsync("before");
        (test.Disk.FlushFails, test.Disk.CutFails) = (true, true);
        await Assert.ThrowsAsync<IOException>(() => test.AppendAsync("a longer record that is not durable"));
        using var source = test.Source();
        Assert.Equal(["before"], TestJournal.Read(source));
        (test.Disk.FlushFails, test.Disk.CutFails) = (false, false);
        await test.AppendAsync("after");
        Assert.Equal(["before", "after"], test.Replay());
    }

    [Fact]
    public async Task AppendAsync_DiskFullWhileRolling_LeavesNoFileBehind()
    {
        using var test = new TestJournal();
        await test.AppendAsync(new string('x', 60_000));
        test.Disk.Room = 20;
        await Assert.ThrowsAsync<IOException>(() => test.AppendAsync(new string('y', 60_000)));
        Assert.Single(test.Files);
        test.Disk.Room = long.MaxValue;
        await test.AppendAsync(new string('z', 60_000));
        Assert.Equal(["x", "z"], test.Replay().ConvertAll(r => r[..1]));
    }

    [Fact]
    public async Task AppendAsync_TooLittleFreeSpace_ThrowsAndSaysWhatToDo()
    {
        using var test = new TestJournal { Options = new() { MinFreeBytes = 1 << 20 } };
        test.Disk.Free = 1 << 20;
        var fault = await Assert.ThrowsAsync<IOException>(() => test.AppendAsync("one"));
        Assert.Contains("MinFreeBytes", fault.Message, StringComparison.Ordinal);
        Assert.Contains(test.Directory, fault.Message, StringComparison.Ordinal);
        test.Disk.Free = long.MaxValue;
        await test.AppendAsync("two");
        Assert.Equal(["two"], test.Replay());
    }

    [Fact]
    public void Open_OptionOutOfRange_NamesIt()
    {
        using var test = new TestJournal { Options = new() { SegmentBytes = 10 } };
        Assert.Contains("SegmentBytes is 10", Assert.Throws<ArgumentException>(() => test.Journal).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_RealDisk_KnowsItsFreeSpace()
    {
        using var test = new TestJournal { Options = new() { MinFreeBytes = 0 } };
        var disk = new JournalDisk();
        Assert.True(disk.FreeBytes(test.Directory) > 0);
        disk.FlushDirectory(test.Directory);
        Assert.True(OperatingSystem.IsWindows() || Record.Exception(() => disk.FlushDirectory(Path.Combine(test.Directory, "none"))) is IOException);
    }
}
