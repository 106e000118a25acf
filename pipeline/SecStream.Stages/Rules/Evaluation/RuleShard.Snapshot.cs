using SecStream.Core.Pipeline.State;
using SecStream.Stages.Rules.History;

namespace SecStream.Stages.Rules.Evaluation;

/// <content>Writing and reading a shard's whole state. Strings and detection sets are written out: a snapshot refers to nothing outside.</content>
public sealed partial class RuleShard
{
    private const int HeaderPart = 1;

    /// <summary>Writes what is asked for of shard <paramref name="shard"/>. Reads shared memory of the lane only, so shards may be saved at once.</summary>
    public void Save(int shard, IStateWriter writer, StateExtent extent)
    {
        SaveHeader(writer.Put(new StatePlace(StateSection.Shard, shard, HeaderPart), []));
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

    /// <summary>Reads an entry of a shard of the same plan, or of one that this goes on from.</summary>
    public void Restore(StateReader entry)
    {
        var place = entry.Place;
        var reader = entry.OpenValue();
        if (place.Section == StateSection.Shard)
        {
            RestoreHeader(reader);
            BeginChanges();
            return;
        }

        if (place.Part >= _tables.Length)
        {
            throw new InvalidDataException($"the snapshot has route {place.Part}, the rules have {_tables.Length} routes: it was taken under other rules");
        }

        var before = _memory.LiveBytes;
        var entity = _tables[place.Part].GetOrAdd(entry.Key);
        entity.IsPersisted = true;
        RestoreEntity(reader, entity);
        _bytes += _memory.LiveBytes - before;
    }

    private void SaveHeader(BinaryWriter writer)
    {
        foreach (var number in (ReadOnlySpan<long>)
            [_clock, _lastSweep, _fold, _lastRebuild, Counters.Unevaluated, Counters.Evicted, Counters.Corrections, Counters.Lost])
        {
            writer.Write(number);
        }
    }

    private void RestoreHeader(BinaryReader reader)
    {
        _clock = reader.ReadInt64();
        _lastSweep = reader.ReadInt64();
        _fold = reader.ReadInt64();
        _lastRebuild = reader.ReadInt64();
        Counters.Unevaluated = reader.ReadInt64();
        Counters.Evicted = reader.ReadInt64();
        Counters.Corrections = reader.ReadInt64();
        Counters.Lost = reader.ReadInt64();
    }

    private void SaveEntity(int shard, IStateWriter writer, Entity? entity, StateExtent extent)
    {
        if (entity is not null)
        {
            SaveEntity(writer.Put(new StatePlace(StateSection.Entity, shard, entity.Route), entity.Key), entity);
            if (extent != StateExtent.Copy)
            {
                (entity.ChangedAt, entity.IsPersisted) = (0, true);
            }
        }
    }

    private void SaveEntity(BinaryWriter writer, Entity entity)
    {
        writer.Write(entity.Count);
        writer.Write(entity.Evaluated);
        writer.Write(entity.Folded);
        writer.Write(entity.EvaluatedTotal);
        writer.Write(entity.ExactAfter);
        writer.Write(entity.IsDirty);
        for (var i = 0; i < entity.Count; i++)
        {
            StateFormat.WriteItem(writer, ref entity.Items[i], _sets, _memory.Values);
        }

        if (entity.States is null)
        {
            writer.Write(0);
            return;
        }

        // In the order of rules, whatever the order in which they came to have a state: the same state is the same bytes.
        var states = new List<RuleState>();
        for (var state = entity.States; state is not null; state = state.Next)
        {
            states.Add(state);
        }

        states.Sort((a, b) => a.Rule.CompareTo(b.Rule));
        writer.Write(states.Count);
        states.ForEach(state => SaveState(writer, state));
    }

    private void RestoreEntity(BinaryReader reader, Entity entity)
    {
        var count = reader.ReadInt32();
        entity.Evaluated = reader.ReadInt32();
        entity.Folded = reader.ReadInt32();
        entity.EvaluatedTotal = reader.ReadInt64();
        entity.ExactAfter = reader.ReadInt64();
        entity.IsDirty = reader.ReadBoolean();
        for (var i = 0; i < count; i++)
        {
            _memory.EnsureRoom(entity);
            entity.Items[entity.Count++] = StateFormat.ReadItem(reader, entity.Route, _sets, _memory.Values);
        }

        for (var left = reader.ReadInt32(); left > 0; left--)
        {
            RestoreState(reader, entity);
        }

        if (entity.IsDirty)
        {
            _dirty.Add(entity);
        }

        Schedule(entity);
    }

    private void SaveState(BinaryWriter writer, RuleState state)
    {
        writer.Write(state.Rule);
        writer.Write(state.IsQueued);
        writer.Write(state.Alerts.Count);
        foreach (var draft in state.Alerts)
        {
            draft.Save(writer, _memory.Values);
        }

        writer.Write(state.FoldedOpen is not null);
        state.FoldedOpen?.Save(writer, _memory.Values);
        writer.Write(state.KnownValues?.Count ?? -1);
        foreach (var value in state.KnownValues ?? [])
        {
            StateFormat.WriteBytes(writer, _memory.Values.Get(value));
        }

        writer.Write(state.HasCarry);
        if (state.HasCarry)
        {
            var carry = state.Carry;
            StateFormat.WriteItem(writer, ref carry, _sets, _memory.Values);
        }
    }

    private void RestoreState(BinaryReader reader, Entity entity)
    {
        var state = entity.StateOf(reader.ReadInt32());
        if (reader.ReadBoolean() && _options.RevisionInterval < long.MaxValue)
        {
            state.IsQueued = true;
            _unsent.Add((entity, state));
        }

        for (var left = reader.ReadInt32(); left > 0; left--)
        {
            state.Alerts.Add(AlertDraft.Load(reader, _memory.Values));
        }

        state.FoldedOpen = reader.ReadBoolean() ? AlertDraft.Load(reader, _memory.Values) : null;
        var known = reader.ReadInt32();
        if (known >= 0)
        {
            state.KnownValues = [];
            for (; known > 0; known--)
            {
                state.KnownValues.Add(_memory.Values.Intern(StateFormat.ReadBytes(reader)));
            }
        }

        if (reader.ReadBoolean())
        {
            state.Carry = StateFormat.ReadItem(reader, entity.Route, _sets, _memory.Values);
            state.HasCarry = true;
        }
    }
}
