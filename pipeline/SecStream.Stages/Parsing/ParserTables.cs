using System.Runtime.CompilerServices;
using SecStream.Core.Fields;
using SecStream.Stages.Json;
using SecStream.Stages.Parsing.Guides;

namespace SecStream.Stages.Parsing;

/// <summary>
/// What all sources of a catalog share: the map from JSON paths to fields. Made anew when the catalog has grown, so make it (by making the
/// first <see cref="SourceParser"/>) after the rules have added their names and before records are made.
/// </summary>
internal sealed class ParserTables
{
    private const string StructuredDataName = "log.syslog.structured_data";

    private static readonly ConditionalWeakTable<FieldCatalog, ParserTables> Cache = [];

    private ParserTables(FieldCatalog catalog)
    {
        Guides = new GuideFields(catalog);
        StructuredData = catalog.Intern(StructuredDataName);
        FieldCount = catalog.Count;
        Json = new JsonFieldMap(catalog.Names.Select((name, id) => KeyValuePair.Create(name, id)));
    }

    public GuideFields Guides { get; }

    public JsonFieldMap Json { get; }

    public int StructuredData { get; }

    public int FieldCount { get; }

    /// <summary>Adds the names to a catalog.</summary>
    public static void Declare(FieldCatalog catalog)
    {
        _ = new GuideFields(catalog);
        catalog.Intern(StructuredDataName);
    }

    /// <summary>The tables of a catalog as it is now.</summary>
    public static ParserTables For(FieldCatalog catalog)
    {
        if (Cache.TryGetValue(catalog, out var tables) && tables.FieldCount == catalog.Count)
        {
            return tables;
        }

        tables = new ParserTables(catalog);
        Cache.AddOrUpdate(catalog, tables);
        return tables;
    }
}
