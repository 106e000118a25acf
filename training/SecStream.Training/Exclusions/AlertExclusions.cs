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
    private readonly Dictionary<ulong, Spell[]> _spells;
    private readonly NetworkSet _blacklisted;

    /// <summary>Makes exclusions.</summary>
    /// <param name="alerts">Alerts, in any order; withdrawn ones are none.</param>
    /// <param name="blacklisted">Addresses and networks of the blacklist.</param>
    public AlertExclusions(IEnumerable<EntityAlert> alerts, IEnumerable<IPNetwork> blacklisted)
    {
        var spells = new Dictionary<ulong, List<Spell>>();
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

        _spells = spells.ToDictionary(s => s.Key, s => s.Value.Distinct().ToArray());
        _blacklisted = new NetworkSet(blacklisted);
        var entities = _spells.Values.GroupBy(s => s.Max(spell => spell.Reason)).ToDictionary(g => g.Key, g => g.Count());
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
        if (_spells.Count == 0 && _blacklisted.Count == 0)
        {
            return null;
        }

        ExclusionReason? worst = null;
        var part = 0;
        foreach (var range in key.Split((byte)0))
        {
            // A key of more parts than names is none of this schema's; what there is is looked at.
            var field = part < schema.KeyNames.Length ? schema.KeyNames[part] : "";
            part++;
            if (_spells.TryGetValue(HashOf(field, key[range]), out var spells))
            {
                worst = Worse(worst, spells, day);
            }

            if (worst is null or < ExclusionReason.Blacklisted && IsAddress(field) && _blacklisted.Contains(key[range]))
            {
                worst = ExclusionReason.Blacklisted;
            }
        }

        return worst;
    }

    private static bool IsAddress(string field) => new EntityName(field, "").Field == "source.address";

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

    private static void Add(Dictionary<ulong, List<Spell>> spells, EntityName name, Spell spell)
    {
        var hash = HashOf(name.Field, Encoding.UTF8.GetBytes(name.Value));
        if (!spells.TryGetValue(hash, out var known))
        {
            spells.Add(hash, known = []);
        }

        known.Add(spell);
    }

    private static ulong HashOf(string field, ReadOnlySpan<byte> value) =>
        StableHash.Combine(StableHash.Compute(Encoding.UTF8.GetBytes(new EntityName(field, "").Field), 0), StableHash.Compute(value, 0));

    private readonly record struct Spell(long From, long Until, ExclusionReason Reason)
    {
        public static Spell Always(ExclusionReason reason) => new(long.MinValue, long.MaxValue, reason);
    }
}
