using System.Text;

namespace SecStream.Stages.Enrichment.Entities;

/// <summary>
/// Reads the entity context file. YAML has two lists:
/// <code>
/// users:
///   - { name: alice, email: alice@example.org, role: operator, admin: true, home_country: DE }
/// assets:
///   - { host: db1, criticality: high }
/// </code>
/// CSV (extension .csv) has a heading line with the same keys; the heading <c>host</c> makes it a list of assets. Unknown keys are refused.
/// </summary>
public static class EntityContextParser
{
    /// <summary>Reads a file.</summary>
    /// <param name="fileName">Name of the file; faults cite it, the extension .csv selects CSV.</param>
    /// <param name="content">The file's bytes.</param>
    /// <exception cref="EnrichmentFileException">The file has faults; all of them are named (at most 50).</exception>
    public static EntityContext Parse(string fileName, ReadOnlySpan<byte> content)
    {
        ArgumentNullException.ThrowIfNull(fileName);
        var entries = new EntityEntries(fileName);
        var text = Encoding.UTF8.GetString(content).TrimStart('\uFEFF');
        if (fileName.EndsWith(".csv", StringComparison.OrdinalIgnoreCase))
        {
            ReadCsv(text, entries);
        }
        else
        {
            EntityYaml.Read(text, entries);
        }

        return entries.Issues.Count > 0
            ? throw new EnrichmentFileException(entries.Issues)
            : new EntityContext(entries.Users, entries.Assets, ContentHash.Of(content));
    }

    private static void ReadCsv(string text, EntityEntries entries)
    {
        List<string>? heading = null;
        var isAssets = false;
        var number = 0;
        foreach (var raw in text.EnumerateLines())
        {
            number++;
            var line = raw.Trim();
            if (line.IsEmpty || line[0] == '#')
            {
                continue;
            }

            if (CsvLine.Split(line) is not { } columns)
            {
                entries.Refuse(number, "", "a quote is not closed", "double a quote inside a quoted text");
            }
            else if (heading is null)
            {
                heading = columns.ConvertAll(c => c.ToLowerInvariant());
                isAssets = heading.Contains("host");
            }
            else if (columns.Count > heading.Count)
            {
                entries.Refuse(number, "", $"{columns.Count} columns under a heading of {heading.Count}", "put texts with commas in double quotes");
            }
            else
            {
                // An empty column says nothing, like a key left out in YAML.
                var pairs = columns.Select((value, i) => new EntityPair(heading[i], value, number)).Where(p => p.Value.Length > 0).ToList();
                entries.Add(isAssets, number, pairs);
            }
        }
    }
}
