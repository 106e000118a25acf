using SecStream.Core.Features;
using SecStream.Stages.Profiles.Model;
using SecStream.Stages.Profiles.Panes;

namespace SecStream.Stages.Profiles.Windows;

/// <content>Putting windows together and telling of them.</content>
public sealed partial class ProfileShard
{
    /// <summary>Tells of the windows of a group: all of them, or those that have changed.</summary>
    private void Tell(WindowGroup group, bool all)
    {
        group.IsDirty = false;
        foreach (ref readonly var member in Ordered(group, onlyDirty: !all))
        {
            Counters.Closed += member.IsTold ? 0 : 1;
            Counters.Revised += member.IsTold ? 1 : 0;
            _sink.Closed(Compute(group, member.Entity!), member.IsTold);
        }

        // What was told of is what there was enough of; numbers of members stay as they are.
        foreach (ref var member in group.Members)
        {
            if (member.Entity is not null && (all || member.IsDirty))
            {
                member.IsTold |= IsWorthTelling(group, member.Entity);
                member.IsDirty = false;
                MarkChanged(member.Entity);
            }
        }
    }

    /// <summary>Nothing can change the windows of a group any more.</summary>
    private void Finish(WindowGroup group)
    {
        if (group.IsDirty)
        {
            _dirty.Remove(group);
            Tell(group, all: false);
        }

        var layout = _layouts[group.Profile];
        var window = layout.Profile.Windows[group.Spec];
        var told = Ordered(group, onlyDirty: false);
        foreach (ref readonly var member in told)
        {
            _sink.Final(Compute(group, member.Entity!));
        }

        Counters.Final += told.Length;
        foreach (ref readonly var member in group.Members)
        {
            if (member.Entity is not { } entity)
            {
                continue;
            }

            Counters.Thin++;
            entity.Remove(group);
            if (window.Slide == layout.PaneLength)
            {
                // The longest of the windows that are made of panes is the last at any time that needs them.
                Fold(entity, layout, group.End, drops: window.Length == layout.PaneReach);
            }
            else
            {
                DropBlocks(entity, layout, group.Spec, group.End);
            }

            MarkChanged(entity);
            if (entity.WindowCount == 0)
            {
                LetGo(entity);
            }
        }

        Counters.Thin -= told.Length;
        _groups.Remove(GroupKey.Of(group));
        Recycle(group);
    }

    private void Recycle(WindowGroup group)
    {
        group.Clear();
        if (_freeGroups.Count < 4096)
        {
            _freeGroups.Push(group);
        }
    }

    /// <summary>The members whose windows have enough to be told of, in the order of their keys.</summary>
    private ReadOnlySpan<WindowGroup.Member> Ordered(WindowGroup group, bool onlyDirty)
    {
        if (_order.Length < group.Count)
        {
            _order = new WindowGroup.Member[group.Count * 2];
        }

        var count = 0;
        foreach (ref readonly var member in group.Members)
        {
            if (member.Entity is not null && (!onlyDirty || member.IsDirty) && IsWorthTelling(group, member.Entity))
            {
                _order[count++] = member;
            }
        }

        var ordered = _order.AsSpan(0, count);
        ordered.Sort(ByKey);
        return ordered;
    }

    private bool IsWorthTelling(WindowGroup group, ProfileEntity entity)
    {
        var layout = _layouts[group.Profile];
        var length = layout.Profile.Windows[group.Spec].Length;
        return layout.Profile.Covers(group.End - length, group.End)
            && (layout.Profile.MinEvents <= 1 || EventsOf(entity, layout, group.Spec, group.End - length, group.End) >= layout.Profile.MinEvents);
    }

    /// <summary>The vector of a key's window.</summary>
    private FeatureVector Compute(WindowGroup group, ProfileEntity entity)
    {
        var layout = _layouts[group.Profile];
        var window = layout.Profile.Windows[group.Spec];
        var start = group.End - window.Length;
        var vector = _vectors[group.Profile];
        var evidence = window.Slide == layout.PaneLength ? PaneLayout.WindowEvidence : PaneLayout.BlockEvidence;
        var (only, count) = Parts(entity, layout, group.Spec, start, group.End);
        if (count == 1 && only!.Parts is not null)
        {
            _writer.Write(layout, only, evidence, vector);
        }
        else
        {
            var merged = layout.Rent(start, _memory);
            Merge(entity, layout, group.Spec, start, group.End, evidence, merged);
            _writer.Write(layout, merged, evidence, vector);
            layout.Return(merged, _memory);
        }

        (vector.Key, vector.Start, vector.End) = (entity.Key, start, group.End);
        return vector;
    }

