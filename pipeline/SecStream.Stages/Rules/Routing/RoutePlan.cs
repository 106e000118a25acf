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
/// <param name="ValueFields">Field ids of the route's value slots; <see cref="RoutePlan.Location"/> for a geo location.</param>
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

    private const int MaxValueFields = Core.Observations.Row.Slots - Core.Observations.Row.FirstRouteSlot;

    private RoutePlan(Route[] routes, RouteEntry[] entries, int[][] entriesOfDetection)
    {
        Routes = routes;
        Entries = entries;
        EntriesOfDetection = entriesOfDetection;
    }

    /// <summary>The routes.</summary>
    public Route[] Routes { get; }

    /// <summary>The ways onto them.</summary>
    public RouteEntry[] Entries { get; }

    /// <summary>For each detection the numbers of the entries it uses, ascending.</summary>
    public int[][] EntriesOfDetection { get; }

    /// <summary>Derives the plan of a rule set.</summary>
    public static RoutePlan Build(RuleSet rules)
    {
        var drafts = new List<Draft>();
        for (var i = 0; i < rules.Rules.Count; i++)
        {
            Place(drafts, rules.Rules[i], i);
        }

        var routes = drafts.Select((d, i) => new Route(i, d.Name, d.KeyNames, [.. d.Rules], [.. d.ValueFields])).ToArray();
        var entries = BuildEntries(drafts, routes);
        var ofDetection = Enumerable.Range(0, rules.Detections.Count)
            .Select(d => entries.Where(e => Array.IndexOf(e.Detections, d) >= 0).Select(e => e.Index).ToArray())
            .ToArray();
        return new RoutePlan(routes, entries, ofDetection);
    }

    private static void Place(List<Draft> drafts, AlertRule rule, int index)
    {
        var names = rule.Inputs[0].Key.Select(part => part.Name + (part.IsAddress ? "/64" : "")).ToArray();
        var name = string.Join(",", names);
        int? value = rule.Kind switch
        {
            RuleKind.ImpossibleTravel => Location,
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
    private static string KeyOf(RuleInput input) => string.Join(';', input.Key.Select(part => string.Join('|', part.Fields)));

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
