using SecStream.Training.Files;
using SecStream.Training.Registry;
using SecStream.Training.Tests.Harness;
using Xunit;

namespace SecStream.Training.Tests.Registry;

/// <summary>The program is killed between any two steps to the disk: what is there afterwards is the old state or the new one, and the work can be done again.</summary>
public sealed class CrashTests : IDisposable
{
    private static readonly ManualClock s_clock = new(DateTimeOffset.UnixEpoch);
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Promote_KilledAtAnyStep_OldChampionOrNew()
    {
        var (a, b) = (Add(1), Add(2));
        var whole = new ModelRegistry(_folder.Path, s_clock);
        whole.Promote(a, "test", false, null);
        var outcomes = new List<string?>();
        EveryStep(registry => registry.Promote(b, "test", false, null), () =>
        {
            var state = whole.State();
            outcomes.Add(state.Champion);
            Assert.Equal(state.Champion == b ? a : null, state.FormerChampion);
            Assert.All(whole.List(), model => Assert.Null(model.Fault));
            if (state.Champion == b)
            {
                whole.Rollback("test", null);
            }
        });
        Assert.Contains(a, outcomes);
        Assert.Contains(b, outcomes);
    }

    [Fact]
    public void Add_KilledAtAnyStep_WholeModelOrNone_AndCanBeDoneAgain()
    {
        var number = 10;
        EveryStep(registry => registry.Add(Drafts.Make(++number), "test"), () =>
        {
            var whole = new ModelRegistry(_folder.Path, s_clock);
            Assert.All(whole.List(), model => Assert.Null(model.Fault));
            Assert.Equal(Drafts.Make(number).Id, whole.Add(Drafts.Make(number), "test"));
            Assert.Equal(whole.Ids().Count, Directory.EnumerateDirectories(whole.Directory).Count());
            Assert.Contains(whole.State().History, e => e.Action == "trained" && e.Model == Drafts.Make(number).Id);
        });
    }

    [Fact]
    public void Prune_KilledAtAnyStep_NoHalfModelIsListed()
    {
        var number = 30;
        EveryStep(
            registry =>
            {
                Add(++number);
                Add(++number);
                registry.Prune(0, "test");
            },
            () => Assert.All(new ModelRegistry(_folder.Path, s_clock).List(), model => Assert.Null(model.Fault)));
        new ModelRegistry(_folder.Path, s_clock).Prune(0, "test");
        Assert.Empty(new ModelRegistry(_folder.Path, s_clock).Ids());
    }

    private string Add(int number) => new ModelRegistry(_folder.Path, s_clock).Add(Drafts.Make(number), "test");

    /// <summary>Does something with a kill at the first step, at the second …, until it comes through.</summary>
    private void EveryStep(Action<ModelRegistry> work, Action check)
    {
        for (var step = 0; ; step++)
        {
            var steps = new KilledSteps(step);
            try
            {
                work(new ModelRegistry(_folder.Path, s_clock, steps));
            }
            catch (KilledException)
            {
                check();
                continue;
            }

            check();
            Assert.True(step >= 3, "there are fewer steps than there must be");
            return;
        }
    }

    private sealed class KilledException : Exception;

    private sealed class KilledSteps(int after) : IFileSteps
    {
        private int _left = after;

        public void Write(string path, ReadOnlySpan<byte> content)
        {
            if (_left == 0)
            {
                // Killed while writing: half of it is there.
                File.WriteAllBytes(path, content[..(content.Length / 2)].ToArray());
            }

            Step();
            DiskSteps.Instance.Write(path, content);
        }

        public void ReplaceFile(string from, string to)
        {
            Step();
            DiskSteps.Instance.ReplaceFile(from, to);
        }

        public void RenameFolder(string from, string to)
        {
            Step();
            DiskSteps.Instance.RenameFolder(from, to);
        }

        public void SyncFolder(string directory)
        {
            Step();
            DiskSteps.Instance.SyncFolder(directory);
        }

        private void Step()
        {
            if (_left-- == 0)
            {
                throw new KilledException();
            }
        }
    }
}
