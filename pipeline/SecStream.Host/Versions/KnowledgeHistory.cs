using SecStream.Core.Fields;
using SecStream.Core.Pipeline;
using SecStream.Stages.Enrichment;
using SecStream.Stages.Ingest;
using SecStream.Stages.Profiles;
using SecStream.Stages.Rules;
using SecStream.Stages.Rules.Model;

namespace SecStream.Host.Versions;

/// <summary>A change to be made: which versions of what, and what of it is loaded.</summary>
/// <param name="Entries">Subject and hash (or, for a rule that is disabled or enabled, its code), as the control log will say.</param>
/// <param name="Files">The rule folder it leads to, with rules that are disabled; null when it stays.</param>
/// <param name="Fields">Catalog that it was compiled with.</param>
/// <param name="Disabled">Rules that are disabled afterwards.</param>
/// <param name="Enrichment">Enrichment it leads to; null when it stays.</param>
/// <param name="Models">The version of the models that comes into force; null when they stay.</param>
internal sealed record PreparedChange(
    IReadOnlyList<(string Subject, string Detail)> Entries, RuleSet? Files, FieldCatalog? Fields, IReadOnlyList<(string Code, string Version)> Disabled, EnrichmentSources? Enrichment,
    LoadedModels? Models = null)
{
    /// <summary>What was in force when it was prepared: on anything else it can't be built.</summary>
    public required KnowledgeHistory Basis { get; init; }

    /// <summary>The rules that come into force; null when they stay.</summary>
    public RuleSet? Rules => Files is null ? null : Files with { Rules = [.. Files.Rules.Where(rule => !Disabled.Contains((rule.Code, rule.Version)))] };
}

/// <summary>Models that were loaded to come into force.</summary>
/// <param name="Hash">Hash of their version.</param>
/// <param name="Set">The models; null: none.</param>
internal sealed record LoadedModels(string Hash, Core.Features.IModelSet? Set);

/// <summary>
/// A timeline and the versions that it was made of: what the control log says was activated, in order. Built from the log it is the same as the
/// one that grew while the log was written. Immutable.
/// </summary>
internal sealed class KnowledgeHistory
{
    private readonly Dictionary<string, string> _active;
    private readonly RuleSet _files;
    private readonly VersionArchive _archive;
    private readonly IReadOnlyList<(string Code, string Version)> _disabled;

    private KnowledgeHistory(
        KnowledgeTimeline timeline, Dictionary<string, string> active, RuleSet files, IReadOnlyList<(string Code, string Version)> disabled, VersionArchive archive)
    {
        _archive = archive;
        Timeline = timeline;
        _active = active;
        _files = files;
        _disabled = disabled;
    }

    /// <summary>What is known when.</summary>
    public KnowledgeTimeline Timeline { get; }

    /// <summary>Codes of rules that are disabled.</summary>
    public IEnumerable<string> Disabled => _disabled.Select(d => d.Code);

    /// <summary>A history that begins with these versions; profiles are kept where they are wanted.</summary>
    /// <exception cref="ConfigurationException">A file can't be used.</exception>
    public static KnowledgeHistory Begin(IReadOnlyList<KnowledgeVersion> versions, VersionArchive archive, string tenant, bool withProfiles = false)
    {
        var fields = new FieldCatalog();
        Stages.Parsing.SourceParser.DeclareFields(fields);
        var rules = versions.First(v => v.Subject == KnowledgeSubject.Rules).CompileRules(fields);
        var enrichment = versions.Aggregate(EnrichmentSources.Default, (sources, version) => version.LoadInto(sources));
        var first = new Knowledge(IngestPlan.Compile(rules, fields, tenant, withProfiles: withProfiles), enrichment);
        var models = versions.FirstOrDefault(v => v.Subject == KnowledgeSubject.Models) is { IsEmpty: false } version
            ? ModelTimeline.Of(version.LoadModels(), () => archive.Load(KnowledgeSubject.Models, version.Hash).LoadModels())
            : ModelTimeline.None;
        var active = versions.ToDictionary(v => v.Subject, v => v.Hash, StringComparer.Ordinal);
        return new KnowledgeHistory(KnowledgeTimeline.Of(first, () => LoadEnrichment(archive, active), models, withProfiles), active, rules, [], archive);
    }

    /// <summary>The history that a control log tells; null when it tells none.</summary>
    /// <param name="log">Entries of the control log, all of them in order.</param>
    /// <param name="archive">Where the versions are.</param>
    /// <param name="tenant">Tenant of the events.</param>
    /// <exception cref="ConfigurationException">A version is missing or damaged.</exception>
    /// <remarks>Of enrichment only the last stays in memory; the others come back with the first event of their time.</remarks>
    public static KnowledgeHistory? FromLog(IEnumerable<ControlEntry> log, VersionArchive archive, string tenant, bool withProfiles = false)
    {
        KnowledgeHistory? history = null;
        foreach (var step in Steps(log))
        {
            var versions = step.Where(e => KnowledgeSubject.OfFiles.Contains(e.Subject)).Select(e => archive.Load(e.Subject, e.Detail)).ToList();
            if (history is null)
            {
                history = Begin(versions, archive, tenant, withProfiles);
                continue;
            }

            var change = history.Prepare(versions, Codes(step, KnowledgeSubject.Disable), Codes(step, KnowledgeSubject.Enable));
            history = history.Activate(change, step[0].Value, letGoOfEarlier: true);
        }

        return history;
    }

