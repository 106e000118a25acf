using System.Runtime.InteropServices;
using System.Text;
using SecStream.Core.Events;
using SecStream.Core.Observations;
using SecStream.Core.Text;
using SecStream.Stages.Profiles.Model;
using SecStream.Stages.Rules;
using SecStream.Stages.Rules.Routing;

namespace SecStream.Stages.Profiles.Rows;

/// <summary>
/// Turns an event into one row for each profile whose key it has. One per worker; allocates nothing. Rows of an event go out in the order of profiles: that,
/// after the position, is the order in which shards recognise what they have had.
/// </summary>
public sealed class ProfileEmitter
{
    private readonly Entry[] _entries;
    private readonly Use[][] _uses;
    private readonly uint[] _masks;
    private readonly bool[] _wanted;
    private readonly KeyWriter _key = new();
    private readonly ProfileValues _values = new();

    /// <summary>Makes an emitter for the profiles of a rule set and a tenant.</summary>
    public ProfileEmitter(RuleSet rules, string tenant)
    {
        var tenantHash = StableHash.Compute(Encoding.UTF8.GetBytes(tenant));
        _entries = [.. rules.Profiles.Select(profile => new Entry(
            profile,
            StableHash.Compute(Encoding.UTF8.GetBytes("profile:" + profile.Name), tenantHash),
            [.. profile.Numbers.Select(_values.Add)],
            [.. profile.Hashes.Select(_values.AddHash)],
            [.. profile.Categories.Select(_values.AddText)],
            ProfileRow.FixedBytes(profile)))];
        _masks = new uint[_entries.Length];
        _wanted = new bool[_entries.Length];
        _uses = [.. rules.Detections.Select(d => UsesOf(d.Index))];
    }

    /// <summary>Appends the event's rows to the buffer of each row's shard; returns their number.</summary>
    /// <param name="record">The event, enriched.</param>
    /// <param name="matched">Detections it matched.</param>
    /// <param name="stamp">Time, order and identity for the rows.</param>
    /// <param name="buffers">Where rows go, by shard.</param>
    public int Emit(EventRecord record, ReadOnlySpan<int> matched, in RowStamp stamp, RowBuffer[] buffers)
    {
        foreach (var detection in matched)
        {
            foreach (var use in _uses[detection])
            {
                _masks[use.Profile] |= use.Bits;
                _wanted[use.Profile] |= use.IsWhere;
            }
        }

        _values.Begin();
        var rows = 0;
        for (var i = 0; i < _entries.Length; i++)
        {
            var entry = _entries[i];
            if ((entry.Profile.Where < 0 || _wanted[i]) && entry.Profile.IsInForce(stamp.Time) && _key.Write(record, entry.Profile.Key))
            {
                Write(record, entry, i, stamp, buffers);
                rows++;
            }

            _masks[i] = 0;
            _wanted[i] = false;
        }

        return rows;
    }

    private void Write(EventRecord record, Entry entry, int index, in RowStamp stamp, RowBuffer[] buffers)
    {
        var key = _key.Bytes;
        var shard = (int)(StableHash.Compute(key, entry.RouteHash) % Row.ShardCount);
        var buffer = buffers[shard];
        var start = buffer.Length;
        var row = buffer.Reserve(RowHeader.Size + key.Length + entry.FixedBytes);
        key.CopyTo(row[RowHeader.Size..]);
        var at = RowHeader.Size + key.Length;
        MemoryMarshal.Write(row[at..], _masks[index]);
        at += 4;
        foreach (var number in entry.Numbers)
        {
            MemoryMarshal.Write(row[at..], _values.Number(record, number));
            at += 8;
        }

        foreach (var hash in entry.Hashes)
        {
            MemoryMarshal.Write(row[at..], _values.Hash(record, hash));
            at += 8;
        }

        if (entry.Profile.HasLocation)
        {
            _values.WriteLocation(record, row[at..]);
        }

        foreach (var category in entry.Categories)
        {
            buffer.Append(_values.Text(record, category));
        }

        Fill(ref buffer.HeaderAt(start), buffer.Length - start, shard, index, key.Length, record.Count, stamp);
    }

    private static void Fill(ref RowHeader header, int length, int shard, int index, int keyLength, int count, in RowStamp stamp)
    {
        header = default;
        header.Length = length;
        header.Route = (ushort)(Row.ProfileRoute | index);
        header.Shard = (byte)shard;
        header.KeyLength = (ushort)keyLength;
        header.Count = count;
        header.Marks = stamp.Marks;
        header.Time = stamp.Time;
        header.Source = stamp.Source;
        header.Position = stamp.Position;
        header.IdHigh = stamp.Id.High;
        header.IdLow = stamp.Id.Low;
    }

    private Use[] UsesOf(int detection)
    {
        var uses = new List<Use>();
        for (var i = 0; i < _entries.Length; i++)
        {
            var profile = _entries[i].Profile;
            var bit = Array.IndexOf(profile.Conditions, detection);
            if (bit >= 0 || profile.Where == detection)
            {
                uses.Add(new Use(i, bit < 0 ? 0 : 1U << bit, profile.Where == detection));
            }
        }

        return [.. uses];
    }

    private readonly record struct Use(int Profile, uint Bits, bool IsWhere);

    private sealed record Entry(Profile Profile, ulong RouteHash, int[] Numbers, int[] Hashes, int[] Categories, int FixedBytes);
}
