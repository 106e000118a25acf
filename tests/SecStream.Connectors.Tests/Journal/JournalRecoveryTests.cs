using SecStream.Connectors.Journal;
using SecStream.Core.Pipeline;

namespace SecStream.Connectors.Tests.Journal;

public sealed class JournalRecoveryTests
{
    private const int HeadBytes = 44;
    private const int FrameBytes = 24;

    [Fact]
    public async Task Open_TornAtEveryByteOfTheLastAppend_KeepsWhatIsBeforeAndGoesOn()
    {
        using var test = new TestJournal();
        await test.AppendAsync("first");
        await test.AppendAsync("second", "third");
        test.Close();
        var whole = File.ReadAllBytes(test.Files[0]);
        for (var length = HeadBytes + FrameBytes + 5; length < whole.Length; length++)
        {
            File.WriteAllBytes(test.Files[0], whole[..length]);
            Assert.Equal(["first"], test.Replay());
            Assert.Equal(length - HeadBytes - FrameBytes - 5, test.Journal.CutBytes);
            await test.AppendAsync("fourth");
            Assert.Equal(["first", "fourth"], test.Replay());
        }
    }

    [Fact]
    public async Task Open_AnyByteOfTheLastAppendWrong_IsCutOff()
    {
        using var test = new TestJournal();
        await test.AppendAsync("first");
        await test.AppendAsync("second", "third");
        test.Close();
        var whole = File.ReadAllBytes(test.Files[0]);
        for (var at = HeadBytes + FrameBytes + 5; at < whole.Length; at++)
        {
            var damaged = whole.ToArray();
            damaged[at] ^= 0x41;
            File.WriteAllBytes(test.Files[0], damaged);
            test.Close();
            Assert.True(test.Journal.CutBytes > 0);
            Assert.Equal(["first"], test.Replay());
        }
    }

    [Fact]
    public async Task Open_TornHeadOfTheOnlySegment_IsANewJournal()
    {
        using var test = new TestJournal();
        _ = test.Journal;
        test.Close();
        var whole = File.ReadAllBytes(test.Files[0]);
        for (var length = 0; length < whole.Length; length++)
        {
            File.WriteAllBytes(test.Files[0], whole[..length]);
            Assert.Empty(test.Replay());
            await test.AppendAsync("one");
            Assert.Equal(["one"], test.Replay());
        }
    }

    [Fact]
    public async Task Open_TornHeadOfTheNextSegment_GoesOnInTheOneBefore()
    {
        using var test = new TestJournal();
        await test.AppendAsync(new string('x', 60_000));
        await test.AppendAsync(new string('y', 60_000));
        test.Close();
        var (id, whole) = (test.Journal.Id, File.ReadAllBytes(test.Files[1]));
        foreach (var length in Enumerable.Range(0, HeadBytes))
        {
            test.Close();
            File.WriteAllBytes(test.Files[1], whole[..length]);
            Assert.Equal(60_024, test.Journal.DurablePosition);
            Assert.Equal(id, test.Journal.Id);
        }

        await test.AppendAsync(new string('z', 60_000));
        Assert.Equal(["x", "z"], test.Replay().ConvertAll(r => r[..1]));
    }

    [Fact]
    public async Task Open_DamageBeforeALaterAppend_IsKeptAndSkippedOneRecordAndReported()
    {
        using var test = new TestJournal();
        await test.AppendAsync("first");
        await test.AppendAsync("second");
        await test.AppendAsync("third");
        test.Close();
        var (file, second) = (test.Files[0], HeadBytes + FrameBytes + 5);
        var whole = File.ReadAllBytes(file);
        for (var at = second; at < second + FrameBytes + 6; at++)
        {
            var damaged = whole.ToArray();
            damaged[at] ^= 0x80;
            File.WriteAllBytes(file, damaged);
            test.Close();
            Assert.Equal(0, test.Journal.CutBytes);
            using var source = test.Source();
            Assert.Equal(["first", "third"], TestJournal.Read(source));
            var gap = Assert.Single(source.Gaps);
            Assert.Equal((file, (long)second, 29L, 59L), (gap.File, gap.Offset, gap.From, gap.To));
            Assert.Contains($"{file}: offset {second}", gap.Detail, StringComparison.Ordinal);
            Assert.Equal(["first", "third"], test.Replay());
        }
    }

