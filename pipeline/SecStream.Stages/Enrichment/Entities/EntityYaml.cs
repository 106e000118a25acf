using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace SecStream.Stages.Enrichment.Entities;

/// <summary>The YAML form of the entity context file.</summary>
internal static class EntityYaml
{
    /// <summary>Reads users and assets; faults go to <paramref name="entries"/>.</summary>
    public static void Read(string text, EntityEntries entries)
    {
        var stream = new YamlStream();
        try
        {
            stream.Load(new StringReader(text));
        }
        catch (YamlException e)
        {
            // A syntax error is a fault of the file like any other; it goes to whoever gave the file.
            entries.Refuse(Line(e.Start), "", $"no valid YAML ({e.Message})", "mend the line or the one before it");
            return;
        }
        catch (Exception e) when (e is InvalidOperationException or ArgumentException or IndexOutOfRangeException)
        {
            // The YAML library stumbles over some malformed texts with exceptions of this kind, which bear no place.
            entries.Refuse(1, "", "no valid YAML", "look at quotes, brackets and unusual characters");
            return;
        }

        if (stream.Documents.Count == 0)
        {
            return;
        }

        if (stream.Documents[0].RootNode is not YamlMappingNode root)
        {
            entries.Refuse(1, "", "no map at the top", "write users: and assets: with a list each");
            return;
        }

        foreach (var (key, node) in root.Children)
        {
            var name = Text(key);
            if (name is not ("users" or "assets"))
            {
                entries.Refuse(Line(key.Start), name ?? "", "unknown key", "known are users, assets");
            }
            else if (node is YamlSequenceNode list)
            {
                foreach (var item in list)
                {
                    ReadItem(name == "assets", item, entries);
                }
            }
            else if (Text(node) is not "")
            {
                entries.Refuse(Line(node.Start), name, "no list", "write one entry per line, each starting with a dash");
            }
        }
    }

    private static void ReadItem(bool isAsset, YamlNode item, EntityEntries entries)
    {
        if (item is not YamlMappingNode map)
        {
            entries.Refuse(Line(item.Start), isAsset ? "assets" : "users", "an entry is no map", isAsset ? "write - host: NAME" : "write - name: NAME");
            return;
        }

        var pairs = new List<EntityPair>();
        foreach (var (key, node) in map.Children)
        {
            if (Text(key) is { } name && Text(node) is { } value)
            {
                pairs.Add(new EntityPair(name, value, Line(key.Start)));
            }
            else
            {
                entries.Refuse(Line(key.Start), Text(key) ?? "", "no single value", "write one value behind the colon");
            }
        }

        entries.Add(isAsset, Line(item.Start), pairs);
    }

    private static string? Text(YamlNode node) => (node as YamlScalarNode)?.Value;

    private static int Line(Mark mark) => (int)mark.Line;
}
