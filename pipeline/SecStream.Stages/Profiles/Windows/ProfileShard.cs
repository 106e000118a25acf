using SecStream.Core.Features;
using SecStream.Core.Observations;
using SecStream.Stages.Profiles.Model;
using SecStream.Stages.Profiles.Panes;

namespace SecStream.Stages.Profiles.Windows;

/// <summary>
/// Profiles of the keys of one shard. Rows come in any order and are added to the pane of their key and time; windows are merged from panes when the clock
/// passes their end, again when late rows have changed them, and a last time when H has passed. Panes that nothing can change any more are added to one block for each
/// longer window, so a key holds H / pane + 1 panes and two blocks a length at most. Owned by one lane at a time; not thread-safe.
/// </summary>
public sealed partial class ProfileShard
{
    private static readonly Comparison<WindowGroup.Member> ByKey = (a, b) => a.Entity!.Key.AsSpan().SequenceCompareTo(b.Entity!.Key);

    private readonly ProfileShardOptions _options;
    private readonly IWindowSink _sink;
    private readonly ulong _seed;
    private readonly ProfileMemory _memory = new();
    private readonly SeenEvents _seen;
    private readonly VectorWriter _writer;
    private readonly List<PaneLayout> _layouts = [];
    private readonly List<ProfileTable> _tables = [];
    private readonly List<FeatureVector> _vectors = [];
    private readonly Dictionary<GroupKey, WindowGroup> _groups = [];
    private readonly PriorityQueue<WindowGroup, GroupKey> _closing = new();
    private readonly PriorityQueue<WindowGroup, GroupKey> _closed = new();
    private readonly List<WindowGroup> _dirty = [];
    private readonly Stack<WindowGroup> _freeGroups = new();
    private WindowGroup.Member[] _order = new WindowGroup.Member[64];
    private long _clock = long.MinValue;
    private long _fold = long.MinValue;
    private long _lastCorrection = long.MinValue;
    private long _lastForget = long.MinValue;

    /// <summary>Makes an empty shard.</summary>
    /// <param name="profiles">The profiles (<see cref="Rules.RuleSet.Profiles"/>).</param>
    /// <param name="options">Bounds.</param>
    /// <param name="sink">Takes windows.</param>
    /// <param name="seed">Seed of the tables' internal order; nothing else depends on it.</param>
    public ProfileShard(IReadOnlyList<Profile> profiles, ProfileShardOptions options, IWindowSink sink, ulong seed)
    {
        _options = options;
        _sink = sink;
        _seed = seed;
        _seen = new SeenEvents(_memory.Hashes);
        _writer = new VectorWriter(_memory);
        UseProfiles(profiles);
    }

    /// <summary>What was done and what could not be.</summary>
    public ProfileCounters Counters { get; } = new();

    /// <summary>Keys held.</summary>
    public int Keys
    {
        get
        {
            var sum = 0;
            foreach (var table in _tables)
            {
                sum += table.Count;
            }

            return sum;
        }
    }

    /// <summary>Bytes held, those for recognising events that come again included.</summary>
    public long StateBytes => _memory.LiveBytes;

    /// <summary>Takes profiles that go on from the present ones: more at the end, and some that have come to their end.</summary>
    public void UseProfiles(IReadOnlyList<Profile> profiles)
    {
        for (var i = 0; i < profiles.Count; i++)
        {
            if (i < _layouts.Count)
            {
                _layouts[i].Profile = profiles[i];
                continue;
            }

            _layouts.Add(new PaneLayout(profiles[i]));
            _tables.Add(new ProfileTable(i, profiles[i].Windows.Length, _seed, _memory));
            _vectors.Add(FeatureVector.Of(profiles[i].Schema));
        }
    }

    /// <summary>Takes a row. Rows may come in any order and more than once.</summary>
    public void Accept(in Row row)
    {
        ref readonly var header = ref row.Header;
        if (header.Time < _fold)
        {
            Counters.Unevaluated++;
            return;
        }

        if (!_seen.IsNew(header))
        {
            Counters.Duplicates++;
            return;
        }

        var number = header.Route & ~Row.ProfileRoute;
        var layout = _layouts[number];
        var entity = _tables[number].GetOrAdd(row.Key);
        var start = WindowSpec.Floor(header.Time, layout.PaneLength);
        var pane = entity.Newest?.Start == start ? entity.Newest : PaneOf(entity, layout, start);
        layout.Add(pane, row, _memory);
        entity.LastTime = Math.Max(entity.LastTime, header.Time);
        MarkChanged(entity);
        if (start + layout.PaneLength <= _clock)
        {
            MarkDirty(entity, layout, start);
        }

        if (_memory.LiveBytes > _options.MaxStateBytes)
        {
            MakeRoom();
        }
    }

