using System.Text.Json;

namespace SecStream.Integration.Tests.Conformance.Harness;

/// <summary>Identities of events, as agents write them: nested, or as a dotted key.</summary>
internal static class EventIds
{
    public static string Of(JsonElement document) =>
        document.TryGetProperty("event", out var group) && group.ValueKind == JsonValueKind.Object && group.TryGetProperty("id", out var id)
            ? id.GetString()!
            : document.GetProperty("event.id").GetString()!;
}
