using System.Text.Json;
using SecStream.Core.Alerts;
using SecStream.Core.Events;
using SecStream.Core.Features;
using SecStream.Core.Fields;
using SecStream.Host.Alerts;
using SecStream.Host.Derivation;
using SecStream.Host.Documents;
using SecStream.Host.Stores;
using SecStream.Host.Versions;
using SecStream.Stages.Alerting;
using SecStream.Stages.Enrichment;
using SecStream.Stages.Enrichment.Entities;
using SecStream.Stages.Enrichment.GeoIp;
using SecStream.Stages.Enrichment.Intel;
using SecStream.Stages.Ingest;
using SecStream.Stages.Parsing;
using SecStream.Stages.Profiles;
using SecStream.Stages.Rules;
using SecStream.Stages.Rules.Model;

namespace SecStream.Host.Explain;

/// <summary>
/// Derives a stored alert again: the stored events that can matter go through the production pipeline, in memory, with the rules as they are now,
/// and what comes out is compared with what is stored. Enrichment is not repeated, the documents carry it. Of an alert about an anomaly that means that windows
/// are measured anew and judged by the model that the alert names.
/// </summary>
internal sealed class AlertDerivation(ResultStores stores, PipelineOptions options, TimeProvider time)
{
    /// <summary>Finds the model of an id; null: there is none. By default where the options and the folder with results keep models.</summary>
    public Func<string, IModelSet?> FindModel { get; init; } =
        id => AlertModels.Find(id, [options.Models, stores.AlertsAreRemote ? null : stores.AlertsName]);

    private const int TimelineEvents = 100;

    /// <summary>
    /// Emission, which depends on the run; the hash of all rules, of which those that did not decide may have changed; and what analysts say, which
    /// no event tells.
    /// </summary>
    private static readonly HashSet<string> s_ignored = ["secstream.analyst", "secstream.revision", "secstream.status", "secstream.superseded_by", "secstream.versions.rules"];

    /// <summary>Explains an alert.</summary>
    public async Task<Explanation> ExplainAsync(StoredAlert alert, CancellationToken cancellation)
    {
        using var parsed = JsonDocument.Parse(alert.Document);
        var document = parsed.RootElement.Clone();
        var tenant = DocumentFields.Text(document, "secstream.tenant") ?? options.Tenant;
        var fields = new FieldCatalog();
        SourceParser.DeclareFields(fields);
        var rules = Knowledge.LoadRules(options, fields);
        var rule = rules.Rules.FirstOrDefault(r => r.Code == alert.Rule);
        var explanation = new Explanation { Alert = alert, Document = document, Rule = rule, Fields = fields, Incident = await FindIncidentAsync(document, cancellation).ConfigureAwait(false) };
        var notes = Versions(document, rules, rule);
        var (from, to) = rule is null ? Contributors(document) : Range(document, rule, rules);
        var evidence = DocumentFields.Texts(document, "secstream.evidence.event_ids").ToList();
        using var index = await stores.EventsOfSpanAsync(from, to, evidence, cancellation).ConfigureAwait(false);
        if (index is null)
        {
            var path = Path.Combine(stores.AlertsName, "events.ndjson");
            return explanation with { Notes = [.. notes, $"{path} is not there, nor a folder events: without the events nothing can be derived"] };
        }

        notes.AddRange(index.Faults.Take(3));
        using var events = new IndexedSource(index);
        explanation = explanation with { EventsRead = index.Places.Count, Timeline = Timeline(document, index, events) };
        if (rule is null)
        {
            return explanation with { Notes = notes };
        }

        if (Recall(document, rule, rules, fields, tenant, notes) is not { } knowledge)
        {
            return explanation with { Notes = notes };
        }

        var derived = await InMemoryRun.RunAsync(options with { Tenant = tenant }, knowledge, new IndexedSource(index), time, cancellation).ConfigureAwait(false);
        return Judge(explanation, rule, derived, notes);
    }