    private static (Pane? Last, int Count) Parts(ProfileEntity entity, PaneLayout layout, int spec, long start, long end)
    {
        Pane? last = null;
        var count = 0;
        for (var list = 0; list < 2; list++)
        {
            for (var part = list == 0 ? entity.Newest : entity.Blocks[spec]; part is not null && part.Start >= start; part = part.Older)
            {
                if (IsPart(part, layout, spec, end))
                {
                    last = part;
                    count++;
                }
            }
        }

        return (last, count);
    }

    private void Merge(ProfileEntity entity, PaneLayout layout, int spec, long start, long end, int evidence, Pane into)
    {
        for (var list = 0; list < 2; list++)
        {
            for (var part = list == 0 ? entity.Newest : entity.Blocks[spec]; part is not null && part.Start >= start; part = part.Older)
            {
                if (IsPart(part, layout, spec, end))
                {
                    layout.Merge(into, part, evidence, _memory);
                }
            }
        }
    }

    private static long EventsOf(ProfileEntity entity, PaneLayout layout, int spec, long start, long end)
    {
        long events = 0;
        for (var list = 0; list < 2; list++)
        {
            for (var part = list == 0 ? entity.Newest : entity.Blocks[spec]; part is not null && part.Start >= start; part = part.Older)
            {
                events += IsPart(part, layout, spec, end) ? part.Events : 0;
            }
        }

        return events;
    }

    /// <summary>Panes that have been folded are in the blocks already, unless the window is made of panes.</summary>
    private static bool IsPart(Pane part, PaneLayout layout, int spec, long end) =>
        part.Start < end && (!part.IsFolded || layout.Profile.Windows[spec].Slide == layout.PaneLength);

    /// <summary>Adds panes that are final to the blocks of the longer windows, and lets go of those that no window is made of any more.</summary>
    private void Fold(ProfileEntity entity, PaneLayout layout, long end, bool drops)
    {
        Pane? newer = null;
        var pane = entity.Newest;
        while (pane is not null)
        {
            var older = pane.Older;
            if (pane.Start + layout.PaneLength <= end && !pane.IsFolded)
            {
                pane.IsFolded = pane.IsChanged = true;
                AddToBlocks(entity, layout, pane);
            }

            if (drops && pane.Start + layout.PaneReach <= end)
            {
                if (newer is null)
                {
                    entity.Newest = older;
                }
                else
                {
                    newer.Older = older;
                }

                Return(entity, PaneKind, pane, layout);
            }
            else
            {
                newer = pane;
            }

            pane = older;
        }
    }

    private void AddToBlocks(ProfileEntity entity, PaneLayout layout, Pane pane)
    {
        for (var spec = 0; spec < layout.Profile.Windows.Length; spec++)
        {
            var window = layout.Profile.Windows[spec];
            if (window.Slide == layout.PaneLength)
            {
                continue;
            }

            layout.Merge(BlockOf(entity, layout, spec, WindowSpec.Floor(pane.Start, window.Slide)), pane, PaneLayout.BlockEvidence, _memory);
        }
    }

    private Pane BlockOf(ProfileEntity entity, PaneLayout layout, int spec, long start)
    {
        Pane? newer = null;
        var block = entity.Blocks[spec];
        while (block is not null && block.Start > start)
        {
            newer = block;
            block = block.Older;
        }

        if (block?.Start == start)
        {
            return block;
        }

        var made = layout.Rent(start, _memory);
        made.Older = block;
        if (newer is null)
        {
            entity.Blocks[spec] = made;
        }
        else
        {
            newer.Older = made;
        }

        return made;
    }

    /// <summary>Lets go of blocks whose last window has ended.</summary>
    private void DropBlocks(ProfileEntity entity, PaneLayout layout, int spec, long end)
    {
        var length = layout.Profile.Windows[spec].Length;
        ref var at = ref entity.Blocks[spec];
        Pane? newer = null;
        var block = at;
        while (block is not null && block.Start + length > end)
        {
            newer = block;
            block = block.Older;
        }

        if (newer is null)
        {
            at = null;
        }
        else
        {
            newer.Older = null;
        }

        while (block is not null)
        {
            var older = block.Older;
            Return(entity, KindOf(spec), block, layout);
            block = older;
        }
    }
}
