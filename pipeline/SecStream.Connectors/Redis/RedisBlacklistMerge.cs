using SecStream.Connectors.Embedded;

namespace SecStream.Connectors.Redis;

/// <summary>What becomes of one value.</summary>
/// <param name="Value">Address or network.</param>
/// <param name="Here">What the embedded list says now; null: nothing.</param>
/// <param name="Wanted">What both are to say; null: nothing.</param>
/// <param name="IsRemoval">Somebody took it out; otherwise it has expired, or never was.</param>
internal sealed record RedisBlacklistOutcome(string Value, BlacklistEntry? Here, BlacklistEntry? Wanted, bool IsRemoval);

/// <summary>
/// Brings the embedded blacklist and that in Redis together. Both remember what they last agreed on, so it shows which side has changed: the change goes
/// to the other. Where both have, the later one holds; what bears no time counts from when it was found. Pure.
/// </summary>
/// <param name="here">The embedded list.</param>
/// <param name="there">Redis.</param>
/// <param name="now">The time, µs.</param>
internal sealed class RedisBlacklistMerge(IReadOnlyList<BlacklistEntry> here, RedisBlacklistView there, long now)
{
    private const int LossFrom = 2;

    private readonly Dictionary<string, BlacklistEntry> _here = here.Where(entry => !(entry.Expires <= now)).ToDictionary(entry => entry.Value, StringComparer.Ordinal);

    /// <summary>
    /// The whole hash is gone: the server has lost it (or somebody deleted the key), which must not empty the blacklist. One entry that is gone is a removal.
    /// </summary>
    public bool IsHashLost { get; } = there.Fields.Count + there.Refused.Count == 0 && there.Known.Count >= LossFrom;

    /// <summary>The same for the set of the guides.</summary>
    public bool IsSetLost { get; } = there.Members is { Count: 0 } && there.Known.Values.Count(known => known.IsInSet) >= LossFrom;

    /// <summary>Values whose last removal has to be known.</summary>
    public IReadOnlySet<string> Doubtful => Values.Where(value => !_here.ContainsKey(value) && Remote(value, Base(value)).Entry is not null).ToHashSet(StringComparer.Ordinal);

    private IEnumerable<string> Values => _here.Keys.Concat(there.Fields.Keys).Concat(there.Known.Keys).Concat(there.Members?.Keys ?? []).Distinct(StringComparer.Ordinal);

    /// <summary>What becomes of each value.</summary>
    /// <param name="removals">When values that are not in the embedded list were removed from it, µs.</param>
    public IReadOnlyList<RedisBlacklistOutcome> Run(IReadOnlyDictionary<string, long> removals) => [.. Values.Select(value => Settle(value, removals))];

    private RedisBlacklistOutcome Settle(string value, IReadOnlyDictionary<string, long> removals)
    {
        var known = Base(value);
        var local = _here.GetValueOrDefault(value);
        var (remote, isRemoved) = Remote(value, known);
        var (mark, localMark, remoteMark) = (known?.Fingerprint, local is null ? null : RedisBlacklistEntry.FingerprintOf(local), remote?.Fingerprint);
        if (localMark == remoteMark)
        {
            return new(value, local, local, isRemoved);
        }

        var wasRemovedHere = removals.TryGetValue(value, out var removedHere);
        var isOurs = local is null
            ? wasRemovedHere && (remoteMark == mark || removedHere >= (remote!.At ?? now))
            : remoteMark == mark
                ? known is not null || !there.Removed.TryGetValue(value, out var removedThere) || removedThere < local.At
                : localMark != mark && local.At >= RemoteTime(value, remote);
        return isOurs
            ? new(value, local, local, local is null)
            : new(value, local, remote?.ToEmbedded(now) is { } entry ? entry with { At = now } : null, remote is null && (isRemoved || known is null));
    }

    private RedisBlacklistKnown? Base(string value) => IsHashLost ? null : there.Known.GetValueOrDefault(value);

    /// <summary>What Redis says, and whether somebody took it out.</summary>
    private (RedisBlacklistEntry? Entry, bool IsRemoved) Remote(string value, RedisBlacklistKnown? known)
    {
        var field = there.Fields.GetValueOrDefault(value)?.Entry;
        var isMember = there.Members?.ContainsKey(value) == true;
        if (field?.Expires <= now)
        {
            return (null, false);
        }

        if (known is null)
        {
            // In the set alone: an addition without a reason, or one that is known better here.
            return field is null && isMember
                ? (_here.TryGetValue(value, out var entry)
                    ? new RedisBlacklistEntry(value, entry.Reason, entry.By, entry.At, entry.Expires)
                    : new RedisBlacklistEntry(value, "", RedisBlacklistEntry.Nobody, null, null), false)
                : (field, false);
        }

        var leftSet = known.IsInSet && !IsSetLost && there.Members is not null && !isMember;
        return field is null || (leftSet && field.Fingerprint == known.Fingerprint) ? (null, true) : (field, false);
    }

    private long RemoteTime(string value, RedisBlacklistEntry? remote) => remote is null ? there.Removed.GetValueOrDefault(value, now) : remote.At ?? now;
}
