using System.Buffers.Binary;
using SecStream.Core.Pipeline.State;
using SecStream.Core.Text;

namespace SecStream.Stages.Profiles.Windows;

/// <content>What has changed since the last snapshot, and what is gone. Nothing is noted before there is one (a replay never has one).</content>
public sealed partial class ProfileShard
{
    private const int SuffixBytes = 9;
    private const byte HeadKind = 0;
    private const byte PaneKind = 1;

    private readonly List<ProfileEntity?> _changed = [];
    private ByteWriter? _gone;
    private byte[] _entryKey = new byte[256];
    private bool _notesChanges;

    private void BeginChanges()
    {
        _notesChanges = true;
        _changed.Clear();
        _gone?.Reset(keepAtMost: 1 << 16);
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
            NoteGone(entity, HeadKind, 0);
        }
    }

    private void NoteGone(ProfileEntity entity, byte kind, long start)
    {
        var key = EntryKey(entity, kind, start);
        _gone ??= new ByteWriter();
        var to = _gone.Reserve(8 + key.Length);
        BinaryPrimitives.WriteInt32LittleEndian(to, entity.Profile);
        BinaryPrimitives.WriteInt32LittleEndian(to[4..], key.Length);
        key.CopyTo(to[8..]);
        _gone.Advance(8 + key.Length);
    }

    /// <summary>What is gone comes before what has changed: a key may have come again.</summary>
    private void SaveGone(int shard, IStateWriter writer)
    {
        var gone = _gone is null ? default : _gone.Written;
        while (!gone.IsEmpty)
        {
            var length = BinaryPrimitives.ReadInt32LittleEndian(gone[4..]);
            writer.Delete(new StatePlace(StateSection.Profile, shard, BinaryPrimitives.ReadInt32LittleEndian(gone)), gone.Slice(8, length));
            gone = gone[(8 + length)..];
        }
    }

    private static byte KindOf(int spec) => (byte)(PaneKind + 1 + spec);

    private ReadOnlySpan<byte> EntryKey(ProfileEntity entity, byte kind, long start)
    {
        var length = entity.Key.Length + SuffixBytes;
        if (_entryKey.Length < length)
        {
            _entryKey = new byte[length * 2];
        }

        entity.Key.CopyTo(_entryKey, 0);
        _entryKey[entity.Key.Length] = kind;
        BinaryPrimitives.WriteInt64BigEndian(_entryKey.AsSpan(entity.Key.Length + 1), start);
        return _entryKey.AsSpan(0, length);
    }
}
