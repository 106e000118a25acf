using System.Buffers.Binary;
using SecStream.Core.Pipeline.State;
using SecStream.Core.Text;
using SecStream.Stages.Rules.History;

namespace SecStream.Stages.Rules.Evaluation;

/// <content>
/// Which keys have changed since the last snapshot. Nothing is noted before there is one (a replay never has one). Bounded: the list by the keys
/// there are, what is gone by the keys the snapshot has.
/// </content>
public sealed partial class RuleShard
{
    private readonly List<Entity?> _changed = [];
    private ByteWriter? _gone;
    private int _holes;
    private bool _notesChanges;

    private void BeginChanges()
    {
        _notesChanges = true;
        _changed.Clear();
        _holes = 0;
        _gone?.Reset(keepAtMost: 1 << 16);
    }

    private void MarkChanged(Entity entity)
    {
        if (entity.ChangedAt == 0 && _notesChanges)
        {
            _changed.Add(entity);
            entity.ChangedAt = _changed.Count;
        }
    }

    private bool Keep(Entity entity)
    {
        if (!HistoryEvaluator.MayFold(entity, _fold))
        {
            return true;
        }

        MarkChanged(entity);
        return _evaluator.Fold(entity, _fold) || entity.QueueEntries > 0 || NoteGone(entity);
    }

    /// <summary>A key is about to be let go; always false, for the sweep that asks.</summary>
    private bool NoteGone(Entity entity)
    {
        if (entity.ChangedAt > 0)
        {
            _changed[entity.ChangedAt - 1] = null;
            entity.ChangedAt = 0;
            if (++_holes > 1024 && _holes > _changed.Count / 2)
            {
                CloseHoles();
            }
        }

        if (entity.IsPersisted)
        {
            entity.IsPersisted = false;
            _gone ??= new ByteWriter();
            var to = _gone.Reserve(8 + entity.KeyLength);
            BinaryPrimitives.WriteInt32LittleEndian(to, entity.Route);
            BinaryPrimitives.WriteInt32LittleEndian(to[4..], entity.KeyLength);
            entity.Key.CopyTo(to[8..]);
            _gone.Advance(8 + entity.KeyLength);
        }

        return false;
    }

    private void CloseHoles()
    {
        _changed.RemoveAll(entity => entity is null);
        for (var i = 0; i < _changed.Count; i++)
        {
            _changed[i]!.ChangedAt = i + 1;
        }

        _holes = 0;
    }

    /// <summary>What is gone comes before what has changed: a key may have come again.</summary>
    private void SaveGone(int shard, IStateWriter writer)
    {
        var gone = _gone is null ? default : _gone.Written;
        while (!gone.IsEmpty)
        {
            var length = BinaryPrimitives.ReadInt32LittleEndian(gone[4..]);
            writer.Delete(new StatePlace(StateSection.Entity, shard, BinaryPrimitives.ReadInt32LittleEndian(gone)), gone.Slice(8, length));
            gone = gone[(8 + length)..];
        }
    }
}
