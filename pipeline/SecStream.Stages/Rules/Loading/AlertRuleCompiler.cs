using System.Security.Cryptography;
using System.Text;
using SecStream.Core.Fields;
using SecStream.Stages.Rules.Expressions;
using SecStream.Stages.Rules.Model;
using YamlDotNet.RepresentationModel;

namespace SecStream.Stages.Rules.Loading;

/// <summary>Makes the alert rules: of event rules that stand for themselves, and of correlations.</summary>
internal sealed class AlertRuleCompiler(FieldCatalog catalog, FieldNames names, IReadOnlyDictionary<string, RuleDocument> documents)
{
    private static readonly TimeSpan DefaultGap = TimeSpan.FromHours(1);

    // Windows of an hour that follow each other end an hour apart: they must be one episode.
    private static readonly TimeSpan DefaultAnomalyGap = TimeSpan.FromHours(2);

    private static readonly string[] AnomalyKeys = ["min-severity", "profile"];

    private static readonly string[] EventRuleKeys = ["type", "field", "key", "min-distance-km", "max-speed-kmh", .. AnomalyKeys];

    private static readonly string[] Types = ["new_value", "impossible_travel", "anomaly"];

    private readonly KeyParser _keys = new(catalog, names);

    private readonly Dictionary<int, RuleDocument> _byDetection = documents.Values.Where(d => d.Compiled is not null)
        .DistinctBy(d => d.Compiled!.Index).ToDictionary(d => d.Compiled!.Index);

    /// <summary>The rule of an event rule whose detection is compiled; null when it has errors.</summary>
    public AlertRule? CompileEvent(RuleDocument document)
    {
        var errors = document.Issues.ErrorCount;
        var section = new SecstreamSection(document);
        var kind = ReadKind(section, document);
        var key = section.Key is { } node ? _keys.Parse(node, _ => null, document.Issues) : _keys.Default();
        CheckKindKeys(section, kind, document);
        CheckAnomalies(section, kind, document);
        var input = new RuleInput(document.Compiled!.Name, [document.Compiled.Index], 1, key);
        var rule = Create(document, section, kind, [input], TimeSpan.Zero);
        if (kind == RuleKind.NewValue && section.Field is { Length: > 0 } field)
        {
            rule = rule with { ValueField = catalog.Intern(names.Resolve(field)) };
        }
        else if (kind == RuleKind.ImpossibleTravel)
        {
            rule = rule with { MinDistanceKm = section.MinDistanceKm ?? 0, MaxSpeedKmh = section.MaxSpeedKmh ?? 0 };
        }

        else if (kind == RuleKind.Anomaly)
        {
            rule = rule with { MinGrade = AnomalyConditions.MinGrade(document.Compiled) };
        }

        return document.Issues.ErrorCount == errors ? rule : null;
    }

    /// <summary>The rule of a correlation; null when it has errors.</summary>
    public AlertRule? CompileCorrelation(RuleDocument document)
    {
        var errors = document.Issues.ErrorCount;
        var section = new SecstreamSection(document);
        var correlation = new CorrelationReader(document);
        foreach (var key in EventRuleKeys.Where(section.Has))
        {
            document.Issues.Error("secstream", section.At(key), $"secstream.{key}", $"'{key}' has no place in a correlation", key == "key" ? "use group-by" : "");
        }

        var bases = Resolve(correlation, document);
        if (document.Issues.ErrorCount > errors)
        {
            return null;
        }

        CheckNames(correlation, section, bases, document);
        var inputs = correlation.IsTemporal ? EachInput(correlation, section, bases, document) : [OneInput(correlation, bases, document)];
        var rule = Create(document, section, correlation.Kind, inputs, correlation.Timespan) with
        {
            Window = correlation.Timespan,
            Threshold = correlation.IsTemporal ? new Threshold(ThresholdOperator.GreaterOrEqual, 1) : correlation.Threshold,
            ValueField = correlation.ValueField is { Length: > 0 } field ? catalog.Intern(names.Resolve(field)) : -1,
        };
        return document.Issues.ErrorCount == errors ? rule : null;
    }

