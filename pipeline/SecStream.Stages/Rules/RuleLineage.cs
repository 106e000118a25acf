using SecStream.Stages.Profiles.Model;
using SecStream.Stages.Rules.Expressions;
using SecStream.Stages.Rules.Matching;
using SecStream.Stages.Rules.Model;

namespace SecStream.Stages.Rules;

/// <summary>A rule set and the evaluated event time from which it is in force, µs; <see cref="long.MinValue"/> for the first.</summary>
public readonly record struct RuleVersion(RuleSet Rules, long From);

/// <summary>
/// Rule sets that followed each other, as one set: the rules of the first, then those of the second that are not what was in force before, and so
/// on, each with the times it is in force. A rule that both of two versions have is one rule and goes on without interruption; a changed one ends
/// and another begins with empty windows. A longer lineage begins with the rules and detections of a shorter one, in the same order, so state made
/// under the shorter one is good under the longer one.
/// </summary>
public static class RuleLineage
{
    /// <summary>Most detections a lineage can hold: rows name them in 16 bits.</summary>
    public const int MaxDetections = ushort.MaxValue;

    /// <summary>Most profiles a lineage can hold: rows name them in 15 bits, of which one number is taken.</summary>
    public const int MaxProfiles = Core.Observations.Row.SessionRoute - Core.Observations.Row.ProfileRoute;

    /// <summary>
    /// Merges versions, compiled in this order with one catalog of fields or with copies of it.
    /// </summary>
    /// <exception cref="ArgumentException">There is none, or they are not in rising order of time.</exception>
    /// <exception cref="RuleLineageFullException">They have more than <see cref="MaxDetections"/> different detections.</exception>
    public static RuleSet Merge(IReadOnlyList<RuleVersion> versions)
    {
        if (versions.Count == 0)
        {
            throw new ArgumentException("a lineage has at least one version", nameof(versions));
        }

        var first = versions[0].Rules;
        if (versions.Count == 1 && versions[0].From == long.MinValue)
        {
            return first;
        }

        var merging = new Merging(first.Detections);
        for (var i = 0; i < versions.Count; i++)
        {
            if (i > 0 && versions[i].From <= versions[i - 1].From)
            {
                throw new ArgumentException("the versions of a lineage come into force one after the other", nameof(versions));
            }

            merging.Add(versions[i]);
        }

        return merging.ToRuleSet(versions[^1].Rules);
    }

    /// <summary>Whether two compiled rules say the same: what they read, how they decide, and what their alerts say.</summary>
    internal static bool IsSame(AlertRule a, IReadOnlyList<Detection> ofA, AlertRule b, IReadOnlyList<Detection> ofB) =>
        a.Code == b.Code && a.Version == b.Version && a.Uuid == b.Uuid && a.Severity == b.Severity && a.Kind == b.Kind
        && a.Window == b.Window && a.Gap == b.Gap && a.Threshold == b.Threshold && a.ValueField == b.ValueField
        && a.MinDistanceKm.Equals(b.MinDistanceKm) && a.MaxSpeedKmh.Equals(b.MaxSpeedKmh)
        && a.Title == b.Title && a.Noun == b.Noun && a.PrimaryEntity == b.PrimaryEntity
        && a.Inputs.Length == b.Inputs.Length && a.Inputs.Zip(b.Inputs).All(pair => IsSame(pair.First, ofA, pair.Second, ofB));

    private static bool IsSame(RuleInput a, IReadOnlyList<Detection> ofA, RuleInput b, IReadOnlyList<Detection> ofB) =>
        a.Name == b.Name && a.MinCount == b.MinCount
        && a.Key.Length == b.Key.Length
        && a.Key.Zip(b.Key).All(p => p.First.Name == p.Second.Name && p.First.IsAddress == p.Second.IsAddress && p.First.Fields.SequenceEqual(p.Second.Fields))
        && a.Detections.Length == b.Detections.Length
        && a.Detections.Zip(b.Detections).All(p => ContentOf(ofA[p.First]) == ContentOf(ofB[p.Second]));

