using System.Text;
using SecStream.Connectors.Files;
using SecStream.Core.Pipeline;
using SecStream.Host.Tests.Harness;
using Xunit;

namespace SecStream.Host.Tests.Serve;

public sealed class TailSourceTests
{
    [Fact]
    public void Restore_SeveralRotationsMeanwhile_ReadsEveryFileInOrder()
    {
        using var folder = new TemporaryFolder();
        var path = folder.Write("auth.log", "a1\n");
        var state = Saved(path);
        Aged(folder.Write("auth.log.2", "a1\na2\n"), 3);
        Aged(folder.Write("auth.log.1", "b1\n"), 2);
        Aged(folder.Write("auth.log.3", "older\n"), 4);
        Aged(folder.Write("auth.log.bak", "no rotation\n"), 1);
        folder.Write("auth.log", "c1\n");
        using var source = new TailSource(path, "default", new SteppingTime());
        using var reader = new BinaryReader(new MemoryStream(state));
        source.Restore(reader);
        Assert.Equal(["a2", "b1", "c1"], ReadAll(source));
        Assert.Null(source.Gap);
    }

    /// <summary>Whoever is held up (a full disk, a flood) finds more than one new file when it comes to the end of the old one.</summary>
    [Fact]
    public void TryRead_SeveralRotationsBetweenTwoReads_ReadsEveryFileInOrder()
    {
        using var folder = new TemporaryFolder();
        var path = folder.Write("auth.log", "a1\n");
        using var source = new TailSource(path, "default", new SteppingTime());
        Assert.Equal(["a1"], ReadAll(source));
        File.AppendAllText(path, "a2\n");
        File.Move(path, path + ".3");
        Aged(folder.Write("auth.log.4", "older\n"), 4);
        Aged(path + ".3", 3);
        Aged(folder.Write("auth.log.2", "b1\n"), 2);
        Aged(folder.Write("auth.log.1", "c1\n"), 1);
        folder.Write("auth.log", "d1\n");
        Assert.Equal(["a2", "b1", "c1", "d1"], ReadAll(source));
    }

    /// <summary>The rights of a file mean nothing to root: as root this shows only that the rotation loses nothing.</summary>
    [Fact]
    public void TryRead_NewFileNotReadableYet_WaitsAndLosesNothing()
    {
        using var folder = new TemporaryFolder();
        var path = folder.Write("auth.log", "a1\n");
        using var source = new TailSource(path, "default", new SteppingTime());
        Assert.Equal(["a1"], ReadAll(source));
        File.AppendAllText(path, "a2");
        File.Move(path, path + ".1");
        if (OperatingSystem.IsWindows() || Environment.IsPrivilegedProcess)
        {
            File.WriteAllText(path, "b1\n");
            Assert.Equal(["a2", "b1"], ReadAll(source));
            return;
        }

        File.WriteAllText(path, "b1\n");
        File.SetUnixFileMode(path, UnixFileMode.None);
        Assert.False(source.TryRead(new RecordBatch()));
        File.SetUnixFileMode(path, UnixFileMode.UserRead);
        Assert.Equal(["a2", "b1"], ReadAll(source));
    }

    /// <summary>Between the renaming and the signal to the writer, lines still go to the old file.</summary>
    [Fact]
    public void TryRead_LinesToTheOldFileAfterTheNewOneIsMade_AreRead()
    {
        using var folder = new TemporaryFolder();
        var path = folder.Write("auth.log", "a1\n");
        using var source = new TailSource(path, "default", new SteppingTime());
        Assert.Equal(["a1"], ReadAll(source));
        File.Move(path, path + ".1");
        folder.Write("auth.log", "");
        Assert.Empty(ReadAll(source));
        File.AppendAllText(path + ".1", "a2\n");
        File.AppendAllText(path, "b1\n");
        Assert.Equal(["a2", "b1"], ReadAll(source));
    }

    [Fact]
    public void TryRead_CopiedAndTruncated_ReadsWhatComesAfter()
    {
        using var folder = new TemporaryFolder();
        var path = folder.Write("auth.log", "a1\n");
        using var source = new TailSource(path, "default", new SteppingTime());
        Assert.Equal(["a1"], ReadAll(source));
        File.Copy(path, path + ".1");
        using (var file = new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite))
        {
            file.SetLength(0);
        }

