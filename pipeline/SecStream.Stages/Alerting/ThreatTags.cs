using System.Text.Json;

namespace SecStream.Stages.Alerting;

/// <summary>Sigma tags <c>attack.t1110</c> and <c>attack.t1110.001</c> as ECS <c>threat.technique</c>.</summary>
internal static class ThreatTags
{
    private const int TechniqueLength = 5;

    public static void Write(Utf8JsonWriter json, string[] tags)
    {
        var ids = tags.Select(TechniqueOf).Where(id => id.Length > 0).Distinct(StringComparer.Ordinal).ToArray();
        if (ids.Length == 0)
        {
            return;
        }

        json.WriteStartObject("threat");
        json.WriteString("framework", "MITRE ATT&CK");
        json.WriteStartObject("technique");
        DocumentText.WriteList(json, "id", ids.Select(id => id[..TechniqueLength]).Distinct(StringComparer.Ordinal));
        var sub = ids.Where(id => id.Length > TechniqueLength).ToArray();
        if (sub.Length > 0)
        {
            json.WriteStartObject("subtechnique");
            DocumentText.WriteList(json, "id", sub);
            json.WriteEndObject();
        }

        json.WriteEndObject();
        json.WriteEndObject();
    }

    /// <summary>The technique of a tag, upper case; empty when the tag names none.</summary>
    public static string TechniqueOf(string tag)
    {
        const string prefix = "attack.t";
        if (!tag.StartsWith(prefix, StringComparison.OrdinalIgnoreCase))
        {
            return "";
        }

        var digits = tag.AsSpan(prefix.Length);
        var isTechnique = digits.Length == 4 && IsNumber(digits);
        var isSubtechnique = digits.Length == 8 && digits[4] == '.' && IsNumber(digits[..4]) && IsNumber(digits[5..]);
        return isTechnique || isSubtechnique ? "T" + digits.ToString() : "";
    }

    private static bool IsNumber(ReadOnlySpan<char> text) => !text.ContainsAnyExceptInRange('0', '9');
}