    /// <summary>What has to be known to derive an alert of a rule; null when the model is missing (a note says so).</summary>
    private KnowledgeTimeline? Recall(JsonElement document, AlertRule rule, RuleSet rules, FieldCatalog fields, string tenant, List<string> notes)
    {
        if (rule.Kind != RuleKind.Anomaly)
        {
            return KnowledgeTimeline.Of(new Knowledge(IngestPlan.Compile(rules, fields, tenant), AsStored()));
        }

        var id = DocumentFields.Text(document, "secstream.anomaly.model") ?? "";
        var profile = DocumentFields.Text(document, "secstream.anomaly.profile");
        if (FindModel(id) is not { } model)
        {
            notes.Add($"model {SafeText.Show(id)} is not here, so what is observed and how strange it is can't be derived again; name the folder of models with --models DIR");
            return null;
        }

        if (rules.Profiles.FirstOrDefault(p => p.Name == profile) is not { } found || found.Schema.Windows.All(window => model.JudgeOf(found.Schema, window) is null))
        {
            notes.Add($"model {id} judges no windows of profile {SafeText.Show(profile ?? "")} as it is now; name the rules of then with --rules DIR");
        }

        var plan = IngestPlan.Compile(rules, fields, tenant, withProfiles: true);
        return KnowledgeTimeline.Of(new Knowledge(plan, AsStored()), models: ModelTimeline.Of(model), withProfiles: true);
    }

    /// <summary>Compares; a withdrawn alert agrees when it does not come out.</summary>
    private static Explanation Judge(Explanation explanation, AlertRule rule, IReadOnlyDictionary<string, Alert> derived, List<string> notes)
    {
        var isWithdrawn = DocumentFields.Text(explanation.Document, "secstream.status") == "withdrawn";
        if (!derived.TryGetValue(explanation.Alert.Id, out var again))
        {
            if (isWithdrawn)
            {
                return explanation with { Agrees = true, Notes = [.. notes, "it was withdrawn after a correction, and does not come out again"] };
            }

            var key = DocumentFields.Text(explanation.Document, "secstream.entity.value");
            var near = derived.Values.Where(a => a.RuleCode == rule.Code && a.Key.Any(k => k.Value == key)).Select(a => $"{a.Id} opened {AlertTable.Time(a.Opened)}").ToList();
            return explanation with
            {
                Differences = [new Difference("event.id", explanation.Alert.Id, near.Count > 0 ? string.Join("; ", near.Take(3)) : null)],
                Notes = [.. notes, "no alert of this id comes out of the stored events with the present rules"],
            };
        }

        using var writer = new AlertDocument(StoredVersions(explanation.Document));
        var state = new AlertState { Incident = IncidentOf(explanation.Document) };
        using var document = JsonDocument.Parse(writer.Write(again, rule, state).ToArray());
        var differences = DocumentDiff.Compare(explanation.Document, document.RootElement, s_ignored);
        explanation = explanation with { Derived = document.RootElement.Clone() };
        if (isWithdrawn)
        {
            differences = [new Difference("secstream.status", "withdrawn", "open"), .. differences];
        }

        if (differences.Count > 0 && again.End > (DocumentFields.Time(explanation.Document, "event.end") ?? long.MaxValue))
        {
            notes.Add("more events have come since this revision; while an alert grows, its next revision follows within seconds");
        }

        return explanation with { Agrees = differences.Count == 0, Differences = differences, Notes = notes };
    }

    /// <summary>
    /// What can matter: an episode begins on its day, its first window before that, a login session up to an hour earlier. What was ever seen of a key
    /// matters to a rule about new values or about the event before. Windows of anomalies need all their events: the episode's day has windows that began
    /// before it.
    /// </summary>
    private static (long From, long To) Range(JsonElement document, AlertRule rule, RuleSet rules)
    {
        var (start, end) = Contributors(document);
        var gap = EventClock.ToMicroseconds(rule.Gap);
        if (rule.Kind == RuleKind.Anomaly)
        {
            var longest = rules.Profiles.SelectMany(p => p.Schema.Windows).DefaultIfEmpty(EventClock.Day).Max();
            var day = EventClock.DayNumber(DocumentFields.Time(document, "@timestamp") ?? end) * EventClock.Day;
            return (Math.Min(start, day) - longest, end + gap);
        }

        var from = rule.Kind is RuleKind.NewValue or RuleKind.ImpossibleTravel
            ? long.MinValue
            : start - EventClock.ToMicroseconds(rule.Window) - gap - EventClock.Day;
        return (from, end + gap);
    }

