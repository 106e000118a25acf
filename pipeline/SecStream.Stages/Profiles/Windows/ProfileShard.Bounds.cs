namespace SecStream.Stages.Profiles.Windows;

/// <content>The bound of a shard's memory. Beyond it windows are lost, which is counted and shown as a blind spot.</content>
public sealed partial class ProfileShard
{
    /// <summary>Identities go first where they take more than a quarter; then the keys idle longest, until a tenth is free.</summary>
    private void MakeRoom()
    {
        while (_memory.LiveBytes > _options.MaxStateBytes && _seen.Bytes > _options.MaxStateBytes / 4 && _seen.ForgetOldest())
        {
            Counters.Forgotten++;
        }

        if (_memory.LiveBytes > _options.MaxStateBytes)
        {
            EvictIdle();
        }
    }

    private void EvictIdle()
    {
        var idle = _tables.SelectMany(t => t.All()).ToList();
        idle.Sort(static (a, b) => a.LastTime != b.LastTime ? a.LastTime.CompareTo(b.LastTime)
            : a.Profile != b.Profile ? a.Profile.CompareTo(b.Profile) : a.Key.AsSpan().SequenceCompareTo(b.Key));
        foreach (var entity in idle)
        {
            if (_memory.LiveBytes <= _options.MaxStateBytes / 10 * 9)
            {
                break;
            }

            foreach (ref readonly var window in entity.Windows.AsSpan(0, entity.WindowCount))
            {
                window.Group.Remove(window.Member);
                Counters.LostWindows++;
            }

            Counters.Evicted++;
            LetGo(entity);
        }
    }

    /// <summary>Lets go of a key with everything it holds.</summary>
    private void LetGo(ProfileEntity entity)
    {
        NoteGone(entity);
        var layout = _layouts[entity.Profile];
        ReturnAll(entity, PaneKind, entity.Newest, layout);
        entity.Newest = null;
        for (var spec = 0; spec < entity.Blocks.Length; spec++)
        {
            ReturnAll(entity, KindOf(spec), entity.Blocks[spec], layout);
            entity.Blocks[spec] = null;
        }

        _tables[entity.Profile].Remove(entity);
    }

    private void ReturnAll(ProfileEntity entity, byte kind, Panes.Pane? pane, Panes.PaneLayout layout)
    {
        while (pane is not null)
        {
            var older = pane.Older;
            Return(entity, kind, pane, layout);
            pane = older;
        }
    }

    private void Return(ProfileEntity entity, byte kind, Panes.Pane pane, Panes.PaneLayout layout)
    {
        if (pane.IsPersisted)
        {
            NoteGone(entity, kind, pane.Start);
        }

        layout.Return(pane, _memory);
    }
}
