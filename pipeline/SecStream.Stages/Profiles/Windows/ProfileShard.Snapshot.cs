using System.Buffers.Binary;
using SecStream.Core.Pipeline.State;
using SecStream.Stages.Profiles.Panes;

namespace SecStream.Stages.Profiles.Windows;

/// <content>
/// Writing and reading a shard's state. A key has an entry of its own, and so has each of its panes and blocks: only those are written again that have changed.
/// <code>
/// key of an entry: canonical key | kind (1): 0 the key, 1 a pane, 2 … a block of a length | start (8), big-endian
/// </code>
/// </content>
public sealed partial class ProfileShard
{
    /// <summary>Part of <see cref="StateSection.Shard"/> that the shard's clocks are.</summary>
    public const int HeaderPart = 2;

    /// <summary>Version of the format; state of another version is refused.</summary>
    public const byte FormatVersion = 1;

    private const int MinutesPart = ushort.MaxValue;

    private ulong[] _identities = [];

    /// <summary>Writes what is asked for of shard <paramref name="shard"/>.</summary>
    public void Save(int shard, IStateWriter writer, StateExtent extent)
    {
        SaveHeader(writer.Put(new StatePlace(StateSection.Shard, shard, HeaderPart), []));
        SaveMinutes(shard, writer, extent);
        if (extent == StateExtent.Changes)
        {
            SaveGone(shard, writer);
            foreach (var entity in _changed)
            {
                SaveEntity(shard, writer, entity, extent);
            }
        }
        else
        {
            foreach (var entity in _tables.SelectMany(table => table.All()))
            {
                SaveEntity(shard, writer, entity, extent);
            }
        }

        if (extent != StateExtent.Copy)
        {
            BeginChanges();
        }
    }

    /// <summary>Reads an entry of the state, into an instance that was empty before the first.</summary>
    /// <exception cref="InvalidDataException">It is damaged, or was written under other profiles or by another version.</exception>
    public void Restore(StateReader entry)
    {
        var place = entry.Place;
        var reader = entry.OpenValue();
        if (place.Section == StateSection.Shard)
        {
            RestoreHeader(reader);
            BeginChanges();
        }
        else if (place.Part == MinutesPart)
        {
            RestoreMinute(BinaryPrimitives.ReadInt64BigEndian(entry.Key), reader);
        }
        else if (entry.Key.Length < SuffixBytes)
        {
            throw new InvalidDataException($"the state is damaged: a key of a profile of {entry.Key.Length} bytes");
        }
        else if (place.Part < _tables.Count)
        {
            Restore(reader, _tables[place.Part].GetOrAdd(entry.Key[..^SuffixBytes]), entry.Key[^SuffixBytes]);
        }
        else
        {
            throw new InvalidDataException($"the snapshot has profile {place.Part}, the rules have {_tables.Count} profiles: it was taken under other rules");
        }
    }

    private void SaveHeader(BinaryWriter writer)
    {
        writer.Write(FormatVersion);
        foreach (var number in (ReadOnlySpan<long>)
            [
                _clock, _fold, _lastCorrection, _lastForget, Counters.Unevaluated, Counters.Duplicates, Counters.Evicted, Counters.LostWindows,
                Counters.Forgotten, Counters.Closed, Counters.Revised, Counters.Final, Counters.Thin,
            ])
        {
            writer.Write(number);
        }

        var marks = _seen.Marks.ToList();
        writer.Write(marks.Count);
        foreach (var mark in marks)
        {
            writer.Write(mark.Source);
            writer.Write(mark.Position);
            writer.Write(mark.Route);
            writer.Write(mark.Latest);
        }
    }

    private void RestoreHeader(BinaryReader reader)
    {
        var version = reader.ReadByte();
        if (version != FormatVersion)
        {
            throw new InvalidDataException($"the snapshot's profiles have format {version}, this version reads {FormatVersion}");
        }

        _clock = reader.ReadInt64();
        _fold = reader.ReadInt64();
        _lastCorrection = reader.ReadInt64();
        _lastForget = reader.ReadInt64();
        Counters.Unevaluated = reader.ReadInt64();
        Counters.Duplicates = reader.ReadInt64();
        Counters.Evicted = reader.ReadInt64();
        Counters.LostWindows = reader.ReadInt64();
        Counters.Forgotten = reader.ReadInt64();
        Counters.Closed = reader.ReadInt64();
        Counters.Revised = reader.ReadInt64();
        Counters.Final = reader.ReadInt64();
        Counters.Thin = reader.ReadInt64();
        for (var left = reader.ReadInt32(); left > 0; left--)
        {
            _seen.Restore(reader.ReadUInt64(), reader.ReadInt64(), reader.ReadUInt16(), reader.ReadInt64());
        }
    }

    private void SaveMinutes(int shard, IStateWriter writer, StateExtent extent)
    {
        var key = new byte[8];
        var place = new StatePlace(StateSection.Profile, shard, MinutesPart);
        if (extent == StateExtent.Changes)
        {
            foreach (var start in _seen.Gone)
            {
                BinaryPrimitives.WriteInt64BigEndian(key, start);
                writer.Delete(place, key);
            }
        }

        foreach (var minute in _seen.Minutes)
        {
            if (extent == StateExtent.Changes && !minute.IsChanged)
            {
                continue;
            }

            BinaryPrimitives.WriteInt64BigEndian(key, minute.Start);
            var to = writer.Put(place, key);
            to.Write(minute.Count);
            foreach (var identity in Sorted(minute))
            {
                to.Write(identity);
            }

            minute.IsChanged &= extent == StateExtent.Copy;
            minute.IsPersisted |= extent != StateExtent.Copy;
        }
    }

