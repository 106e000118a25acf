using System.Text.Json;

namespace SecStream.Host.Explain;

/// <summary>A field in which two documents differ; null where one lacks it.</summary>
internal sealed record Difference(string Field, string? Stored, string? Derived);

/// <summary>Compares documents field by field.</summary>
internal static class DocumentDiff
{
    private const int MaxDepth = 32;

    /// <summary>All fields that differ, in order of the stored document, then of the derived; fields named in <paramref name="ignore"/> are skipped.</summary>
    public static IReadOnlyList<Difference> Compare(JsonElement stored, JsonElement derived, IReadOnlySet<string> ignore)
    {
        var found = new List<Difference>();
        Compare(stored, derived, "", ignore, found, 0);
        return found;
    }

    private static void Compare(JsonElement stored, JsonElement derived, string path, IReadOnlySet<string> ignore, List<Difference> found, int depth)
    {
        if (stored.ValueKind != JsonValueKind.Object || derived.ValueKind != JsonValueKind.Object || depth == MaxDepth)
        {
            if (!JsonElement.DeepEquals(stored, derived))
            {
                found.Add(Describe(path, stored, derived));
            }

            return;
        }

        foreach (var property in stored.EnumerateObject())
        {
            var name = path.Length == 0 ? property.Name : $"{path}.{property.Name}";
            if (ignore.Contains(name))
            {
                continue;
            }

            if (derived.TryGetProperty(property.Name, out var other))
            {
                Compare(property.Value, other, name, ignore, found, depth + 1);
            }
            else
            {
                found.Add(new Difference(name, property.Value.GetRawText(), null));
            }
        }

        foreach (var property in derived.EnumerateObject())
        {
            var name = path.Length == 0 ? property.Name : $"{path}.{property.Name}";
            if (!ignore.Contains(name) && !stored.TryGetProperty(property.Name, out _))
            {
                found.Add(new Difference(name, null, property.Value.GetRawText()));
            }
        }
    }

    /// <summary>Of lists what only one of them has: a hundred ids side by side tell nobody anything.</summary>
    private static Difference Describe(string path, JsonElement stored, JsonElement derived)
    {
        if (stored.ValueKind != JsonValueKind.Array || derived.ValueKind != JsonValueKind.Array)
        {
            return new Difference(path, stored.GetRawText(), derived.GetRawText());
        }

        var (a, b) = (stored.EnumerateArray().Select(v => v.GetRawText()).ToList(), derived.EnumerateArray().Select(v => v.GetRawText()).ToList());
        var (gone, come) = (a.Except(b).ToList(), b.Except(a).ToList());
        return gone.Count + come.Count == 0
            ? new Difference(path, $"{a.Count} values", $"{b.Count} values: the same in another order or number")
            : new Difference(path, $"{a.Count} values, {gone.Count} of them only here: {string.Join(", ", gone.Take(3))}", $"{b.Count} values, {come.Count} of them only here: {string.Join(", ", come.Take(3))}");
    }
}