    private AlertRule Create(RuleDocument document, SecstreamSection section, RuleKind kind, RuleInput[] inputs, TimeSpan window)
    {
        var level = document.ReadLevel();
        var code = document.Code.Length > 0 ? document.Code : document.Id;
        if (code.Length == 0)
        {
            document.Issues.Error("missing-id", document.Root, "id", "a rule that raises alerts needs an id", "add 'id:' with a UUID");
        }

        var gap = new[] { window, section.Cooldown ?? TimeSpan.Zero, section.Gap ?? TimeSpan.Zero }.Max();
        return new AlertRule
        {
            Code = code,
            Uuid = document.Id,
            Title = document.Title,
            Description = document.Description,
            Severity = level,
            Version = Version(document, inputs),
            File = document.Issues.File,
            Kind = kind,
            Inputs = inputs,
            Gap = gap > TimeSpan.Zero ? gap : kind == RuleKind.Anomaly ? DefaultAnomalyGap : DefaultGap,
            PrimaryEntity = ReadPrimaryEntity(section, inputs[0].Key, document),
            Noun = section.Noun is { Length: > 0 } noun ? noun : "events",
            Tags = document.List("tags"),
            Actions = section.Actions,
            FalsePositives = document.List("falsepositives"),
        };
    }

    private static RuleKind ReadKind(SecstreamSection section, RuleDocument document)
    {
        switch (section.Type)
        {
            case null:
                return RuleKind.Event;
            case "new_value":
                return RuleKind.NewValue;
            case "impossible_travel":
                return RuleKind.ImpossibleTravel;
            case "anomaly":
                return RuleKind.Anomaly;
            default:
                document.Issues.Error(
                    "type", section.At("type"), "secstream.type", $"'{section.Type}' is no type of rule", Suggestion.OrList(section.Type, Types));
                return RuleKind.Event;
        }
    }

    // Each key belongs to one kind of rule: elsewhere it would silently do nothing.
    private static void CheckKindKeys(SecstreamSection section, RuleKind kind, RuleDocument document)
    {
        (string Key, RuleKind Kind)[] owned =
            [("field", RuleKind.NewValue), ("min-distance-km", RuleKind.ImpossibleTravel), ("max-speed-kmh", RuleKind.ImpossibleTravel), ("min-count", RuleKind.TemporalOrdered)];
        foreach (var (key, owner) in owned)
        {
            if (section.Has(key) && kind != owner)
            {
                document.Issues.Error("secstream", section.At(key), $"secstream.{key}", $"'{key}' has no meaning for this kind of rule");
            }
            else if (!section.Has(key) && kind == owner)
            {
                document.Issues.Error("secstream", section.At("type"), $"secstream.{key}", $"'{key}' is missing");
            }
        }

        if (kind != RuleKind.Event && section.Key is null)
        {
            document.Issues.Error("key", section.At("type"), "secstream.key", "this kind of rule needs a key", "key: [user.name]");
        }
    }

    private static void CheckAnomalies(SecstreamSection section, RuleKind kind, RuleDocument document)
    {
        foreach (var key in AnomalyKeys.Where(key => section.Has(key) && kind != RuleKind.Anomaly))
        {
            document.Issues.Error("secstream", section.At(key), $"secstream.{key}", $"'{key}' has no meaning for this kind of rule");
        }

        if (kind == RuleKind.Anomaly && !document.Compiled!.IsOfAnomalies)
        {
            document.Issues.Error(
                "anomaly-logsource", section.At("type"), "logsource", "a rule about anomalies needs their log source", "logsource: {product: secstream, category: anomaly}");
        }
        else if (kind != RuleKind.Anomaly && document.Compiled!.IsOfAnomalies)
        {
            document.Issues.Error("type", document.Root, "secstream.type", "the log source is that of anomalies, and the rule is of another type", "type: anomaly");
        }
    }

