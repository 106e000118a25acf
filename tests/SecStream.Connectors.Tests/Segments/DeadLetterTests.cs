using System.Text.Json;
using SecStream.Connectors.Segments;
using SecStream.Core.Pipeline;

namespace SecStream.Connectors.Tests.Segments;

public sealed class DeadLetterTests
{
    public static string Letter(string source, long position, string error, byte[] bytes) => JsonSerializer.Serialize(new Dictionary<string, object>
    {
        ["@timestamp"] = TestEvent.Iso(SegmentHarness.Start - 1_000_000 + position),
        ["source"] = source,
        ["position"] = position,
        ["length"] = bytes.Length,
        ["error"] = new { type = error },
        ["text"] = "?",
        ["bytes"] = bytes,
    });

    [Fact]
    public async Task ReadAsync_ByClassAndSource_GivesTheOriginalBytes()
    {
        await using var harness = new SegmentHarness();
        byte[] hostile = [0, 10, 13, 255, 34, 92];
        harness.Sink.Write(SegmentHarness.Output([], Letter("a.log", 1, "json", hostile), Letter("a.log", 2, "syslog", [1]), Letter("b.log", 3, "json", [2])));
        var store = new DeadLetterStore(harness.Folder, harness.Options, harness.Reports.Add);

        Assert.Equal([3L, 2, 1], (await ReadAsync(store, new DeadLetterQuery(), newestFirst: true)).Select(l => l.Position));
        var found = Assert.Single(await ReadAsync(store, new DeadLetterQuery { Class = "json", Source = "a.log" }));
        Assert.Equal(hostile, found.Bytes.ToArray());
        Assert.Equal([3L], (await ReadAsync(store, new DeadLetterQuery { From = SegmentHarness.Start - 1_000_000 + 3 })).Select(l => l.Position));
        Assert.Empty(harness.Reports);
    }

    [Fact]
    public async Task SendAsync_Twice_SendsEachLetterOnceUnlessAgain()
    {
        await using var harness = new SegmentHarness();
        harness.Sink.Write(SegmentHarness.Output([], [.. Enumerable.Range(0, 1200).Select(i => Letter("a.log", i, "json", BitConverter.GetBytes(i)))]));
        await harness.SnapshotAsync();
        var retry = Retry(harness);
        var sent = new List<int>();
        ValueTask Send(JournalEntries entries, CancellationToken cancellation)
        {
            for (var i = 0; i < entries.Count; i++)
            {
                sent.Add(BitConverter.ToInt32(entries[i]));
            }

            return ValueTask.CompletedTask;
        }

        Assert.Equal(new RetryResult(1200, 0), await retry.SendAsync(new DeadLetterQuery(), again: false, Send, CancellationToken.None));
        Assert.Equal(Enumerable.Range(0, 1200), sent);
        harness.Sink.Write(SegmentHarness.Output([], Letter("a.log", 5000, "json", BitConverter.GetBytes(5000)), Letter(DeadLetterRetry.Journal, 5, "json", [1, 2, 3, 4])));
        Assert.Equal(new RetryResult(1, 1201), await Retry(harness).SendAsync(new DeadLetterQuery(), again: false, Send, CancellationToken.None));
        Assert.Equal(new RetryResult(1202, 0), await retry.SendAsync(new DeadLetterQuery(), again: true, Send, CancellationToken.None));
    }

    [Fact]
    public async Task SendAsync_RefusedMidway_RemembersWhatWasTaken()
    {
        await using var harness = new SegmentHarness();
        harness.Sink.Write(SegmentHarness.Output([], [.. Enumerable.Range(0, 1200).Select(i => Letter("a.log", i, "json", BitConverter.GetBytes(i)))]));
        var (batches, taken) = (0, 0);
        ValueTask Send(JournalEntries entries, CancellationToken cancellation)
        {
            taken += ++batches == 2 ? throw new IOException("refused") : entries.Count;
            return ValueTask.CompletedTask;
        }

        await Assert.ThrowsAsync<IOException>(() => Retry(harness).SendAsync(new DeadLetterQuery(), again: false, Send, CancellationToken.None));
        await Retry(harness).SendAsync(new DeadLetterQuery(), again: false, Send, CancellationToken.None);
        Assert.Equal(1200, taken);
    }

    private static DeadLetterRetry Retry(SegmentHarness harness) =>
        new(harness.Folder, new DeadLetterStore(harness.Folder, harness.Options, harness.Reports.Add), harness.Clock);

    private static async Task<List<StoredDeadLetter>> ReadAsync(DeadLetterStore store, DeadLetterQuery query, bool newestFirst = false)
    {
        var found = new List<StoredDeadLetter>();
        await foreach (var letter in store.ReadAsync(query, newestFirst, CancellationToken.None))
        {
            found.Add(letter);
        }

        return found;
    }
}
