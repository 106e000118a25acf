using System.Net;
using System.Text;
using SecStream.Core.Events;
using SecStream.Core.Features;
using SecStream.Core.Text;

namespace SecStream.Training.Exclusions;

/// <summary>
/// Leaves out what has alerted, one day before to one day after, unless an analyst has said that it was no attack: those windows are normal, were found
/// strange, and have to be learned (that is how verdicts move thresholds). What was confirmed and what is on the blacklist is left out on every day: an attacker
/// that was noticed late was there before. A key is left out when one of its parts is.
/// </summary>
public sealed class AlertExclusions : IExclusions
{
    /// <summary>Leaves out nothing.</summary>
    public static readonly AlertExclusions None = new([], []);

    private const long Around = 1;
    private const string Address = "source.address";
    private readonly Dictionary<string, Dictionary<ulong, Spell[]>> _byField;
    private readonly NetworkSet _blacklisted;

    /// <summary>Makes exclusions.</summary>
    /// <param name="alerts">Alerts, in any order; withdrawn ones are none.</param>
    /// <param name="blacklisted">Addresses and networks of the blacklist.</param>
    public AlertExclusions(IEnumerable<EntityAlert> alerts, IEnumerable<IPNetwork> blacklisted)
    {
        var spells = new Dictionary<(string Field, ulong Value), List<Spell>>();
        foreach (var alert in alerts.Where(alert => alert.Verdict != AlertVerdict.FalsePositive))
        {
            var spell = alert.Verdict == AlertVerdict.True
                ? Spell.Always(ExclusionReason.Confirmed)
                : new Spell(EventClock.DayNumber(alert.Start) - Around, EventClock.DayNumber(alert.End) + Around, ExclusionReason.Alerted);
            foreach (var name in alert.Names)
            {
                Add(spells, name, spell);
            }
        }

        _byField = spells.GroupBy(s => s.Key.Field).ToDictionary(
            g => g.Key, g => g.ToDictionary(s => s.Key.Value, s => s.Value.Distinct().ToArray()), StringComparer.Ordinal);
        _blacklisted = new NetworkSet(blacklisted);
        var entities = spells.Values.GroupBy(s => s.Max(spell => spell.Reason)).ToDictionary(g => g.Key, g => g.Count());
        if (_blacklisted.Count > 0)
        {
            entities[ExclusionReason.Blacklisted] = _blacklisted.Count;
        }

        Entities = entities;
    }

    /// <inheritdoc/>
    public IReadOnlyDictionary<ExclusionReason, int> Entities { get; }

    /// <inheritdoc/>
    public ExclusionReason? Excludes(FeatureSchema schema, ReadOnlySpan<byte> key, long day)
    {
        ExclusionReason? worst = null;
        var part = 0;
        foreach (var range in key.Split((byte)0))
        {
            // A key of more parts than names is none of this schema's; what has a name is looked at.
            if (part >= schema.KeyNames.Length)
            {
                break;
            }

            var field = new EntityName(schema.KeyNames[part++], "").Field;
            if (_byField.TryGetValue(field, out var values) && values.TryGetValue(StableHash.Compute(key[range]), out var spells))
            {
                worst = Worse(worst, spells, day);
            }

            if (worst is null or < ExclusionReason.Blacklisted && field == Address && _blacklisted.Contains(key[range]))
            {
                worst = ExclusionReason.Blacklisted;
            }
        }

        return worst;
    }

    private static ExclusionReason? Worse(ExclusionReason? worst, Spell[] spells, long day)
    {
        foreach (var spell in spells)
        {
            if (day >= spell.From && day <= spell.Until && (worst is null || spell.Reason > worst))
            {
                worst = spell.Reason;
            }
        }

        return worst;
    }

    private static void Add(Dictionary<(string, ulong), List<Spell>> spells, EntityName name, Spell spell)
    {
        var key = (name.Field, StableHash.Compute(Encoding.UTF8.GetBytes(name.Value)));
        if (!spells.TryGetValue(key, out var known))
        {
            spells.Add(key, known = []);
        }

        known.Add(spell);
    }

    private readonly record struct Spell(long From, long Until, ExclusionReason Reason)
    {
        public static Spell Always(ExclusionReason reason) => new(long.MinValue, long.MaxValue, reason);
    }
}