    private List<RuleDocument> Resolve(CorrelationReader correlation, RuleDocument document)
    {
        var bases = new List<RuleDocument>();
        foreach (var reference in correlation.Rules)
        {
            var name = reference.Value ?? "";
            if (!documents.TryGetValue(name, out var found))
            {
                document.Issues.Error("unknown-rule", reference, "correlation.rules", $"there is no rule '{name}'", Suggestion.For(name, documents.Keys));
            }
            else if (found.Correlation is not null)
            {
                document.Issues.Error("unsupported-correlation", reference, "correlation.rules", $"'{name}' is a correlation itself; that is not supported yet");
            }
            else if (found.Compiled?.IsOfAnomalies == true)
            {
                document.Issues.Error("unsupported-correlation", reference, "correlation.rules", $"'{name}' is about anomalies; they are not correlated yet", "use a rule of type: anomaly");
            }
            else if (found.Compiled is null)
            {
                document.Issues.Error("broken-rule", reference, "correlation.rules", $"rule '{name}' was not loaded", "mend its errors");
            }
            else
            {
                bases.Add(found);
            }
        }

        return bases;
    }

    private static void CheckNames(CorrelationReader correlation, SecstreamSection section, List<RuleDocument> bases, RuleDocument document)
    {
        var known = bases.SelectMany(b => new[] { b.Name, b.Id }).Where(n => n.Length > 0).ToArray();
        foreach (var name in section.MinCounts.Keys.Concat(correlation.Aliases.Values.SelectMany(a => a.Keys)).Where(n => !known.Contains(n)))
        {
            document.Issues.Error("unknown-rule", document.Correlation!, "correlation", $"'{name}' is none of the rules of this correlation", Suggestion.OrList(name, known));
        }

        if (!correlation.IsTemporal && section.MinCounts.Count > 0)
        {
            document.Issues.Error("min-count", section.At("min-count"), "secstream.min-count", "only temporal correlations have min-count", "use the condition");
        }
    }

    private RuleInput[] EachInput(CorrelationReader correlation, SecstreamSection section, List<RuleDocument> bases, RuleDocument document) =>
        [.. bases.Select(b => new RuleInput(
            b.Compiled!.Name,
            [b.Compiled.Index],
            section.MinCounts.TryGetValue(b.Name, out var count) || section.MinCounts.TryGetValue(b.Id, out count) ? count : 1,
            Key(correlation, b, document)))];

    private RuleInput OneInput(CorrelationReader correlation, List<RuleDocument> bases, RuleDocument document)
    {
        var keys = bases.Select(b => Key(correlation, b, document)).ToArray();
        if (keys.Any(k => !k.SelectMany(p => p.Fields).SequenceEqual(keys[0].SelectMany(p => p.Fields))))
        {
            document.Issues.Error("unsupported-correlation", correlation.At("aliases"), "correlation.aliases", "rules counted together must share their key fields for now");
        }

        return new RuleInput(string.Join('|', bases.Select(b => b.Compiled!.Name)), [.. bases.Select(b => b.Compiled!.Index).Distinct()], 1, keys[0]);
    }

    private KeyPart[] Key(CorrelationReader correlation, RuleDocument input, RuleDocument document) => _keys.Parse(
        correlation.GroupBy,
        name => correlation.Aliases.TryGetValue(name, out var fields) && (fields.TryGetValue(input.Name, out var field) || fields.TryGetValue(input.Id, out field)) ? field : null,
        document.Issues);

    private static string ReadPrimaryEntity(SecstreamSection section, KeyPart[] key, RuleDocument document)
    {
        if (section.PrimaryEntity is not { } entity)
        {
            return key.Length > 0 ? key[0].Name : "";
        }

        if (key.All(p => p.Name != entity))
        {
            document.Issues.Error(
                "primary-entity", section.At("primary-entity"), "secstream.primary-entity", $"'{entity}' is no part of the key", Suggestion.OrList(entity, [.. key.Select(p => p.Name)]));
        }

        return entity;
    }

    private string Version(RuleDocument document, RuleInput[] inputs)
    {
        var text = new StringBuilder(document.Canonical);
        foreach (var index in inputs.SelectMany(i => i.Detections))
        {
            var input = document.Compiled?.Index == index ? document : _byDetection[index];
            text.Append('\0').Append(input.Canonical).Append('\0').Append(DetectionNodes.Describe(input.Compiled!.Condition));
        }

        return Hash(text.ToString());
    }

    /// <summary>First 16 hex digits of SHA-256.</summary>
    public static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..16];
}
