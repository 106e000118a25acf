using System.Globalization;
using System.Text.Json;

namespace SecStream.Connectors.Redis;

/// <summary>What the keys need of a document, alert or event. Texts are cut; what is missing is null or empty.</summary>
internal sealed record RedisFacts
{
    private const int MaxText = 1000;
    private const int MaxTargets = 10;

    /// <summary>Nothing known.</summary>
    public static RedisFacts None { get; } = new();

    public string? Id { get; private init; }

    public string? Action { get; private init; }

    public string? Severity { get; private init; }

    public string? Message { get; private init; }

    public string? Path { get; private init; }

    public DateTimeOffset? Time { get; private init; }

    public DateTimeOffset? End { get; private init; }

    /// <summary>Source addresses: the one, else those involved.</summary>
    public IReadOnlyList<string> Addresses { get; private init; } = [];

    /// <summary>Users: the one, else those involved.</summary>
    public IReadOnlyList<string> Users { get; private init; } = [];

    /// <summary>What the rule asks for: type, duration in seconds if it names one, scope.</summary>
    public IReadOnlyList<(string Type, double? Seconds, string? Scope)> Actions { get; private init; } = [];

    /// <summary>Reads a document; one that is no JSON object has nothing to tell.</summary>
    public static RedisFacts Of(ReadOnlyMemory<byte> json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            return Of(document.RootElement);
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException)
        {
            // Documents are written as JSON; half a surrogate pair from a log can't be read as text. The document itself is kept all the same.
            return None;
        }
    }

    private static RedisFacts Of(JsonElement root)
    {
        var ours = Find(root, "secstream");
        var top = Find(Find(ours, "contributors"), "actions") is { } actions && Find(actions, "top") is { ValueKind: JsonValueKind.Array } list && list.GetArrayLength() > 0
            ? Text(Find(list[0], "value"))
            : null;
        return new RedisFacts
        {
            Id = Text(Find(root, "event", "id")),
            Action = Text(Find(root, "event", "action")) ?? top,
            Severity = Text(Find(root, "secstream", "severity")),
            Message = Text(Find(root, "message")),
            Path = Text(Find(root, "url", "path")),
            Time = Instant(Find(root, "@timestamp")),
            End = Instant(Find(root, "event", "end")),
            Addresses = Names(Find(root, "source", "address") ?? Find(root, "source", "ip"), Find(root, "related", "ip")),
            Users = Names(Find(root, "user", "name"), Find(root, "related", "user")),
            Actions = ActionsOf(Find(ours, "actions")),
        };
    }

    private static List<(string, double?, string?)> ActionsOf(JsonElement? actions) =>
        actions is { ValueKind: JsonValueKind.Array } list
            ? [.. list.EnumerateArray().Take(MaxTargets).Where(one => Text(Find(one, "type")) is not null).Select(one => (
                Text(Find(one, "type"))!, Find(one, "duration_seconds") is { ValueKind: JsonValueKind.Number } seconds ? seconds.GetDouble() : (double?)null, Text(Find(one, "scope"))))]
            : [];

    private static List<string> Names(JsonElement? one, JsonElement? several) =>
        Text(one) is { Length: > 0 } name
            ? [name]
            : several is { ValueKind: JsonValueKind.Array } list ? [.. list.EnumerateArray().Take(MaxTargets).Select(item => Text(item)).OfType<string>()] : [];

    private static DateTimeOffset? Instant(JsonElement? element) =>
        Text(element) is { } text && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time : null;

    /// <summary>A field: what the pipeline added stands under its full name, what the source sent may stand in groups.</summary>
    private static JsonElement? Find(JsonElement root, string group, string name) => Find(root, $"{group}.{name}") ?? Find(Find(root, group), name);

    private static JsonElement? Find(JsonElement? element, string name) =>
        element is { ValueKind: JsonValueKind.Object } group && group.TryGetProperty(name, out var found) ? found : null;

    private static string? Text(JsonElement? element) =>
        element is { ValueKind: JsonValueKind.String } text ? text.GetString() is { Length: > MaxText } all ? all[..MaxText] : text.GetString() : null;
}