    /// <summary>Whoever sends logs chooses their bytes; a message that holds a frame must not become a record when its own head is damaged.</summary>
    [Fact]
    public async Task Read_DamagedHeadBeforeAPayloadThatLooksLikeAFrame_DoesNotTakeItForOne()
    {
        using var test = new TestJournal();
        await test.AppendAsync("forged");
        test.Close();
        var frame = File.ReadAllBytes(test.Files[0])[HeadBytes..];
        File.Delete(test.Files[0]);
        var entries = new JournalEntries();
        entries.Add([.. frame, .. frame]);
        await test.Journal.AppendAsync(entries, CancellationToken.None);
        await test.AppendAsync("good");
        test.Close();
        var bytes = File.ReadAllBytes(test.Files[0]);
        bytes[HeadBytes + 1] ^= 1;
        File.WriteAllBytes(test.Files[0], bytes);
        Assert.Equal(["good"], test.Replay());
    }

    [Fact]
    public async Task Read_WholeSegmentsDamagedOrGone_GoesOnWithTheNext()
    {
        using var test = new TestJournal();
        for (var i = 0; i < 5; i++)
        {
            await test.AppendAsync($"{i}" + new string('x', 60_000));
        }

        test.Close();
        var files = test.Files;
        File.WriteAllBytes(files[1], new byte[new FileInfo(files[1]).Length]);
        File.Delete(files[2]);
        File.WriteAllBytes(files[3], File.ReadAllBytes(files[3])[..1000]);
        using var source = JournalSource.OpenForReplay(test.Directory, "default");
        Assert.Equal(["0", "4"], TestJournal.Read(source).ConvertAll(r => r[..1]));
        Assert.Equal(4 * 60_025, source.Position - 60_025);
        Assert.Equal(3 * 60_025, source.Gaps.Sum(g => g.To - g.From));
        Assert.Equal(["0", "4"], test.Replay().ConvertAll(r => r[..1]));
    }

    [Fact]
    public async Task Read_HeadOfASegmentDamaged_ItsRecordsAreReadAllTheSame()
    {
        using var test = new TestJournal();
        await test.AppendAsync("0" + new string('x', 60_000));
        await test.AppendAsync("1" + new string('x', 60_000));
        test.Close();
        var bytes = File.ReadAllBytes(test.Files[0]);
        bytes[10] ^= 1;
        File.WriteAllBytes(test.Files[0], bytes);
        Assert.Equal(["0", "1"], test.Replay().ConvertAll(r => r[..1]));
    }

    [Fact]
    public async Task Open_HeadOfTheOnlySegmentDamaged_NamesTheFileAndTheMend()
    {
        using var test = new TestJournal();
        await test.AppendAsync("0");
        test.Close();
        var bytes = File.ReadAllBytes(test.Files[0]);
        bytes[10] ^= 1;
        File.WriteAllBytes(test.Files[0], bytes);
        var fault = Assert.Throws<InvalidDataException>(() => test.Journal);
        Assert.Contains(test.Files[0], fault.Message, StringComparison.Ordinal);
        Assert.Contains("backup", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Open_SegmentOfAnotherJournalOrRenamed_NamesTheFile()
    {
        using var test = new TestJournal();
        using var other = new TestJournal();
        await test.AppendAsync("0");
        await other.AppendAsync("1");
        test.Close();
        other.Close();
        var copy = Path.Combine(test.Directory, "00000000000000000500.journal");
        File.Copy(test.Files[0], copy);
        Assert.Contains("renamed", Assert.Throws<InvalidDataException>(() => test.Journal).Message, StringComparison.Ordinal);
        File.Delete(copy);
        copy = Path.Combine(test.Directory, "copy of it.journal");
        File.Copy(other.Files[0], copy);
        Assert.Contains(copy, Assert.Throws<InvalidDataException>(() => test.Journal).Message, StringComparison.Ordinal);
    }
}
