using System.Text;
using System.Text.Json;
using SecStream.Connectors.Embedded;
using SecStream.Core.Events;
using StackExchange.Redis;

namespace SecStream.Connectors.Redis;

/// <summary>How the blacklist in Redis stands to the embedded one.</summary>
/// <param name="Entries">Entries that both have.</param>
/// <param name="Agreed">When both were last the same; null: not yet.</param>
/// <param name="Fault">Why they can't be brought together now; null: they can.</param>
/// <param name="Since">Since when they can't.</param>
/// <param name="Refused">What stands in Redis and can't be used, with the reason.</param>
public sealed record RedisBlacklistStatus(int Entries, DateTimeOffset? Agreed, string? Fault, DateTimeOffset? Since, IReadOnlyDictionary<string, string> Refused);

/// <summary>
/// Keeps the embedded blacklist and the one in Redis the same: what is decided here shows there, and what others write there is taken up as a decision here,
/// from where it comes into force as always. Nothing waits for it; while Redis is away it tries again, and afterwards both catch up. Keys: see
/// <c>RedisBlacklistScripts</c>; who wins: <c>RedisBlacklistMerge</c>. One round at a time.
/// </summary>
/// <param name="connection">Redis.</param>
/// <param name="instance">Whose list this is.</param>
/// <param name="list">The embedded list.</param>
/// <param name="time">Clock.</param>
public sealed class RedisBlacklist(RedisConnection connection, RedisInstance instance, Blacklist list, TimeProvider time)
{
    /// <summary>Entries that are taken up at most.</summary>
    public const int MaxEntries = 100_000;

    private const int BatchCount = 500;
    private const int MaxRefused = 1_000;

    /// <summary>A round may take so much of the time: long lists are looked at less often.</summary>
    private const int Rest = 30;

    private static readonly TimeSpan s_longest = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan s_keep = TimeSpan.FromDays(30);

    private volatile TaskCompletionSource _wake = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile RedisBlacklistStatus _status = new(0, null, null, null, new Dictionary<string, string>());
    private IReadOnlyDictionary<string, string>? _refused;

    /// <summary>How often both are compared. Default 2 s.</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Whom decisions are from that Redis names nobody for.</summary>
    public static string Nobody => RedisBlacklistEntry.Nobody;

    /// <summary>How it stands. Any thread.</summary>
    public RedisBlacklistStatus Status => _status;

    private string Key => connection.Options.Prefix + "blacklist";

    /// <summary>Compares every <see cref="Interval"/>, and when a message about the blacklist comes, until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        while (!cancellation.IsCancellationRequested)
        {
            var started = time.GetTimestamp();
            var wake = _wake = new(TaskCreationOptions.RunContinuationsAsynchronously);
            try
            {
                await SubscribeAsync(cancellation).ConfigureAwait(false);
                if (await SyncAsync(cancellation).ConfigureAwait(false) > 0)
                {
                    // Somebody was writing at the same time; what is left is looked at again at once.
                    wake.TrySetResult();
                }
            }
            catch (RedisUnavailableException fault)
            {
                Fail(fault.Message);
            }
            catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or InvalidDataException)
            {
                // The disk takes no decision now: nothing of it is agreed with Redis, so the next round does it.
                Fail($"what Redis says can't be taken over: {fault.Message}");
            }

