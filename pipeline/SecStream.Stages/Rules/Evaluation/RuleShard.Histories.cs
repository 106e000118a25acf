using System.Runtime.InteropServices;
using SecStream.Core.Observations;
using SecStream.Stages.Rules.History;

namespace SecStream.Stages.Rules.Evaluation;

/// <content>Where rows go in histories: new ones, further ways to the same event, corrections.</content>
public sealed partial class RuleShard
{
    /// <summary>Puts a row into a history; false when it was there already.</summary>
    private bool Insert(Entity entity, in Row row)
    {
        ref readonly var header = ref row.Header;
        if (header.Time <= entity.ExactAfter)
        {
            // Beyond the bound of the key: counting it again would be worse than not counting it.
            Counters.Unevaluated++;
            return false;
        }

        var at = FindSame(entity, row, out var same);
        if (same)
        {
            return header.IsCorrection == 0 ? Widen(entity, at, row)
                : header is { IsCorrection: RowHeader.Replaces, Count: > 0 } ? Replace(entity, at, row)
                : Correct(entity, at, header.Count);
        }

        if (header.Count == 0)
        {
            return false;
        }

        _memory.EnsureRoom(entity);
        if (at < entity.Count)
        {
            entity.Items.AsSpan(at, entity.Count - at).CopyTo(entity.Items.AsSpan(at + 1));
            entity.Epoch++;
        }

        entity.Count++;
        entity.NextFold = Math.Min(entity.NextFold, header.Time);
        Fill(ref entity.Items[at], row);
        if (at < entity.Evaluated || header.Time < _clock)
        {
            entity.Evaluated += at < entity.Evaluated ? 1 : 0;
            MarkDirty(entity, at);
        }

        return true;
    }

    /// <summary>
    /// An item inserted behind the clock belongs to the evaluated part even where everything evaluated is older than it.
    /// </summary>
    private void MarkDirty(Entity entity, int at)
    {
        if (at >= entity.Evaluated)
        {
            // Nothing evaluated lies behind it: the ordinary schedule takes it, at once.
            return;
        }

        if (!entity.IsDirty)
        {
            entity.IsDirty = true;
            _dirty.Add(entity);
        }
    }

    /// <summary>
    /// Where the row's item is or belongs. An event's line and its attempt are two items, the line first.
    /// </summary>
    private int FindSame(Entity entity, in Row row, out bool same)
    {
        ref readonly var header = ref row.Header;
        var at = entity.LowerBound(header.Time, header.Source, header.Position, header.IdLow);
        same = IsEvent(entity, at, header);
        if (same && _sets[entity.Items[at].Set].IsAttempt != (header.IsAttempt != 0))
        {
            at += header.IsAttempt;
            same = header.IsAttempt != 0 && IsEvent(entity, at, header);
        }

        return at;
    }

    private static bool IsEvent(Entity entity, int at, in RowHeader header) =>
        at < entity.Count && entity.Items[at].IdHigh == header.IdHigh && entity.Items[at].IdLow == header.IdLow;

    /// <summary>The same event by another way (aliases may take a key from different fields): what it matched there belongs to it too.</summary>
    private bool Widen(Entity entity, int at, in Row row)
    {
        var set = _sets.Union(entity.Items[at].Set, row.DetectionBytes);
        if (set == entity.Items[at].Set)
        {
            return false;
        }

        entity.Items[at].Set = set;
        entity.Epoch++;
        MarkDirty(entity, at);
        return true;
    }

    private bool Correct(Entity entity, int at, int count)
    {
        if (entity.Items[at].Count == count)
        {
            return false;
        }

        if (count > 0)
        {
            entity.Items[at].Count = count;
            MarkDirty(entity, at);
        }
        else
        {
            MarkDirty(entity, at);
            _memory.ReleaseValues(ref entity.Items[at]);
            entity.Items.AsSpan(at + 1, entity.Count - at - 1).CopyTo(entity.Items.AsSpan(at));
            entity.Count--;
            entity.Evaluated -= at < entity.Evaluated ? 1 : 0;
        }

        entity.Epoch++;
        return true;
    }

    /// <summary>The same observation with another content: what it was is forgotten, and what followed from it is found again.</summary>
    private bool Replace(Entity entity, int at, in Row row)
    {
        ref var item = ref entity.Items[at];
        var before = item;
        Fill(ref item, row);
        var isSame = item.Count == before.Count && item.Set == before.Set;
        for (var slot = 0; slot < Row.Slots; slot++)
        {
            isSame &= item.Values[slot] == before.Values[slot];
        }

        _memory.ReleaseValues(ref before);
        if (isSame)
        {
            return false;
        }

        entity.Epoch++;
        MarkDirty(entity, at);
        return true;
    }

    private void Fill(ref Item item, in Row row)
    {
        ref readonly var header = ref row.Header;
        item.Time = header.Time;
        item.Source = header.Source;
        item.Position = header.Position;
        item.IdHigh = header.IdHigh;
        item.IdLow = header.IdLow;
        item.Count = header.Count;
        item.Set = _sets.Intern(header.Route, header.Time, header.IsAttempt != 0, row.DetectionBytes);
        var lengths = MemoryMarshal.Cast<byte, ushort>(row.ValueLengths(out var offset));
        for (var slot = 0; slot < Row.Slots; slot++)
        {
            var length = lengths[slot];
            item.Values[slot] = length == ushort.MaxValue ? ValuePool.None : _memory.Values.Intern(row.Bytes.Slice(offset, length));
            offset += length == ushort.MaxValue ? 0 : length;
        }
    }
}
