using System.Text.Json;
using SecStream.Core.Alerts;

namespace SecStream.Connectors.Embedded;

/// <summary>What the columns need of a document: everybody involved, and the rules of an incident. Folded, for searches without case.</summary>
internal readonly record struct DocumentNames(IReadOnlyCollection<string> Involved, string Rules)
{
    private const int MaxNames = 1000;

    /// <summary>Upper case and lower case are one.</summary>
    public static string Fold(string text) => text.ToLowerInvariant();

    /// <summary>Reads a document; one that is no JSON has no names beside the entity.</summary>
    public static DocumentNames Of(OutboxEntry entry)
    {
        var names = new HashSet<string>(StringComparer.Ordinal) { Fold(entry.EntityValue) };
        var rules = new List<string>();
        try
        {
            using var document = JsonDocument.Parse(entry.Document);
            var root = document.RootElement;
            foreach (var list in (string[])["ip", "user", "hosts"])
            {
                Add(names, Find(Find(root, "related"), list));
            }

            Add(rules, Find(Find(Find(root, "secstream"), "incident"), "rules"));
        }
        catch (JsonException)
        {
            // The book writes JSON; should it ever not, the alert must still be found by its entity and time.
        }

        return new DocumentNames(names, entry.IsIncident ? $" {string.Join(' ', rules)} " : Fold(entry.Rule));
    }

    private static JsonElement? Find(JsonElement? element, string name) =>
        element is { ValueKind: JsonValueKind.Object } group && group.TryGetProperty(name, out var found) ? found : null;

    private static void Add(ICollection<string> to, JsonElement? list)
    {
        if (list is not { ValueKind: JsonValueKind.Array } values)
        {
            return;
        }

        foreach (var value in values.EnumerateArray().Take(MaxNames))
        {
            if (value.ValueKind == JsonValueKind.String && Text(value) is { } text)
            {
                to.Add(Fold(text));
            }
        }
    }

    private static string? Text(JsonElement value)
    {
        try
        {
            return value.GetString();
        }
        catch (InvalidOperationException)
        {
            // Half a surrogate pair from a log: no name anybody can search for.
            return null;
        }
    }
}
