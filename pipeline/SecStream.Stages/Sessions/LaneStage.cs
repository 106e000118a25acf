using SecStream.Core.Observations;
using SecStream.Core.Pipeline;
using SecStream.Core.Pipeline.State;
using SecStream.Stages.Alerting;
using SecStream.Stages.Profiles.Model;
using SecStream.Stages.Profiles.Windows;
using SecStream.Stages.Rules;
using SecStream.Stages.Rules.Evaluation;
using SecStream.Stages.Rules.History;
using SecStream.Stages.Rules.Routing;

namespace SecStream.Stages.Sessions;

/// <summary>The shards of one lane: login sessions, whose output is rows again, profiles, and rules.</summary>
public sealed class LaneStage : ILaneStage
{
    private readonly LoginSessions?[] _sessions = new LoginSessions?[Row.ShardCount];
    private readonly ProfileShard?[] _profiles = new ProfileShard?[Row.ShardCount];
    private IWindowSink? _windows;
    private readonly RuleShard?[] _rules = new RuleShard?[Row.ShardCount];
    private readonly DetectionSets _sets;

    /// <summary>Makes the shards of lane <paramref name="lane"/> of <paramref name="lanes"/>.</summary>
    public LaneStage(int lane, int lanes, RoutePlan plan, ShardOptions options, AlertFactory factory, IAlertSink sink, ulong seed)
    {
        Memory = new LaneMemory(seed);
        _sets = new DetectionSets(plan);
        var rows = new RowPool();
        for (var shard = lane; shard < Row.ShardCount; shard += lanes)
        {
            _sessions[shard] = new LoginSessions(options.Horizon, seed, rows);
            _rules[shard] = new RuleShard(plan, options, Memory, _sets, factory, sink);
        }
    }

    /// <summary>Makes shards of profiles too, before anything else is done; without them the lane must get no rows of profiles.</summary>
    public void UseProfiles(IReadOnlyList<Profile> profiles, ProfileShardOptions options, IWindowSink sink, ulong seed)
    {
        _windows = sink;
        for (var shard = 0; shard < Row.ShardCount; shard++)
        {
            _profiles[shard] = _sessions[shard] is null ? null : new ProfileShard(profiles, options, sink, seed);
        }
    }

    /// <summary>The memory of the lane's state.</summary>
    public LaneMemory Memory { get; }

    /// <summary>
    /// Gives observations that are stated rather than found (tests of rules): called with the clock before the rules are; those up to it go to the buffer
    /// of their shard. Null: there are none.
    /// </summary>
    public Action<long, RowBuffer[]>? Given { get; set; }

    /// <summary>Keys with a history.</summary>
    public long Keys => _rules.Sum(shard => (long)(shard?.Keys ?? 0));

    /// <summary>Keys of profiles.</summary>
    public long ProfileKeys => _profiles.Sum(shard => (long)(shard?.Keys ?? 0));

    /// <summary>Bytes of the state of profiles.</summary>
    public long ProfileBytes => _profiles.Sum(shard => shard?.StateBytes ?? 0);

    /// <summary>What profiles did and what they could not do exactly.</summary>
    public ProfileCounters CountProfiles()
    {
        var sum = new ProfileCounters();
        foreach (var shard in _profiles)
        {
            if (shard is not null)
            {
                sum.Add(shard.Counters);
            }
        }

        return sum;
    }

    /// <summary>What the lane could not do exactly.</summary>
    public ShardCounters Counters()
    {
        var sum = new ShardCounters();
        foreach (var shard in _rules)
        {
            sum.Add(shard?.Counters);
        }

        sum.Unevaluated += _sessions.Sum(s => s?.Unevaluated ?? 0);
        return sum;
    }

    /// <summary>Takes profiles that go on from the present ones (<see cref="RuleLineage"/>), while everything stands still.</summary>
    public void UseProfiles(IReadOnlyList<Profile> profiles)
    {
        foreach (var shard in _profiles)
        {
            shard?.UseProfiles(profiles);
        }
    }

    /// <summary>Takes a plan that goes on from the present one (<see cref="RuleLineage"/>), while everything stands still.</summary>
    public void UsePlan(RoutePlan plan)
    {
        _sets.UsePlan(plan);
        foreach (var shard in _rules)
        {
            shard?.UsePlan(plan);
        }
    }

    /// <inheritdoc/>
    public void Accept(ReadOnlySpan<byte> rows)
    {
        while (!rows.IsEmpty)
        {
            var row = new Row(rows);
            rows = rows[row.Bytes.Length..];
            if (row.Header.Route == Row.SessionRoute)
            {
                _sessions[row.Header.Shard]!.Accept(row);
            }
            else if (row.Header.Route >= Row.ProfileRoute)
            {
                _profiles[row.Header.Shard]!.Accept(row);
            }
            else
            {
                _rules[row.Header.Shard]!.Accept(row);
            }
        }
    }

    /// <inheritdoc/>
    public void AdvanceSessions(long clock, RowBuffer[] rowsByShard)
    {
        foreach (var shard in _sessions)
        {
            shard?.Advance(clock, rowsByShard);
        }

        _windows?.Begin(rowsByShard);
        foreach (var shard in _profiles)
        {
            shard?.Advance(clock);
        }

        Given?.Invoke(clock, rowsByShard);
    }

    /// <inheritdoc/>
    public void AdvanceRules(long clock)
    {
        foreach (var shard in _rules)
        {
            try
            {
                shard?.Advance(clock);
            }
            catch (Exception fault) when (shard?.Failing is not null)
            {
                // A defect that one rule brings out: whoever runs the engine decides whether to go on without it.
                throw new RuleFaultException(shard.Failing.Value.Code, shard.Failing.Value.Time, fault);
            }
        }
    }

    /// <inheritdoc/>
    public void Save(int shard, IStateWriter writer, StateExtent extent)
    {
        _sessions[shard]!.Save(shard, writer, extent);
        _profiles[shard]?.Save(shard, writer, extent);
        _rules[shard]!.Save(shard, writer, extent);
    }

    /// <inheritdoc/>
    public void Restore(StateReader entry)
    {
        var place = entry.Place;
        if (place.Section == StateSection.Session || place is { Section: StateSection.Shard, Part: 0 })
        {
            _sessions[place.Shard]!.Restore(entry);
        }
        else if (place.Section == StateSection.Profile || place is { Section: StateSection.Shard, Part: ProfileShard.HeaderPart })
        {
            if (_profiles[place.Shard] is not { } profiles)
            {
                // Detectors have been switched off since: what profiles knew is let go.
                return;
            }

            profiles.Restore(entry);
        }
        else
        {
            _rules[place.Shard]!.Restore(entry);
        }

        entry.EndValue();
    }
}