    /// <summary>Tells of windows that end at or before the clock, of those that late rows have changed, and of those that are final.</summary>
    public void Advance(long clock)
    {
        if (clock <= _clock)
        {
            return;
        }

        _clock = clock;
        _fold = clock == long.MaxValue ? long.MaxValue : Math.Max(_fold, clock - _options.Horizon);
        if (_dirty.Count > 0 && (clock == long.MaxValue || _lastCorrection == long.MinValue || clock - _lastCorrection >= _options.CorrectionInterval))
        {
            Correct();
        }

        while (_closing.TryPeek(out var group, out var key) && key.End <= clock)
        {
            _closing.Dequeue();
            group.IsClosed = true;
            Tell(group, all: true);
            _closed.Enqueue(group, key);
        }

        while (_closed.TryPeek(out var group, out var key) && key.End <= _fold)
        {
            _closed.Dequeue();
            Finish(group);
        }

        if (_lastForget == long.MinValue || _fold == long.MaxValue || _fold - _lastForget >= Core.Events.EventClock.Minute)
        {
            _lastForget = _fold;
            _seen.Forget(_fold);
        }
    }

    private Pane PaneOf(ProfileEntity entity, PaneLayout layout, long start)
    {
        Pane? newer = null;
        var pane = entity.Newest;
        while (pane is not null && pane.Start > start)
        {
            newer = pane;
            pane = pane.Older;
        }

        if (pane?.Start == start)
        {
            return pane;
        }

        var made = layout.Rent(start, _memory);
        made.Older = pane;
        if (newer is null)
        {
            entity.Newest = made;
        }
        else
        {
            newer.Older = made;
        }

        Join(entity, layout, start);
        return made;
    }

    /// <summary>Makes a key a member of all windows that a pane lies in.</summary>
    private void Join(ProfileEntity entity, PaneLayout layout, long start)
    {
        for (var spec = 0; spec < layout.Profile.Windows.Length; spec++)
        {
            var window = layout.Profile.Windows[spec];
            for (var end = window.FirstEnd(start); end - window.Length <= start; end += window.Slide)
            {
                if (!IsMember(entity, spec, end))
                {
                    var group = GroupOf(new GroupKey(end, entity.Profile, spec));
                    entity.Add(new WindowRef(group, group.Add(entity)));
                }
            }
        }
    }

    private static bool IsMember(ProfileEntity entity, int spec, long end)
    {
        for (var i = entity.WindowCount - 1; i >= 0; i--)
        {
            var group = entity.Windows[i].Group;
            if (group.End == end && group.Spec == spec)
            {
                return true;
            }
        }

        return false;
    }

    private WindowGroup GroupOf(in GroupKey key)
    {
        if (!_groups.TryGetValue(key, out var group))
        {
            group = _freeGroups.TryPop(out var reused) ? reused : new WindowGroup();
            (group.End, group.Profile, group.Spec) = (key.End, key.Profile, key.Spec);
            _groups.Add(key, group);
            _closing.Enqueue(group, key);
        }

        return group;
    }

    private void MarkDirty(ProfileEntity entity, PaneLayout layout, long start)
    {
        foreach (ref readonly var window in entity.Windows.AsSpan(0, entity.WindowCount))
        {
            var group = window.Group;
            if (group.IsClosed && start < group.End && start >= group.End - layout.Profile.Windows[group.Spec].Length)
            {
                group.Members[window.Member].IsDirty = true;
                if (!group.IsDirty)
                {
                    group.IsDirty = true;
                    _dirty.Add(group);
                }
            }
        }
    }

    private void Correct()
    {
        _lastCorrection = _clock;
        _dirty.Sort(static (a, b) => GroupKey.Of(a).CompareTo(GroupKey.Of(b)));
        foreach (var group in _dirty)
        {
            Tell(group, all: false);
        }

        _dirty.Clear();
    }
}
