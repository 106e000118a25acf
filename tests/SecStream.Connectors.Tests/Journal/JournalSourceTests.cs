using SecStream.Connectors.Journal;
using SecStream.Core.Observations;
using SecStream.Core.Pipeline;

namespace SecStream.Connectors.Tests.Journal;

public sealed class JournalSourceTests
{
    [Fact]
    public async Task SaveRestore_AtEveryRecord_ContinuesAsIfUninterrupted()
    {
        using var test = new TestJournal();
        await test.AppendAsync("a", "b", "c");
        await test.AppendAsync(new string('d', 70_000));
        await test.AppendAsync("e");
        using var whole = test.Source();
        var all = TestJournal.Slices(whole);
        foreach (var (_, stop) in all)
        {
            using var first = test.Source();
            first.Limit = stop.Position;
            var before = TestJournal.Slices(first);
            Assert.Equal(stop.Position, first.Position);
            test.Reopen();
            using var second = test.Source();
            Copy(first, second);
            Assert.Equal(all.Select(r => (r.Text, r.Slice.Position)), before.Concat(TestJournal.Slices(second)).Select(r => (r.Text, r.Slice.Position)));
            Assert.Empty(second.Gaps);
        }
    }

    [Fact]
    public async Task Limit_LiftedLater_ReadsOn()
    {
        using var test = new TestJournal();
        await test.AppendAsync("a", "b");
        using var source = test.Source();
        source.Limit = 25;
        Assert.Equal(["a"], TestJournal.Read(source));
        source.Limit = long.MaxValue;
        Assert.Equal(["b"], TestJournal.Read(source));
        Assert.False(source.HasEnded);
    }

    [Fact]
    public async Task TryRead_ManyRecords_BatchesAreBounded()
    {
        using var test = new TestJournal { Options = new() { MinFreeBytes = 0 } };
        await test.AppendAsync([.. Enumerable.Range(0, 2500).Select(i => $"{i}")]);
        await test.AppendAsync([.. Enumerable.Range(0, 20).Select(_ => new string('x', 50_000))]);
        using var source = test.Source();
        var batch = new RecordBatch();
        var total = 0;
        for (batch.Reset(0); source.TryRead(batch); batch.Reset(0))
        {
            Assert.InRange(batch.Records.Count, 1, 1000);
            Assert.InRange(batch.Buffer.Length, 1, 256 << 10);
            total += batch.Records.Count;
        }

        Assert.Equal(2520, total);
    }

    [Fact]
    public async Task SourceHash_IsOfTenantAndJournal_LiveAndInReplay()
    {
        using var test = new TestJournal();
        await test.AppendAsync("a");
        using var live = test.Source();
        Assert.Equal(EventId.SourceHash("default", test.Journal.Id), live.SourceHash);
        test.Close();
        using var replay = JournalSource.OpenForReplay(test.Directory, "default");
        using var other = JournalSource.OpenForReplay(test.Directory, "other");
        Assert.Equal(live.SourceHash, replay.SourceHash);
        Assert.NotEqual(live.SourceHash, other.SourceHash);
    }

    [Fact]
    public async Task OpenForReplay_JournalInUse_ReadsWhatIsThereAndChangesNothing()
    {
        using var test = new TestJournal();
        await test.AppendAsync("a");
        using var replay = JournalSource.OpenForReplay(test.Directory, "default");
        await test.AppendAsync("b");
        Assert.Equal(["a"], TestJournal.Read(replay));
        Assert.True(replay.HasEnded);
        Assert.Equal(["a", "b"], test.Replay());
        Assert.True(JournalSource.IsJournal(test.Directory));
        Assert.False(JournalSource.IsJournal(Path.GetTempPath()));
    }

    [Fact]
    public void OpenForReplay_EmptyFolder_HasEnded()
    {
        using var test = new TestJournal();
        using var source = JournalSource.OpenForReplay(test.Directory, "default");
        Assert.False(source.TryRead(new RecordBatch()));
        Assert.True(source.HasEnded);
    }

    [Fact]
    public async Task Restore_JournalLostItsEnd_ReportsItAndNoPositionIsGivenTwice()
    {
        using var test = new TestJournal();
        await test.AppendAsync("kept");
        test.Close();
        var backup = File.ReadAllBytes(test.Files[0]);
        await test.AppendAsync("lost", "lost too");
        using var before = test.Source();
        TestJournal.Read(before);
        test.Close();
        File.WriteAllBytes(test.Files[0], backup);
        using var after = test.Source();
        Copy(before, after);
        Assert.Contains("ends at position 28", Assert.Single(after.Gaps).Detail, StringComparison.Ordinal);
        await test.AppendAsync("new");
        var read = Assert.Single(TestJournal.Slices(after));
        Assert.Equal(("new", before.Position), (read.Text, read.Slice.Position));
        Assert.Equal(["kept", "new"], test.Replay());
    }

    [Fact]
    public async Task Restore_StateOfAnotherJournal_ReadsFromTheBeginningAndSaysSo()
    {
        using var test = new TestJournal();
        using var other = new TestJournal();
        await test.AppendAsync("a");
        await other.AppendAsync("b");
        using var source = test.Source();
        TestJournal.Read(source);
        using var restored = other.Source();
        Copy(source, restored);
        Assert.NotNull(restored.Gap);
        Assert.Equal(["b"], TestJournal.Read(restored));
    }

    [Fact]
    public async Task Restore_OfAGrowingJournal_LeavesTheReleaseToTheOwnerOfTheSnapshots()
    {
        using var test = new TestJournal { Options = new() { SegmentBytes = 64 << 10, MaxBytes = 64 << 10, MinFreeBytes = 0 } };
        await test.AppendAsync(new string('x', 60_000));
        using var before = test.Source();
        TestJournal.Read(before);
        test.Reopen();
        using var after = test.Source();
        Assert.Equal(0, test.Journal.ReleasedPosition);
        Copy(before, after);

        // An older snapshot may still be gone back to, if the one restored turns out damaged the next time.
        Assert.Equal(0, test.Journal.ReleasedPosition);
        test.Journal.Release(after.Position);
        Assert.Equal(60_024, test.Journal.ReleasedPosition);
        await test.AppendAsync(new string('y', 60_000));
        Assert.Equal(["y"], TestJournal.Read(after).ConvertAll(r => r[..1]));
    }

    /// <summary>An event id has 40 bits of the position; the source hash tells the rest.</summary>
    [Fact]
    public async Task SourceHash_BehindATebibyte_IsAnother()
    {
        using var test = new TestJournal();
        test.Journal.AdvanceTo((1L << 40) - 25);
        await test.AppendAsync("a", "b");
        using var source = test.Source();
        var batch = new RecordBatch();
        Assert.True(source.TryRead(batch));
        var (first, records) = (batch.SourceHash, batch.Records.Count);
        batch.Reset(0);
        Assert.True(source.TryRead(batch));
        Assert.Equal((1, 1), (records, batch.Records.Count));
        Assert.NotEqual(first, batch.SourceHash);
        Assert.Equal(EventId.SourceHash("default", test.Journal.Id + ":1"), batch.SourceHash);
    }

    private static void Copy(JournalSource from, JournalSource to)
    {
        using var state = new MemoryStream();
        using var writer = new BinaryWriter(state);
        from.Save(writer);
        writer.Flush();
        state.Position = 0;
        using var reader = new BinaryReader(state);
        to.Restore(reader);
    }
}