    /// <summary>Loads what is to change. Nothing is in force by it.</summary>
    /// <param name="versions">Versions of files; those that are in force already change nothing.</param>
    /// <param name="disable">Codes of rules that shall be in force no longer.</param>
    /// <param name="enable">Codes of rules that were disabled and shall be in force again.</param>
    /// <exception cref="ConfigurationException">A file can't be used; the message names line, key and mend.</exception>
    public PreparedChange Prepare(IReadOnlyList<KnowledgeVersion> versions, IReadOnlyList<string>? disable = null, IReadOnlyList<string>? enable = null)
    {
        // A subject that was unknown to the program that began the log, and of which there is nothing, is no change.
        var changed = versions.Where(v => _active.GetValueOrDefault(v.Subject) != v.Hash && !(v.IsEmpty && !_active.ContainsKey(v.Subject))).ToList();
        var fields = Timeline.CopyFields();
        var files = changed.Find(v => v.Subject == KnowledgeSubject.Rules)?.CompileRules(fields) ?? _files;
        var disabled = _disabled.Where(d => files.Rules.Any(r => (r.Code, r.Version) == d) && enable?.Contains(d.Code) != true)
            .Concat(files.Rules.Where(r => disable?.Contains(r.Code) == true).Select(r => (r.Code, r.Version)))
            .Distinct().ToList();
        var rulesChange = files != _files || !disabled.SequenceEqual(_disabled);
        var enrichment = changed.Where(v => v.Subject is not (KnowledgeSubject.Rules or KnowledgeSubject.Models)).ToList();
        var models = changed.Find(v => v.Subject == KnowledgeSubject.Models);
        return new PreparedChange(
            [
                .. changed.Select(v => (v.Subject, v.Hash)),
                .. disabled.Except(_disabled).Select(d => (KnowledgeSubject.Disable, d.Code)),
                .. _disabled.Where(d => enable?.Contains(d.Code) == true).Select(d => (KnowledgeSubject.Enable, d.Code)),
            ],
            rulesChange ? files : null,
            rulesChange ? fields : null,
            disabled,
            enrichment.Count == 0 ? null : enrichment.Aggregate(Timeline.Enrichment.Latest, (sources, version) => version.LoadInto(sources)),
            models is null ? null : new LoadedModels(models.Hash, models.LoadModels()))
        {
            Basis = this,
        };
    }

    /// <summary>The history with a change prepared from this very one, in force from an event time.</summary>
    /// <param name="change">The change.</param>
    /// <param name="from">From when on.</param>
    /// <param name="settledBefore">No event before this time can be evaluated any more.</param>
    /// <param name="letGoOfEarlier">Enrichment of earlier times is not kept in memory.</param>
    /// <exception cref="ConfigurationException">It was prepared from another: something else came into force meanwhile.</exception>
    public KnowledgeHistory Activate(PreparedChange change, long from, long settledBefore = long.MinValue, bool letGoOfEarlier = false)
    {
        if (change.Basis != this)
        {
            throw new ConfigurationException("another change came into force while this one was prepared; ask for it again");
        }

        var active = new Dictionary<string, string>(_active, StringComparer.Ordinal);
        foreach (var (subject, detail) in change.Entries.Where(e => KnowledgeSubject.OfFiles.Contains(e.Subject)))
        {
            active[subject] = detail;
        }

        var models = change.Models is not { } loaded
            ? null
            : Timeline.Models.With(loaded.Set, from, () => _archive.Load(KnowledgeSubject.Models, loaded.Hash).LoadModels(), letGoOfEarlier);
        var timeline = Timeline.Activate(
            from, change.Rules, change.Fields, change.Enrichment, () => LoadEnrichment(_archive, active), settledBefore, letGoOfEarlier, models);
        return new KnowledgeHistory(timeline, active, change.Files ?? _files, change.Disabled, _archive);
    }

    private static EnrichmentSources LoadEnrichment(VersionArchive archive, Dictionary<string, string> active) =>
        active.Where(a => a.Key is not (KnowledgeSubject.Rules or KnowledgeSubject.Models)).Aggregate(EnrichmentSources.Default, (sources, a) => archive.Load(a.Key, a.Value).LoadInto(sources));

    /// <summary>Activations that came into force together.</summary>
    private static IEnumerable<List<ControlEntry>> Steps(IEnumerable<ControlEntry> log)
    {
        List<ControlEntry>? step = null;
        foreach (var entry in log.Where(e => e.Kind == ControlKinds.Activate))
        {
            if (step is not null && step[0].Value != entry.Value)
            {
                yield return step;
                step = null;
            }

            (step ??= []).Add(entry);
        }

        if (step is not null)
        {
            yield return step;
        }
    }

    private static List<string> Codes(List<ControlEntry> step, string subject) => [.. step.Where(e => e.Subject == subject).Select(e => e.Detail)];
}
