using System.Buffers.Binary;
using SecStream.Core.Pipeline.State;
using SecStream.Stages.Profiles.Panes;

namespace SecStream.Stages.Profiles.Windows;

/// <content>Writing and reading a shard's whole state.</content>
public sealed partial class ProfileShard
{
    /// <summary>Part of <see cref="StateSection.Shard"/> that the shard's clocks are.</summary>
    public const int HeaderPart = 2;

    /// <summary>Version of the format; state of another version is refused.</summary>
    public const byte FormatVersion = 1;

    private const int MinutesPart = ushort.MaxValue;

    private readonly List<ProfileEntity?> _changed = [];
    private readonly List<(int Profile, byte[] Key)> _gone = [];
    private bool _notesChanges;
    private ulong[] _identities = [];

    /// <summary>Writes what is asked for of shard <paramref name="shard"/>.</summary>
    public void Save(int shard, IStateWriter writer, StateExtent extent)
    {
        SaveHeader(writer.Put(new StatePlace(StateSection.Shard, shard, HeaderPart), []));
        SaveMinutes(shard, writer, extent);
        if (extent == StateExtent.Changes)
        {
            _gone.ForEach(gone => writer.Delete(new StatePlace(StateSection.Profile, shard, gone.Profile), gone.Key));
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
        else if (place.Part < _tables.Count)
        {
            var entity = _tables[place.Part].GetOrAdd(entry.Key);
            entity.IsPersisted = true;
            RestoreEntity(reader, entity);
        }
        else
        {
            throw new InvalidDataException($"the snapshot has profile {place.Part}, the rules have {_tables.Count} profiles: it was taken under other rules");
        }
    }

    private void BeginChanges()
    {
        _notesChanges = true;
        _changed.Clear();
        _gone.Clear();
        _seen.Gone.Clear();
    }

    private void MarkChanged(ProfileEntity entity)
    {
        if (entity.ChangedAt == 0 && _notesChanges)
        {
            _changed.Add(entity);
            entity.ChangedAt = _changed.Count;
        }
    }

    private void NoteGone(ProfileEntity entity)
    {
        if (entity.ChangedAt > 0)
        {
            _changed[entity.ChangedAt - 1] = null;
            entity.ChangedAt = 0;
        }

        if (entity.IsPersisted)
        {
            entity.IsPersisted = false;
            _gone.Add((entity.Profile, entity.Key.ToArray()));
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

        var to = writer.Put(new StatePlace(StateSection.Profile, shard, entity.Profile), entity.Key);
        to.Write(entity.LastTime);
        SavePanes(to, entity.Newest);
        foreach (var block in entity.Blocks)
        {
            SavePanes(to, block);
        }

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

    private void SavePanes(BinaryWriter writer, Pane? newest)
    {
        var count = 0;
        for (var pane = newest; pane is not null; pane = pane.Older)
        {
            count++;
        }

        writer.Write(count);
        for (var pane = newest; pane is not null; pane = pane.Older)
        {
            PaneFormat.Write(writer, pane, _memory);
        }
    }

    private void RestoreEntity(BinaryReader reader, ProfileEntity entity)
    {
        var layout = _layouts[entity.Profile];
        entity.LastTime = reader.ReadInt64();
        entity.Newest = RestorePanes(reader, layout);
        for (var spec = 0; spec < entity.Blocks.Length; spec++)
        {
            entity.Blocks[spec] = RestorePanes(reader, layout);
        }

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

    private Pane? RestorePanes(BinaryReader reader, PaneLayout layout)
    {
        Pane? newest = null;
        Pane? last = null;
        for (var left = reader.ReadInt32(); left > 0; left--)
        {
            var pane = layout.Rent(0, _memory);
            PaneFormat.Read(reader, pane, _memory);
            if (last is null)
            {
                newest = pane;
            }
            else
            {
                last.Older = pane;
            }

            last = pane;
        }

        return newest;
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