        Assert.Empty(ReadAll(source));
        File.AppendAllText(path, "b1\nb2\n");
        Assert.Equal(["b1", "b2"], ReadAll(source));
    }

    [Fact]
    public void Restore_NewFileHadNoLineYetAndWasRotatedAwayMeanwhile_ItIsRead()
    {
        using var folder = new TemporaryFolder();
        var path = folder.Write("auth.log", "a1\n");
        using var state = new MemoryStream();
        using (var source = new TailSource(path, "default", new SteppingTime()))
        {
            Assert.Equal(["a1"], ReadAll(source));
            File.Move(path, path + ".1");
            folder.Write("auth.log", "b");
            Assert.Empty(ReadAll(source));
            source.Save(new BinaryWriter(state));
        }

        folder.Write("auth.log", "b1\nb2\n");
        File.SetLastWriteTimeUtc(path + ".1", DateTime.UtcNow.AddMinutes(-5));
        File.Move(path + ".1", path + ".2");
        File.Move(path, path + ".1");
        folder.Write("auth.log", "c1\n");
        using var again = new TailSource(path, "default", new SteppingTime());
        state.Position = 0;
        again.Restore(new BinaryReader(state));
        Assert.Equal(["b1", "b2", "c1"], ReadAll(again));
    }

    /// <summary>Copies keep the time of what they are copied from, and a file rotated a moment before may bear the same.</summary>
    [Fact]
    public void TryRead_CopiedAndTruncatedRightAfterARotation_ReadsNothingTwice()
    {
        using var folder = new TemporaryFolder();
        var path = folder.Write("auth.log", "a1\n");
        using var source = new TailSource(path, "default", new SteppingTime());
        Assert.Equal(["a1"], ReadAll(source));
        File.Move(path, path + ".1");
        folder.Write("auth.log", "b1\n");
        Assert.Equal(["b1"], ReadAll(source));
        File.Copy(path, path + ".2");
        foreach (var file in new[] { path, path + ".1", path + ".2" })
        {
            File.SetLastWriteTimeUtc(file, new DateTime(2026, 3, 1, 0, 0, 0, DateTimeKind.Utc));
        }

        File.WriteAllText(path, "");
        Assert.Empty(ReadAll(source));
        File.AppendAllText(path, "c1\n");
        Assert.Equal(["c1"], ReadAll(source));
    }

    [Fact]
    public void TryRead_CopiedAndTruncatedBeforeAllWasRead_TakesTheRestFromTheCopy()
    {
        using var folder = new TemporaryFolder();
        var path = folder.Write("auth.log", "a1\n");
        using var source = new TailSource(path, "default", new SteppingTime());
        Assert.Equal(["a1"], ReadAll(source));
        File.Copy(path, path + ".1");
        File.AppendAllText(path + ".1", "a2\na3\n");
        using (var file = new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite))
        {
            file.SetLength(0);
        }

        Assert.Equal(["a2", "a3"], ReadAll(source));
        File.AppendAllText(path, "b1\n");
        Assert.Equal(["b1"], ReadAll(source));
        Assert.Equal(1, source.Rotations);
    }

    private static byte[] Saved(string path)
    {
        using var source = new TailSource(path, "default", new SteppingTime());
        ReadAll(source);
        using var state = new MemoryStream();
        using var writer = new BinaryWriter(state);
        source.Save(writer);
        writer.Flush();
        return state.ToArray();
    }

    private static void Aged(string path, int days) => File.SetLastWriteTimeUtc(path, File.GetLastWriteTimeUtc(path).AddDays(-days));

    private static List<string> ReadAll(TailSource source)
    {
        var lines = new List<string>();
        for (var i = 0; i < 10; i++)
        {
            var batch = new RecordBatch();
            if (source.TryRead(batch))
            {
                lines.AddRange(batch.Records.Select(r => Encoding.UTF8.GetString(batch.Buffer, r.Start, r.Length)));
            }
        }

        return lines;
    }

    /// <summary>A clock that goes two seconds on whenever it is asked.</summary>
    private sealed class SteppingTime : TimeProvider
    {
        private DateTimeOffset _now = DateTimeOffset.UnixEpoch;

        public override DateTimeOffset GetUtcNow() => _now += TimeSpan.FromSeconds(2);
    }
}