            var rest = time.GetElapsedTime(started) * Rest;
            await Task.WhenAny(wake.Task, Task.Delay(rest < Interval ? Interval : rest > s_longest ? s_longest : rest, time, cancellation)).ConfigureAwait(false);
            cancellation.ThrowIfCancellationRequested();
        }
    }

    /// <summary>Brings both together once. Returns how many values somebody else was writing meanwhile; they are left for the next time.</summary>
    /// <exception cref="RedisUnavailableException">Redis can't be asked, or holds too much.</exception>
    /// <exception cref="IOException">The decision can't be written.</exception>
    public async Task<int> SyncAsync(CancellationToken cancellation)
    {
        var there = await ReadAsync(cancellation).ConfigureAwait(false);
        var now = EventClock.ToMicroseconds(time.GetUtcNow());
        var merge = new RedisBlacklistMerge(await list.ListAsync(cancellation).ConfigureAwait(false), there, now);
        var doubtful = merge.Doubtful;
        var outcomes = merge.Run(doubtful.Count > 0 ? await list.RemovalsAsync(doubtful, cancellation).ConfigureAwait(false) : new Dictionary<string, long>());
        outcomes = await TakeOverAsync(outcomes, cancellation).ConfigureAwait(false);
        var left = await WriteAsync([.. outcomes.Select(outcome => RedisBlacklistOperation.Of(outcome, there, now)).OfType<(byte[], byte[])>()], cancellation).ConfigureAwait(false);
        await RefuseAsync(there.Refused, cancellation).ConfigureAwait(false);
        var refused = there.IsSetForeign
            ? new Dictionary<string, string>(there.Refused, StringComparer.Ordinal) { [RedisBlacklistScripts.GuideSet] = "the key is of another type, so it is no set of the blacklist; rename it" }
            : there.Refused;
        _status = new(outcomes.Count(outcome => outcome.Wanted is not null), time.GetUtcNow(), null, null, refused);
        return left;
    }

    private void Fail(string fault) => _status = _status with { Fault = fault, Since = _status.Since ?? time.GetUtcNow() };

    private async Task SubscribeAsync(CancellationToken cancellation)
    {
        try
        {
            await connection.SubscribeAsync(Key, _ => _wake.TrySetResult(), cancellation).ConfigureAwait(false);
        }
        catch (RedisUnavailableException)
        {
            // Messages only make it quicker. Whether Redis is there shows right after; a missing right to the channel is named by the check.
        }
    }

    /// <summary>Decides here what Redis says otherwise. Returns the outcomes that hold here now; another decision may have come between.</summary>
    private async Task<IReadOnlyList<RedisBlacklistOutcome>> TakeOverAsync(IReadOnlyList<RedisBlacklistOutcome> outcomes, CancellationToken cancellation)
    {
        var changes = outcomes.Where(outcome => outcome.Here != outcome.Wanted).ToList();
        if (changes.Count == 0)
        {
            return outcomes;
        }

        // An expired entry is nothing to the merge, but still an entry of the list.
        var before = (await list.ListAsync(cancellation).ConfigureAwait(false)).ToDictionary(entry => entry.Value, StringComparer.Ordinal);
        var now = EventClock.ToMicroseconds(time.GetUtcNow());
        var seen = changes.Select(change => (Seen: change.Here ?? (before.GetValueOrDefault(change.Value) is { } old && old.Expires <= now ? old : null), change.Wanted)).ToList();
        await list.TakeOverAsync(seen, Nobody, cancellation).ConfigureAwait(false);
        var after = (await list.ListAsync(cancellation).ConfigureAwait(false)).ToDictionary(entry => entry.Value, StringComparer.Ordinal);
        return [.. outcomes.Where(outcome => outcome.Here == outcome.Wanted || after.GetValueOrDefault(outcome.Value) == outcome.Wanted)];
    }

    private async Task<RedisBlacklistView> ReadAsync(CancellationToken cancellation)
    {
        var answer = (RedisResult[])(await connection.EvaluateAsync(RedisBlacklistScripts.Read, Key, [Settings()], cancellation).ConfigureAwait(false))!;
        if (answer.Length == 1)
        {
            throw new RedisUnavailableException($"redis {connection.Name}: {Key} has {(long)answer[0]:N0} entries; at most {MaxEntries:N0} are taken up. Delete what does not belong there");
        }

        var (fields, set) = ((byte[][])answer[1]!, (long)answer[5]);
        return RedisBlacklistView.Read(
            [.. Enumerable.Range(0, fields.Length / 2).Select(i => (Encoding.UTF8.GetString(fields[i * 2]), fields[(i * 2) + 1]))],
            Pairs((string[])answer[2]!),
            Pairs((string[])answer[3]!),
            set == 1 ? (string[])answer[4]! : null,
            set == 2,
            EventClock.ToMicroseconds(time.GetUtcNow()));
    }

    private async Task<int> WriteAsync(IReadOnlyList<(byte[] Json, byte[] Was)> operations, CancellationToken cancellation)
    {
        var left = 0L;
        foreach (var batch in operations.Chunk(BatchCount))
        {
            List<object> arguments = [Settings(), .. batch.SelectMany(operation => (object[])[operation.Json, operation.Was])];
            left += ((long[])(await connection.EvaluateAsync(RedisBlacklistScripts.Apply, Key, arguments, cancellation).ConfigureAwait(false))!)[1];
        }

        return (int)left;
    }

    /// <summary>Says beside the list what can't be taken up, where whoever wrote it can see it.</summary>
    private async Task RefuseAsync(IReadOnlyDictionary<string, string> refused, CancellationToken cancellation)
    {
        if (_refused is { } told && told.Count == refused.Count && told.All(pair => refused.TryGetValue(pair.Key, out var why) && why == pair.Value))
        {
            return;
        }

        List<object> arguments = [Settings(), .. refused.Take(MaxRefused).SelectMany(pair => (object[])[pair.Key, pair.Value])];
        await connection.EvaluateAsync(RedisBlacklistScripts.Refuse, Key, arguments, cancellation).ConfigureAwait(false);
        _refused = refused;
    }

    private byte[] Settings() => JsonSerializer.SerializeToUtf8Bytes(new Dictionary<string, object>
    {
        ["prefix"] = connection.Options.Prefix,
        ["instance"] = instance.Id,
        ["guideSet"] = connection.Options.GuideKeys ? RedisBlacklistScripts.GuideSet : false,
        ["limit"] = MaxEntries,
        ["keep"] = (long)s_keep.TotalSeconds,
        ["forget"] = EventClock.ToMicroseconds(time.GetUtcNow() - s_keep),
    });

    private static List<(string, string)> Pairs(string[] flat) => [.. Enumerable.Range(0, flat.Length / 2).Select(i => (flat[i * 2], flat[(i * 2) + 1]))];
}
