using System.Text;
using SecStream.Core.Pipeline.State;
using SecStream.Host.Serve.Snapshots;
using SecStream.Host.Tests.Harness;
using Xunit;

namespace SecStream.Host.Tests.Serve;

/// <summary>What has to be kept for snapshots that may be gone back to does not grow while little changes.</summary>
public sealed class SnapshotReleaseTests
{
    /// <summary>A journal that is full gets no more events, so deltas are small and a base is far off: without being asked, senders would wait for half an hour.</summary>
    [Theory]
    [InlineData(false, "0")]
    [InlineData(true, "4")]
    public async Task OldestRecoverable_SourcesHoldTooMuch_MovesOn(bool holdsTooMuch, string oldest)
    {
        using var folder = new TemporaryFolder();
        await using var store = SnapshotStore.Open(folder.Path, TimeProvider.System);
        store.HoldsTooMuch = (from, to) => holdsTooMuch && int.Parse(Encoding.ASCII.GetString(to.Span), null) - int.Parse(Encoding.ASCII.GetString(from.Span), null) > 1;
        for (var i = 0; i < 6; i++)
        {
            Assert.True(await store.WriteAsync(Delta(i), Encoding.ASCII.GetBytes($"{i}"), () => Task.CompletedTask, CancellationToken.None));
            await store.MergedAsync();
        }

        Assert.Equal(oldest, Encoding.ASCII.GetString(store.OldestRecoverable!.Value.Span));
        using var restored = SnapshotStore.Open(folder.Path, TimeProvider.System).TryRestore()!.Entries;
        var count = 0;
        while (restored.Read())
        {
            count++;
        }

        Assert.Equal(6, count);
    }

    private static StateDelta Delta(int i)
    {
        var delta = new StateDelta(isFull: i == 0);
        using var buffer = new StateBuffer();
        buffer.Put(default, [(byte)i]).Write(i);
        delta.Add(buffer);
        return delta;
    }
}
