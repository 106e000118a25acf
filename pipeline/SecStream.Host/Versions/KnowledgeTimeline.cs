using System.Globalization;
using System.Text;
using SecStream.Core.Fields;
using SecStream.Stages.Alerting;
using SecStream.Stages.Enrichment;
using SecStream.Stages.Ingest;
using SecStream.Stages.Profiles;
using SecStream.Stages.Rules;

namespace SecStream.Host.Versions;

/// <summary>
/// What the pipeline knows at which event time: rule sets that followed each other, GeoIP files, lists and entities likewise. An event is looked at
/// with what was in force at its evaluated time, so alerts are a function of the records and of the activations in the control log. Immutable.
/// </summary>
public sealed class KnowledgeTimeline
{
    private readonly RuleVersion[] _rules;
    private readonly long _settledBefore;
    private readonly bool _withProfiles;

    private KnowledgeTimeline(RuleVersion[] rules, EnrichmentTimeline enrichment, ModelTimeline models, IngestPlan plan, long settledBefore, bool withProfiles)
    {
        _withProfiles = withProfiles;
        _rules = rules;
        _settledBefore = settledBefore;
        Enrichment = enrichment;
        Models = models;
        Plan = plan;
        AlertVersions = new AlertVersions(Plan.Rules.Rules, VersionsOverTime());
    }

    /// <summary>The plan of all rules that were ever in force.</summary>
    public IngestPlan Plan { get; }

    /// <summary>Enrichment over time.</summary>
    public EnrichmentTimeline Enrichment { get; }

    /// <summary>Models over time.</summary>
    public ModelTimeline Models { get; }

    /// <summary>For the alert book: which rule an alert is of, and which versions it cites.</summary>
    public AlertVersions AlertVersions { get; }

    /// <summary>The rule set in force now, as it was loaded.</summary>
    public RuleSet Rules => _rules[^1].Rules;

    /// <summary>The latest time from which something came into force; <see cref="long.MinValue"/> when nothing has changed.</summary>
    public long LastChange => Math.Max(Math.Max(_rules[^1].From, Enrichment.Versions.Last().From), Models.LatestFrom);

    /// <summary>Content hashes of what is in force now; the models by their id.</summary>
    public IReadOnlyDictionary<string, string> Versions
    {
        get
        {
            var versions = VersionsOf(Rules, Enrichment.Versions.Last().Versions);
            if (Models.Latest is { } models)
            {
                versions["models"] = models.Id;
            }

            return versions;
        }
    }

    /// <summary>The rules and files in force now. <see cref="Knowledge.Plan"/> is the plan of all rules; <see cref="RuleSet.Latest"/> are those in force.</summary>
    public Knowledge Latest => new(Plan, Enrichment.Latest);

    /// <summary>
    /// Names all rules that were ever in force, for a snapshot: state that was saved under this mark is good under every timeline that
    /// <see cref="Continues"/> it.
    /// </summary>
    public string Mark => MarkOf(Plan.Rules.Rules.Count);

    /// <summary>Whether the rules of this timeline begin with those of the one that had this mark.</summary>
    public bool Continues(string mark) =>
        int.TryParse(mark.Split(' ')[0], NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count <= Plan.Rules.Rules.Count && mark == MarkOf(count);

    /// <summary>One knowledge for all times.</summary>
    /// <param name="knowledge">The knowledge.</param>
    /// <param name="again">Loads its enrichment again once it has been let go of; null: it stays in memory.</param>
    /// <param name="models">The models; null: none.</param>
    /// <param name="withProfiles">Rules that come into force later bring their profiles: the knowledge was compiled with its own.</param>
    public static KnowledgeTimeline Of(Knowledge knowledge, Func<EnrichmentSources>? again = null, ModelTimeline? models = null, bool withProfiles = false) => new(
        [new RuleVersion(knowledge.Plan.Rules, long.MinValue)],
        new EnrichmentTimeline(knowledge.Enrichment, again),
        models ?? ModelTimeline.None,
        knowledge.Plan,
        long.MinValue,
        withProfiles);

    /// <summary>A catalog to compile rules with that are to come into force: a refused set leaves no trace in the one in use.</summary>
    public FieldCatalog CopyFields() => Plan.Fields.Copy();

    /// <summary>The same up to a time, and other rules or enrichment from then on.</summary>
    /// <param name="from">Event time of the activation: behind <see cref="LastChange"/> and behind every evaluated time so far.</param>
    /// <param name="rules">Rules compiled with <see cref="CopyFields"/>, or null when they stay.</param>
    /// <param name="fields">The catalog they were compiled with, or null.</param>
    /// <param name="enrichment">Other enrichment, or null when it stays.</param>
    /// <param name="again">Loads the enrichment again once it has been let go of; null: it stays in memory.</param>
    /// <param name="settledBefore">No event before this time can be evaluated any more; what only those needed is let go of. Default: as before.</param>
    /// <param name="letGoOfEarlier">Enrichment of earlier times is let go of.</param>
    /// <param name="models">The models over time with those that come into force, or null when they stay.</param>
    /// <exception cref="RuleLineageFullException">The rules since the beginning have too many detections.</exception>
    public KnowledgeTimeline Activate(
        long from,
        RuleSet? rules = null,
        FieldCatalog? fields = null,
        EnrichmentSources? enrichment = null,
        Func<EnrichmentSources>? again = null,
        long settledBefore = long.MinValue,
        bool letGoOfEarlier = false,
        ModelTimeline? models = null)
    {
        settledBefore = Math.Max(_settledBefore, settledBefore);
        RuleVersion[] versions = rules is null ? _rules : [.. _rules, new RuleVersion(rules, from)];
        return new(
            versions,
            enrichment is null ? Enrichment : Enrichment.With(enrichment, from, again, letGoOfEarlier ? from : settledBefore),
            models ?? Models,
            rules is null ? Plan : IngestPlan.Compile(RuleLineage.Merge(versions), fields ?? Plan.Fields, Plan.Tenant, settledBefore, _withProfiles),
            settledBefore,
            _withProfiles);
    }

    private string MarkOf(int count)
    {
        var rules = string.Join('\n', Plan.Rules.Rules.Take(count).Select(r => $"{r.Code} {r.Version} {r.From.ToString(CultureInfo.InvariantCulture)}"));
        return $"{count.ToString(CultureInfo.InvariantCulture)} {ContentHash.Of(Encoding.UTF8.GetBytes(rules))}";
    }

    private static SortedDictionary<string, string> VersionsOf(RuleSet rules, IReadOnlyDictionary<string, string> enrichment) =>
        new(enrichment.ToDictionary(), StringComparer.Ordinal) { ["rules"] = rules.Version };

    private IEnumerable<(long From, IReadOnlyDictionary<string, string> Versions)> VersionsOverTime()
    {
        var enrichment = Enrichment.Versions.ToList();
        return _rules.Select(r => r.From).Concat(enrichment.Select(e => e.From)).Distinct().Order().Select(from =>
            (from, (IReadOnlyDictionary<string, string>)VersionsOf(_rules.Last(r => r.From <= from).Rules, enrichment.Last(e => e.From <= from).Versions)));
    }
}