    private static string ContentOf(Detection detection) => $"{detection.CountsAttempts} {DetectionNodes.Describe(detection.Condition)}";

    /// <summary>A merge under way.</summary>
    private sealed class Merging
    {
        private readonly List<Detection> _detections;
        private readonly Dictionary<string, int> _numbers = new(StringComparer.Ordinal);
        private readonly List<AlertRule> _rules = [];
        private readonly List<Profile> _profiles = [];

        public Merging(IReadOnlyList<Detection> first)
        {
            _detections = [.. first];
            foreach (var detection in first)
            {
                _numbers.TryAdd(ContentOf(detection), detection.Index);
            }
        }

        public void Add(RuleVersion version)
        {
            var going = _rules.Select((rule, i) => (rule, i)).Where(r => r.rule.Until == long.MaxValue).ToDictionary(r => r.rule.Code, r => r.i, StringComparer.Ordinal);
            var added = new List<AlertRule>();
            foreach (var rule in version.Rules.Rules)
            {
                if (going.TryGetValue(rule.Code, out var at) && IsSame(_rules[at], _detections, rule, version.Rules.Detections))
                {
                    going.Remove(rule.Code);
                }
                else
                {
                    added.Add(rule with { From = version.From, Inputs = _rules.Count == 0 ? rule.Inputs : [.. rule.Inputs.Select(input => Renumber(input, version.Rules))] });
                }
            }

            foreach (var at in going.Values)
            {
                _rules[at] = _rules[at] with { Until = version.From };
            }

            _rules.AddRange(added);
            AddProfiles(version);
        }

        /// <summary>As with rules: a profile that has changed ends, and another begins with empty panes.</summary>
        private void AddProfiles(RuleVersion version)
        {
            var going = _profiles.Select((profile, i) => (profile, i)).Where(p => p.profile.Until == long.MaxValue)
                .ToDictionary(p => p.profile.Name, p => p.i, StringComparer.Ordinal);
            var added = new List<Profile>();
            foreach (var profile in version.Rules.Profiles)
            {
                if (going.TryGetValue(profile.Name, out var at) && _profiles[at].Content == profile.Content)
                {
                    going.Remove(profile.Name);
                }
                else
                {
                    added.Add(Renumber(profile, version.Rules) with { From = version.From });
                }
            }

            foreach (var at in going.Values)
            {
                _profiles[at] = _profiles[at] with { Until = version.From };
            }

            _profiles.AddRange(added);
            if (_profiles.Count > MaxProfiles)
            {
                throw new RuleLineageFullException($"the rules in force since the data folder was begun have more than {MaxProfiles} different profiles");
            }
        }

        private Profile Renumber(Profile profile, RuleSet from) => profile with
        {
            Where = profile.Where < 0 ? -1 : NumberOf(from.Detections[profile.Where]),
            Conditions = [.. profile.Conditions.Select(d => NumberOf(from.Detections[d]))],
        };

        public RuleSet ToRuleSet(RuleSet last) => last with { Detections = _detections, Rules = _rules, Profiles = _profiles };

        private RuleInput Renumber(RuleInput input, RuleSet from) => input with { Detections = [.. input.Detections.Select(d => NumberOf(from.Detections[d])).Distinct()] };

        private int NumberOf(Detection detection)
        {
            var content = ContentOf(detection);
            if (!_numbers.TryGetValue(content, out var number))
            {
                number = _detections.Count;
                if (number >= MaxDetections)
                {
                    throw new RuleLineageFullException($"the rules in force since the data folder was begun have more than {MaxDetections} different detections");
                }

                _numbers.Add(content, number);
                _detections.Add(detection.WithIndex(number));
            }

            return number;
        }
    }
}

/// <summary>A lineage has become longer than rows can name.</summary>
public sealed class RuleLineageFullException : Exception
{
    /// <summary>An error without a message.</summary>
    public RuleLineageFullException()
    {
    }

    /// <summary>An error.</summary>
    public RuleLineageFullException(string message)
        : base(message)
    {
    }

    /// <summary>An error with its cause.</summary>
    public RuleLineageFullException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
