using SecStream.Core.Events;
using SecStream.Stages.Rules.Model;

namespace SecStream.Stages.Alerting;

/// <summary>
/// Which rule raised an alert and which versions of everything were in force: functions of its opening time, so that an alert says the same
/// whenever it is written. Immutable and thread-safe.
/// </summary>
public sealed class AlertVersions
{
    private readonly ILookup<string, AlertRule> _rules;
    private readonly (long From, KeyValuePair<string, string>[] Versions)[] _versions;

    /// <summary>Rules with the times they are in force, and what was in force from when (in order of time, the first from <see cref="long.MinValue"/>).</summary>
    public AlertVersions(IEnumerable<AlertRule> rules, IEnumerable<(long From, IReadOnlyDictionary<string, string> Versions)> versions)
    {
        _rules = rules.ToLookup(rule => rule.Code, StringComparer.Ordinal);
        _versions =
        [
            .. versions.Select(version => (version.From, version.Versions.Where(v => v.Key != "rule").OrderBy(v => v.Key, StringComparer.Ordinal).ToArray())),
        ];
        WidestWindow = _rules.SelectMany(group => group).Select(rule => EventClock.ToMicroseconds(rule.Window)).DefaultIfEmpty(0).Max();
        WidestGap = _rules.SelectMany(group => group).Select(rule => EventClock.ToMicroseconds(rule.Gap)).DefaultIfEmpty(0).Max();
    }

    /// <summary>Rules and versions for all times.</summary>
    public AlertVersions(IEnumerable<AlertRule> rules, IReadOnlyDictionary<string, string> versions)
        : this(rules, [(long.MinValue, versions)])
    {
    }

    /// <summary>The widest window of any rule, µs.</summary>
    public long WidestWindow { get; }

    /// <summary>The widest gap of any rule, µs.</summary>
    public long WidestGap { get; }

    /// <summary>The rule of a code that was in force at a time; null when there was none.</summary>
    public AlertRule? RuleAt(string code, long opened)
    {
        foreach (var rule in _rules[code])
        {
            if (rule.IsInForce(opened))
            {
                return rule;
            }
        }

        return null;
    }

    /// <summary>Content hashes of what was in force at a time, in order of name.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> At(long opened)
    {
        var at = _versions.Length - 1;
        while (at > 0 && opened < _versions[at].From)
        {
            at--;
        }

        return _versions[at].Versions;
    }
}
