using SecStream.Core.Fields;
using SecStream.Stages.Rules.Model;

namespace SecStream.Stages.Rules.Routing;

/// <summary>A rule as one route sees it: which detections feed which of its inputs, and where its value lies in a row.</summary>
/// <param name="Rule">The rule.</param>
/// <param name="Index">Its number in the rule set.</param>
/// <param name="ValueSlot">Row slot of the rule's value, −1 when it has none.</param>
public sealed record RouteRule(AlertRule Rule, int Index, int ValueSlot);

/// <summary>An ordered list of fields to key by, the rules that key so, and the values they need from an event.</summary>
/// <param name="Index">Number of the route.</param>
/// <param name="Name">The names of the key parts, comma-separated, for people and hashes.</param>
/// <param name="Rules">The rules.</param>
/// <param name="ValueFields">Field ids of the route's value slots; <see cref="RoutePlan.Location"/>, <see cref="RoutePlan.Anomaly"/>.</param>
public sealed record Route(int Index, string Name, string[] KeyNames, RouteRule[] Rules, int[] ValueFields);

/// <summary>
/// One way an event gets onto a route: the fields its key is taken from (aliases may differ per input), hence which detections use it.
/// </summary>
public sealed record RouteEntry(int Index, Route Route, KeyPart[] Key, int[] Detections);

/// <summary>Which keys an event goes to, given the detections it matched. Follows from the rule set; immutable.</summary>
public sealed class RoutePlan
{
    /// <summary>Pseudo field id: the geo location of the source, packed.</summary>
    public const int Location = -2;

    /// <summary>Pseudo field id: the anomaly that an observation tells of (<see cref="Core.Features.AnomalyFormat"/>).</summary>
    public const int Anomaly = -3;

    private const int MaxValueFields = Core.Observations.Row.Slots - Core.Observations.Row.FirstRouteSlot;

    private readonly long[] _eraStarts;
    private readonly int[][][] _entriesByEra;

    private RoutePlan(Route[] routes, RouteEntry[] entries, long[] eraStarts, int[][][] entriesByEra)
    {
        Routes = routes;
        Entries = entries;
        _eraStarts = eraStarts;
        _entriesByEra = entriesByEra;
    }

    /// <summary>The routes.</summary>
    public Route[] Routes { get; }

    /// <summary>The ways onto them.</summary>
    public RouteEntry[] Entries { get; }

    /// <summary>
    /// Number of the era an evaluated time lies in. Within an era the same rules are in force; a plan whose rules never changed has one. A later
    /// change adds eras at the end and changes none before.
    /// </summary>
    public int EraOf(long time)
    {
        var era = _eraStarts.Length;
        while (era > 0 && time < _eraStarts[era - 1])
        {
            era--;
        }

        return era;
    }

    /// <summary>First evaluated time of an era.</summary>
    public long EraStart(int era) => era == 0 ? long.MinValue : _eraStarts[era - 1];

    /// <summary>For each detection the numbers of the entries that rules in force at a time use it on, ascending.</summary>
    public int[][] EntriesAt(long time) => _entriesByEra[EraOf(time)];

    /// <summary>Derives the plan of a rule set. Rules are placed in their order, so what is added at the end of a set changes no number given before.</summary>
    public static RoutePlan Build(RuleSet rules)
    {
        var drafts = new List<Draft>();
        for (var i = 0; i < rules.Rules.Count; i++)
        {
            Place(drafts, rules.Rules[i], i);
        }

        var routes = drafts.Select((d, i) => new Route(i, d.Name, d.KeyNames, [.. d.Rules], [.. d.ValueFields])).ToArray();
        var entries = BuildEntries(drafts, routes);
        long[] starts = [.. rules.Rules.SelectMany(r => (long[])[r.From, r.Until]).Where(t => t is > long.MinValue and < long.MaxValue).Distinct().Order()];
        var byEra = starts.Prepend(long.MinValue).Select(start => EntriesInForce(rules.Detections.Count, routes, entries, start)).ToArray();
        return new RoutePlan(routes, entries, starts, byEra);
    }

    private static int[][] EntriesInForce(int detections, Route[] routes, RouteEntry[] entries, long time)
    {
        var found = new SortedSet<int>[detections];
        foreach (var entry in entries)
        {
            var inputs = routes[entry.Route.Index].Rules.Where(r => r.Rule.IsInForce(time)).SelectMany(r => r.Rule.Inputs);
            foreach (var detection in inputs.Where(input => KeyOf(input) == KeyOf(entry.Key)).SelectMany(input => input.Detections))
            {
                (found[detection] ??= []).Add(entry.Index);
            }
        }

        return [.. found.Select(set => set is null ? [] : set.ToArray())];
    }

    private static void Place(List<Draft> drafts, AlertRule rule, int index)
    {
        var names = rule.Inputs[0].Key.Select(part => part.Name + (part.IsAddress ? "/64" : "")).ToArray();
        var name = string.Join(",", names);
        int? value = rule.Kind switch
        {
            RuleKind.ImpossibleTravel => Location,
            RuleKind.Anomaly => Anomaly,
            RuleKind.ValueCount or RuleKind.NewValue => rule.ValueField,
            _ => null,
        };
        var draft = drafts.Find(d => d.Name == name && d.KeysAgree(rule) && (value is null || d.ValueFields.Contains(value.Value) || d.ValueFields.Count < MaxValueFields));
        if (draft is null)
        {
            draft = new Draft(name, [.. rule.Inputs[0].Key.Select(part => part.Name)]);
            drafts.Add(draft);
        }

        var slot = -1;
        if (value is { } field)
        {
            if (!draft.ValueFields.Contains(field))
            {
                draft.ValueFields.Add(field);
            }

            slot = Core.Observations.Row.FirstRouteSlot + draft.ValueFields.IndexOf(field);
        }

        draft.Add(new RouteRule(rule, index, slot));
    }

    private static RouteEntry[] BuildEntries(List<Draft> drafts, Route[] routes)
    {
        var entries = new List<RouteEntry>();
        for (var r = 0; r < routes.Length; r++)
        {
            var inputs = drafts[r].Rules.SelectMany(rule => rule.Rule.Inputs);
            foreach (var group in inputs.GroupBy(KeyOf))
            {
                var detections = group.SelectMany(input => input.Detections).Distinct().Order().ToArray();
                entries.Add(new RouteEntry(entries.Count, routes[r], group.First().Key, detections));
            }
        }

        return [.. entries];
    }

    /// <summary>The fields an input's key is taken from.</summary>
    private static string KeyOf(RuleInput input) => KeyOf(input.Key);

    private static string KeyOf(KeyPart[] key) => string.Join(';', key.Select(part => string.Join('|', part.Fields)));

    private sealed record Draft(string Name, string[] KeyNames)
    {
        private readonly Dictionary<int, string> _keyOfDetection = [];

        public List<RouteRule> Rules { get; } = [];

        public List<int> ValueFields { get; } = [];

        /// <summary>
        /// A row says which detections its event matched, not by which fields it came to its key. So rules that key one detection by different
        /// fields (aliases of the same name) can't share a route: one would see the other's events.
        /// </summary>
        public bool KeysAgree(AlertRule rule) =>
            rule.Inputs.All(input => input.Detections.All(d => !_keyOfDetection.TryGetValue(d, out var key) || key == KeyOf(input)));

        public void Add(RouteRule rule)
        {
            Rules.Add(rule);
            foreach (var input in rule.Rule.Inputs)
            {
                Array.ForEach(input.Detections, d => _keyOfDetection[d] = KeyOf(input));
            }
        }
    }
}
