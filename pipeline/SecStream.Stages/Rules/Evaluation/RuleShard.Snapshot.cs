using SecStream.Stages.Rules.History;

namespace SecStream.Stages.Rules.Evaluation;

/// <content>Writing and reading a shard's whole state. Strings and detection sets are written out: a snapshot refers to nothing outside.</content>
public sealed partial class RuleShard
{
    /// <summary>Writes the state.</summary>
    public void Save(BinaryWriter writer)
    {
        foreach (var number in (ReadOnlySpan<long>)
            [_clock, _lastSweep, _fold, _lastRebuild, Counters.Unevaluated, Counters.Evicted, Counters.Corrections, Counters.Lost])
        {
            writer.Write(number);
        }

        writer.Write(_tables.Length);
        foreach (var table in _tables)
        {
            writer.Write(table.Count);
            foreach (var entity in table.All())
            {
                SaveEntity(writer, entity);
            }
        }
    }

    /// <summary>Reads the state into an empty shard of the same plan, or of one that goes on from it.</summary>
    public void Restore(BinaryReader reader)
    {
        _clock = reader.ReadInt64();
        _lastSweep = reader.ReadInt64();
        _fold = reader.ReadInt64();
        _lastRebuild = reader.ReadInt64();
        Counters.Unevaluated = reader.ReadInt64();
        Counters.Evicted = reader.ReadInt64();
        Counters.Corrections = reader.ReadInt64();
        Counters.Lost = reader.ReadInt64();
        var before = _memory.LiveBytes;
        var tables = reader.ReadInt32();
        if (tables < 0 || tables > _tables.Length)
        {
            throw new InvalidDataException($"the snapshot has {tables} routes, the rules have {_tables.Length}: it was taken under other rules");
        }

        foreach (var table in _tables.AsSpan(0, tables))
        {
            for (var left = reader.ReadInt32(); left > 0; left--)
            {
                RestoreEntity(reader, table);
            }
        }

        _bytes += _memory.LiveBytes - before;
    }

    private void SaveEntity(BinaryWriter writer, Entity entity)
    {
        StateFormat.WriteBytes(writer, entity.Key);
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

        var states = new List<RuleState>();
        for (var state = entity.States; state is not null; state = state.Next)
        {
            states.Add(state);
        }

        writer.Write(states.Count);
        foreach (var state in states)
        {
            SaveState(writer, state);
        }
    }

    private void RestoreEntity(BinaryReader reader, EntityTable table)
    {
        var entity = table.GetOrAdd(StateFormat.ReadBytes(reader));
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