    /// <summary>The same identities are the same bytes, whatever order they came in.</summary>
    private ReadOnlySpan<ulong> Sorted(SeenEvents.Minute minute)
    {
        if (_identities.Length < minute.Count)
        {
            _identities = new ulong[minute.Count * 2];
        }

        var count = 0;
        foreach (var identity in minute.Slots)
        {
            if (identity != 0)
            {
                _identities[count++] = identity;
            }
        }

        var sorted = _identities.AsSpan(0, count);
        sorted.Sort();
        return sorted;
    }

    private void RestoreMinute(long start, BinaryReader reader)
    {
        var minute = _seen.MinuteOf(start);
        for (var left = reader.ReadInt32(); left > 0; left--)
        {
            _seen.Add(minute, reader.ReadUInt64());
        }

        (minute.IsChanged, minute.IsPersisted) = (false, true);
    }

    private void SaveEntity(int shard, IStateWriter writer, ProfileEntity? entity, StateExtent extent)
    {
        if (entity is null)
        {
            return;
        }

        var place = new StatePlace(StateSection.Profile, shard, entity.Profile);
        SavePanes(place, writer, entity, PaneKind, entity.Newest, extent);
        for (var spec = 0; spec < entity.Blocks.Length; spec++)
        {
            SavePanes(place, writer, entity, KindOf(spec), entity.Blocks[spec], extent);
        }

        var to = writer.Put(place, EntryKey(entity, HeadKind, 0));
        to.Write(entity.LastTime);
        to.Write(entity.WindowCount);
        entity.Windows.AsSpan(0, entity.WindowCount).Sort(ByEnd);
        foreach (ref readonly var window in entity.Windows.AsSpan(0, entity.WindowCount))
        {
            ref readonly var member = ref window.Group.Members[window.Member];
            to.Write((byte)window.Group.Spec);
            to.Write(window.Group.End);
            to.Write(window.Group.IsClosed);
            to.Write(member.IsTold);
            to.Write(member.IsDirty);
        }

        if (extent != StateExtent.Copy)
        {
            (entity.ChangedAt, entity.IsPersisted) = (0, true);
        }
    }

    private static int ByEnd(WindowRef a, WindowRef b) =>
        a.Group.End != b.Group.End ? a.Group.End.CompareTo(b.Group.End) : a.Group.Spec.CompareTo(b.Group.Spec);

    private void SavePanes(in StatePlace place, IStateWriter writer, ProfileEntity entity, byte kind, Pane? newest, StateExtent extent)
    {
        for (var pane = newest; pane is not null; pane = pane.Older)
        {
            if (extent != StateExtent.Changes || pane.IsChanged)
            {
                SavePane(writer.Put(place, EntryKey(entity, kind, pane.Start)), pane, _layouts[entity.Profile]);
                pane.IsChanged &= extent == StateExtent.Copy;
                pane.IsPersisted |= extent != StateExtent.Copy;
            }
        }
    }

    /// <summary>A pane of few events is written as if it had more: how it is kept is no part of the state.</summary>
    private void SavePane(BinaryWriter to, Pane pane, PaneLayout layout)
    {
        if (pane.Parts is { } parts)
        {
            PaneFormat.Write(to, pane, parts, _memory);
            return;
        }

        var copy = layout.Rent(pane.Start, _memory);
        layout.Merge(copy, pane, PaneLayout.PaneEvidence, _memory);
        PaneFormat.Write(to, pane, layout.PartsOf(copy, PaneLayout.PaneEvidence, _memory), _memory);
        layout.Return(copy, _memory);
    }

    private void Restore(BinaryReader reader, ProfileEntity entity, byte kind)
    {
        if (kind == HeadKind)
        {
            RestoreHead(reader, entity);
            return;
        }

        var layout = _layouts[entity.Profile];
        var pane = layout.Rent(0, _memory);
        PaneFormat.Read(reader, pane, layout.PartsOf(pane, PaneLayout.PaneEvidence, _memory), _memory);
        (pane.IsChanged, pane.IsPersisted) = (false, true);
        if (kind == PaneKind)
        {
            entity.Newest = Insert(pane, entity.Newest);
        }
        else
        {
            ref var blocks = ref entity.Blocks[kind - PaneKind - 1];
            blocks = Insert(pane, blocks);
        }
    }

    /// <summary>Puts a pane into a list, the newest first; the list's new head.</summary>
    private static Pane Insert(Pane pane, Pane? newest)
    {
        if (newest is null || newest.Start < pane.Start)
        {
            pane.Older = newest;
            return pane;
        }

        newest.Older = Insert(pane, newest.Older);
        return newest;
    }

    private void RestoreHead(BinaryReader reader, ProfileEntity entity)
    {
        entity.IsPersisted = true;
        entity.LastTime = reader.ReadInt64();
        for (var left = reader.ReadInt32(); left > 0; left--)
        {
            var spec = reader.ReadByte();
            var group = RestoreGroup(new GroupKey(reader.ReadInt64(), entity.Profile, spec), reader.ReadBoolean());
            var number = group.Add(entity);
            group.Members[number].IsTold = reader.ReadBoolean();
            group.Members[number].IsDirty = reader.ReadBoolean();
            entity.Add(new WindowRef(group, number));
            if (group.Members[number].IsDirty && !group.IsDirty)
            {
                group.IsDirty = true;
                _dirty.Add(group);
            }
        }
    }

    private WindowGroup RestoreGroup(in GroupKey key, bool isClosed)
    {
        if (!_groups.TryGetValue(key, out var group))
        {
            group = new WindowGroup { End = key.End, Profile = key.Profile, Spec = key.Spec, IsClosed = isClosed };
            _groups.Add(key, group);
            (isClosed ? _closed : _closing).Enqueue(group, key);
        }

        return group;
    }
}
