namespace SecStream.Connectors.Redis;

/// <summary>A field of the hash as it was read.</summary>
/// <param name="Field">Its name.</param>
/// <param name="Raw">Its content.</param>
/// <param name="Entry">What it says.</param>
internal sealed record RedisBlacklistField(string Field, byte[] Raw, RedisBlacklistEntry Entry);

/// <summary>What both sides had agreed on about an entry: what it said, and whether the set of the guides had it.</summary>
internal sealed record RedisBlacklistKnown(string Fingerprint, bool IsInSet)
{
    public static RedisBlacklistKnown Read(string text) => new(text.Length > 1 ? text[1..] : "", text.StartsWith('s'));

    public override string ToString() => (IsInSet ? 's' : '-') + Fingerprint;
}

/// <summary>The blacklist in Redis at one moment.</summary>
internal sealed class RedisBlacklistView
{
    /// <summary>Fields by canonical value.</summary>
    public required IReadOnlyDictionary<string, RedisBlacklistField> Fields { get; init; }

    /// <summary>Other spellings by canonical value; they are replaced.</summary>
    public required ILookup<string, string> Aliases { get; init; }

    /// <summary>What can't be used, by field, with the reason.</summary>
    public required IReadOnlyDictionary<string, string> Refused { get; init; }

    /// <summary>Members of the guides' set by canonical value; null: there is none to be kept.</summary>
    public required IReadOnlyDictionary<string, string>? Members { get; init; }

    /// <summary>What had been agreed with this data folder.</summary>
    public required IReadOnlyDictionary<string, RedisBlacklistKnown> Known { get; init; }

    /// <summary>When values were removed, µs.</summary>
    public required IReadOnlyDictionary<string, long> Removed { get; init; }

    /// <summary>The key of the guides is used by somebody for another type.</summary>
    public bool IsSetForeign { get; init; }

    /// <summary>Reads the answer of the script.</summary>
    /// <param name="hash">Field, content, …</param>
    /// <param name="known">Value, what was agreed, …</param>
    /// <param name="removed">Value, µs, …</param>
    /// <param name="members">Members of the set; null: not kept.</param>
    /// <param name="isSetForeign">The key is of another type.</param>
    /// <param name="now">The time, µs.</param>
    public static RedisBlacklistView Read(
        IReadOnlyList<(string Field, byte[] Raw)> hash, IReadOnlyList<(string, string)> known, IReadOnlyList<(string, string)> removed, IReadOnlyList<string>? members,
        bool isSetForeign, long now)
    {
        var fields = new Dictionary<string, RedisBlacklistField>(StringComparer.Ordinal);
        var refused = new Dictionary<string, string>(StringComparer.Ordinal);
        var aliases = new List<(string Value, string Field)>();
        foreach (var (field, raw) in hash)
        {
            try
            {
                var entry = RedisBlacklistEntry.Read(field, raw, now);
                if (entry.Value != field)
                {
                    aliases.Add((entry.Value, field));
                }

                // Of several spellings the canonical one counts.
                if (entry.Value == field || !fields.ContainsKey(entry.Value))
                {
                    fields[entry.Value] = new RedisBlacklistField(field, raw, entry);
                }
            }
            catch (ArgumentException fault)
            {
                refused[field] = fault.Message;
            }
        }

        return new RedisBlacklistView
        {
            Fields = fields,
            Aliases = aliases.ToLookup(alias => alias.Value, alias => alias.Field, StringComparer.Ordinal),
            Refused = refused,
            Members = members is null ? null : MembersOf(members, refused),
            Known = known.ToDictionary(pair => pair.Item1, pair => RedisBlacklistKnown.Read(pair.Item2), StringComparer.Ordinal),
            Removed = removed.Where(pair => long.TryParse(pair.Item2, out _)).ToDictionary(pair => pair.Item1, pair => long.Parse(pair.Item2, null), StringComparer.Ordinal),
            IsSetForeign = isSetForeign,
        };
    }

    private static Dictionary<string, string> MembersOf(IReadOnlyList<string> members, Dictionary<string, string> refused)
    {
        var found = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var member in members)
        {
            try
            {
                var value = Embedded.BlacklistAddress.Canonical(member);
                found[value] = found.TryGetValue(value, out var other) && other == value ? other : member;
            }
            catch (ArgumentException fault)
            {
                refused[member] = fault.Message;
            }
        }

        return found;
    }
}
