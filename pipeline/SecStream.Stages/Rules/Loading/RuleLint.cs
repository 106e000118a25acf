namespace SecStream.Stages.Rules.Loading;

/// <summary>The checks that look at a rule as a whole, or at several rules.</summary>
internal static class RuleLint
{
    /// <summary>Reports ids, names and codes that two rules share; returns the rules to leave out (the later ones).</summary>
    public static HashSet<RuleDocument> Duplicates(IEnumerable<RuleDocument> documents)
    {
        var seen = new Dictionary<string, RuleDocument>(StringComparer.OrdinalIgnoreCase);
        var left = new HashSet<RuleDocument>();
        foreach (var document in documents)
        {
            foreach (var (key, value) in new[] { ("id", document.Id), ("name", document.Name), ("secstream.code", document.Code) })
            {
                if (value.Length > 0 && !seen.TryAdd($"{key} {value}", document))
                {
                    var first = seen[$"{key} {value}"];
                    document.Issues.Error(
                        "duplicate-" + key.Split('.')[^1], document.Root, key, $"'{value}' is taken by {first.Issues.File}:{first.Line}", "give each rule its own");
                    left.Add(document);
                }
            }
        }

        return left;
    }

    /// <summary>Checks what every rule must have; false when it cannot be loaded.</summary>
    public static bool Check(RuleDocument document)
    {
        var issues = document.Issues;
        var errors = issues.ErrorCount;
        if (document.Title.Length == 0)
        {
            issues.Warn("missing-title", document.Root, "title", "the title is missing", "add 'title:'");
        }

        if (document.Id.Length == 0)
        {
            issues.Warn("missing-id", document.Root, "id", "the id is missing", "add 'id:' with a UUID");
        }
        else if (!Guid.TryParseExact(document.Id, "D", out _))
        {
            issues.Warn("bad-id", document.Root, "id", $"'{document.Id}' is no UUID");
        }

        if (document.Detection is null == document.Correlation is null)
        {
            var message = YamlDocumentKind(document);
            issues.Error("not-a-rule", document.Root, "", message, "a rule has a map 'detection' or a map 'correlation'");
        }

        return issues.ErrorCount == errors;
    }

    private static string YamlDocumentKind(RuleDocument document)
    {
        if (document.Detection is not null)
        {
            return "both a detection and a correlation in one document";
        }

        return YamlReading.Get(document.Root, "filter") is not null ? "Sigma filters are not supported yet"
            : YamlReading.Get(document.Root, "action") is not null ? "'action' documents are no longer part of Sigma"
            : "neither a detection nor a correlation";
    }
}
