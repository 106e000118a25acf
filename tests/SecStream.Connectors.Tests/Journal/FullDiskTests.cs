using System.Diagnostics;
using SecStream.Connectors.Journal;

namespace SecStream.Connectors.Tests.Journal;

public sealed class FullDiskTests
{
    /// <summary>A real disk that is really full, where this process may make one (root on Linux); elsewhere <see cref="FailingDisk"/> stands for it.</summary>
    [Fact]
    public async Task AppendAsync_SmallDiskFills_RefusesKeepsWhatWasAcknowledgedAndGoesOnWithSpace()
    {
        var directory = Directory.CreateTempSubdirectory("secstream-full-").FullName;
        if (!OperatingSystem.IsLinux() || !Environment.IsPrivilegedProcess || !Run("mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", directory))
        {
            Directory.Delete(directory);
            return;
        }

        try
        {
            var options = new JournalOptions { SegmentBytes = 128 << 10, MinFreeBytes = 0 };
            var ballast = Path.Combine(directory, "ballast");
            File.WriteAllBytes(ballast, new byte[300 << 10]);
            using var journal = RecordJournal.Open(directory, "full", options, TimeProvider.System);
            var acknowledged = await FillAsync(journal);
            Assert.InRange(acknowledged, 50, 99);
            Assert.Contains(directory, journal.Fault!.Message, StringComparison.Ordinal);
            using var source = new JournalSource(journal, "default");
            Assert.Equal(acknowledged, TestJournal.Read(source).Count);
            File.Delete(ballast);
            await journal.AppendAsync(TestJournal.Entries("after"), CancellationToken.None);
            Assert.Equal(["after"], TestJournal.Read(source));
            Assert.Null(journal.Fault);
            using var replay = JournalSource.OpenForReplay(directory, "default");
            Assert.Equal(acknowledged + 1, TestJournal.Read(replay).Count);
            Assert.Empty(replay.Gaps);
        }
        finally
        {
            Run("umount", directory);
            Directory.Delete(directory);
        }
    }

    private static async Task<int> FillAsync(RecordJournal journal)
    {
        for (var i = 0; i < 200; i++)
        {
            try
            {
                await journal.AppendAsync(TestJournal.Entries($"{i} " + new string('x', 10_000)), CancellationToken.None);
            }
            catch (IOException)
            {
                return i;
            }
        }

        return 200;
    }

    private static bool Run(string command, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(command, arguments) { RedirectStandardError = true })!;
        process.WaitForExit();
        return process.ExitCode == 0;
    }
}