    private static (long From, long To) Contributors(JsonElement document) =>
        (DocumentFields.Time(document, "event.start") ?? 0, DocumentFields.Time(document, "event.end") ?? 0);

    private static List<string> Versions(JsonElement document, RuleSet rules, AlertRule? rule)
    {
        var notes = new List<string>();
        var code = DocumentFields.Text(document, "rule.id") ?? "";
        var version = DocumentFields.Text(document, "rule.version");
        if (rule is null)
        {
            notes.Add($"there is no rule {code} now; name the folder it came from with --rules DIR");
        }
        else if (version != rule.Version)
        {
            notes.Add($"rule {code} has changed since: version {version} then, {rule.Version} now; name the folder of then with --rules DIR");
        }
        else if (DocumentFields.Text(document, "secstream.versions.rules") is { } all && all != rules.Version)
        {
            notes.Add($"other rules have changed since ({all} then, {rules.Version} now); {code} has not");
        }

        return notes;
    }

    private async Task<JsonElement?> FindIncidentAsync(JsonElement document, CancellationToken cancellation)
    {
        if (DocumentFields.Text(document, "secstream.incident.id") is not { } id)
        {
            return null;
        }

        using var incidents = stores.IncidentsOrNone();
        if (incidents is null || await incidents.WithPrefixAsync(id, 1, cancellation).ConfigureAwait(false) is not [var incident])
        {
            return null;
        }

        using var parsed = JsonDocument.Parse(incident.Document);
        return parsed.RootElement.Clone();
    }

    private static List<TimelineEvent> Timeline(JsonElement alert, IStoredEvents index, IndexedSource events)
    {
        var ids = DocumentFields.Texts(alert, "secstream.evidence.event_ids").Take(TimelineEvents).ToList();
        var wanted = ids.ToHashSet(StringComparer.Ordinal);
        var (start, end) = Contributors(alert);
        var found = new Dictionary<string, TimelineEvent>(StringComparer.Ordinal);
        foreach (var place in index.Places.Where(p => p.Time >= start && p.Time <= end))
        {
            using var document = JsonDocument.Parse(events.ReadDocument(place));
            var root = document.RootElement;
            if (DocumentFields.Text(root, "event.id") is { } id && wanted.Contains(id))
            {
                found.TryAdd(id, Describe(id, root));
            }
        }

        return [.. ids.Where(found.ContainsKey).Select(id => found[id])];
    }

    private static TimelineEvent Describe(string id, JsonElement root) => new(
        id,
        DocumentFields.Text(root, "@timestamp") ?? "",
        DocumentFields.Text(root, "event.action"),
        DocumentFields.Text(root, "user.name") ?? DocumentFields.Text(root, "user.email"),
        DocumentFields.Text(root, "source.address"),
        DocumentFields.Text(root, "host.name"),
        DocumentFields.Number(root, "secstream.repeat.count") ?? 1,
        DocumentFields.Text(root, "secstream.late"),
        DocumentFields.Text(root, "event.original") ?? DocumentFields.Text(root, "message"));

    private static Dictionary<string, string> StoredVersions(JsonElement document) =>
        DocumentFields.Find(document, "secstream.versions") is { ValueKind: JsonValueKind.Object } versions
            ? versions.EnumerateObject().Where(v => v.Name != "rule" && v.Value.ValueKind == JsonValueKind.String).ToDictionary(v => v.Name, v => v.Value.GetString()!)
            : [];

    private static IncidentLink? IncidentOf(JsonElement document) =>
        DocumentFields.Text(document, "secstream.incident.id") is { } id && DocumentFields.Time(document, "secstream.incident.opened") is { } opened
            ? new IncidentLink(id, opened)
            : null;

    /// <summary>No files, and no default administrators: who was one is in the documents.</summary>
    private static EnrichmentSources AsStored() => new(
        GeoIpDatabase.Empty,
        IntelSet.Empty,
        new EntityContext([.. ((string[])["root", "admin", "administrator"]).Select(name => new UserContext(name, null, null, IsAdmin: false, null))], [], ""));
}
