using System.Text.Json;
using SecStream.Connectors.Embedded;
using SecStream.Host.Alerts;
using SecStream.Host.Documents;
using SecStream.Training.Exclusions;

namespace SecStream.Host.Trainer;

/// <summary>Reads alert documents as the trainer looks at them.</summary>
internal static class AlertReading
{
    /// <summary>Single names that a document has outside of its key.</summary>
    private static readonly string[] s_subjects = ["source.address", "user.name", "host.name"];

    /// <summary>An alert; null: a test alert, or one without a time.</summary>
    public static EntityAlert? Read(StoredAlert alert)
    {
        using var parsed = JsonDocument.Parse(alert.Document);
        var document = parsed.RootElement;
        if (DocumentFields.Find(document, "secstream.test") is { ValueKind: JsonValueKind.True })
        {
            return null;
        }

        return new EntityAlert
        {
            Id = alert.Id,
            Rule = alert.Rule,
            Severity = alert.Severity,
            Names = [.. Names(document).Distinct()],
            Start = DocumentFields.Time(document, "event.start") ?? alert.Opened,
            End = DocumentFields.Time(document, "event.end") ?? alert.Opened,
            Verdict = VerdictOf(alert.Status),
            IsOfModel = DocumentFields.Find(document, "secstream.anomaly") is { ValueKind: JsonValueKind.Object },
        };
    }

    private static AlertVerdict VerdictOf(string status) => status switch
    {
        AlertStates.Resolved => AlertVerdict.True,
        AlertStates.FalsePositive => AlertVerdict.FalsePositive,
        _ => AlertVerdict.None,
    };

    private static IEnumerable<EntityName> Names(JsonElement document)
    {
        var key = DocumentFields.Find(document, "secstream.key") is { ValueKind: JsonValueKind.Object } parts ? Leaves(parts, "") : [];
        return s_subjects.Select(field => (field, DocumentFields.Text(document, field)))
            .Where(subject => subject.Item2 is { Length: > 0 })
            .Select(subject => new EntityName(subject.field, subject.Item2!))
            .Concat(key);
    }

    private static IEnumerable<EntityName> Leaves(JsonElement element, string path)
    {
        foreach (var property in element.EnumerateObject())
        {
            var name = path.Length == 0 ? property.Name : $"{path}.{property.Name}";
            if (property.Value.ValueKind == JsonValueKind.Object)
            {
                foreach (var leaf in Leaves(property.Value, name))
                {
                    yield return leaf;
                }
            }
            else if (property.Value.ValueKind == JsonValueKind.String && property.Value.GetString() is { Length: > 0 } text)
            {
                yield return new EntityName(name, text);
            }
        }
    }
}
