using System.Globalization;
using SecStream.Core.Fields;
using SecStream.Stages.Rules.Model;
using YamlDotNet.RepresentationModel;

namespace SecStream.Stages.Rules.Loading;

/// <summary>Our extension of Sigma: the <c>secstream:</c> section of a rule.</summary>
internal sealed class SecstreamSection
{
    private static readonly string[] KnownKeys =
    [
        "code", "key", "gap", "cooldown", "primary-entity", "noun", "actions", "min-count", "type", "field", "min-distance-km", "max-speed-kmh",
        "min-severity", "profile",
    ];

    private static readonly string[] ActionTypes =
    [
        "block_ip", "lock_account", "invalidate_sessions", "rate_limit", "create_incident", "review", "review_key", "escalate",
    ];

    private static readonly string[] Scopes = ["authentication", "global"];

    private readonly YamlMappingNode _section;
    private readonly IssueList _issues;

    public SecstreamSection(RuleDocument document)
    {
        _section = document.Secstream ?? new YamlMappingNode();
        _issues = document.Issues;
        if (YamlReading.Get(document.Root, "secstream") is { } node and not YamlMappingNode)
        {
            _issues.Error("secstream", node, "secstream", "a map is needed");
        }

        YamlReading.CheckKeys(_section, "secstream", KnownKeys, _issues);
        Gap = Duration("gap");
        Cooldown = Duration("cooldown");
        Noun = Text("noun");
        Type = Text("type");
        PrimaryEntity = Text("primary-entity");
        Field = Text("field");
        MinDistanceKm = Number("min-distance-km");
        MaxSpeedKmh = Number("max-speed-kmh");
        Actions = [.. ReadActions()];
        MinCounts = ReadMinCounts();
    }

    public TimeSpan? Gap { get; }

    public TimeSpan? Cooldown { get; }

    public string? Noun { get; }

    public string? Type { get; }

    public string? PrimaryEntity { get; }

    public string? Field { get; }

    public double? MinDistanceKm { get; }

    public double? MaxSpeedKmh { get; }

    public RuleAction[] Actions { get; }

    public IReadOnlyDictionary<string, int> MinCounts { get; }

    public bool Has(string key) => YamlReading.Get(_section, key) is not null;

    public YamlNode At(string key) => YamlReading.Get(_section, key) ?? _section;

    public YamlNode? Key => YamlReading.Get(_section, "key");

    private string? Text(string key) => YamlReading.Text(YamlReading.Get(_section, key));

    private TimeSpan? Duration(string key)
    {
        if (YamlReading.Get(_section, key) is not { } node)
        {
            return null;
        }

        if (Durations.TryParse(YamlReading.Text(node), out var duration))
        {
            return duration;
        }

        _issues.Error("duration", node, $"secstream.{key}", $"'{YamlReading.Text(node)}' is no duration", "like 30s, 15m, 1h, 7d");
        return null;
    }

    private double? Number(string key)
    {
        if (YamlReading.Get(_section, key) is not { } node)
        {
            return null;
        }

        if (double.TryParse(YamlReading.Text(node), NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && number > 0 && double.IsFinite(number))
        {
            return number;
        }

        _issues.Error("number", node, $"secstream.{key}", "a number above 0 is needed");
        return null;
    }

    private IEnumerable<RuleAction> ReadActions()
    {
        var node = YamlReading.Get(_section, "actions");
        foreach (var child in (node as YamlSequenceNode)?.Children ?? [])
        {
            if (child is not YamlMappingNode map)
            {
                _issues.Error("actions", child, "secstream.actions", "an action is a map", "- type: block_ip");
                continue;
            }

            YamlReading.CheckKeys(map, "secstream.actions", ["type", "duration", "scope"], _issues);
            var type = YamlReading.Text(YamlReading.Get(map, "type")) ?? "";
            var scope = YamlReading.Text(YamlReading.Get(map, "scope"));
            Check(ActionTypes, type, map, "secstream.actions.type");
            Check(Scopes, scope ?? Scopes[0], map, "secstream.actions.scope");
            TimeSpan duration = default;
            var durationNode = YamlReading.Get(map, "duration");
            if (durationNode is not null && !Durations.TryParse(YamlReading.Text(durationNode), out duration))
            {
                _issues.Error("duration", durationNode, "secstream.actions.duration", $"'{YamlReading.Text(durationNode)}' is no duration", "like 30m, 24h");
            }

            yield return new RuleAction(type, durationNode is null ? null : duration, scope);
        }

        if (node is not null and not YamlSequenceNode)
        {
            _issues.Error("actions", node, "secstream.actions", "a list of actions is needed");
        }
    }

    private void Check(string[] known, string value, YamlNode at, string key)
    {
        if (!known.Contains(value))
        {
            _issues.Error("actions", at, key, $"'{value}' is not known", Suggestion.OrList(value, known));
        }
    }

    private Dictionary<string, int> ReadMinCounts()
    {
        var counts = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var (key, value) in (YamlReading.Get(_section, "min-count") as YamlMappingNode ?? new YamlMappingNode()).Children)
        {
            if (int.TryParse(YamlReading.Text(value), NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count > 0)
            {
                counts[YamlReading.Key(key)] = count;
            }
            else
            {
                _issues.Error("min-count", value, $"secstream.min-count.{YamlReading.Key(key)}", "a whole number above 0 is needed");
            }
        }

        return counts;
    }
}
