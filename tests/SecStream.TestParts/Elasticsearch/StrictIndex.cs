using System.Text.Json;

namespace SecStream.TestParts.Elasticsearch;

/// <summary>A stored document.</summary>
public sealed class StrictDocument(string id, byte[] source, long sequence)
{
    private JsonElement? _parsed;
    private byte[] _source = source;

    public string Id { get; } = id;

    public long Sequence { get; set; } = sequence;

    public long Version { get; set; } = 1;

    public byte[] Source
    {
        get => _source;
        set => (_source, _parsed) = (value, null);
    }

    public JsonElement Json => _parsed ??= JsonDocument.Parse(_source).RootElement.Clone();
}

/// <summary>An index, of a data stream or of its own. Guarded by the server's lock.</summary>
public sealed class StrictIndex(string name)
{
    private long _sequence;

    public string Name { get; } = name;

    /// <summary>The stream it backs; null: none.</summary>
    public string? Stream { get; init; }

    public Dictionary<string, StrictDocument> Documents { get; } = new(StringComparer.Ordinal);

    /// <summary>Ids only, for servers that keep no documents.</summary>
    public HashSet<UInt128> Ids { get; } = [];

    /// <summary>Documents up to here can be searched.</summary>
    public long Refreshed { get; set; }

    /// <summary>What its template said when it was made: <c>settings</c> and <c>mappings</c>.</summary>
    public StrictMapping Mapping { get; init; } = StrictMapping.None;

    /// <summary>When it was made.</summary>
    public DateTimeOffset Created { get; init; }

    /// <summary>Settings changed since, by their whole name.</summary>
    public Dictionary<string, string> Changed { get; } = [];

    public HashSet<string> Aliases { get; } = [];

    public long NextSequence() => ++_sequence;

    public void Refresh() => Refreshed = _sequence;

    public int Count => Documents.Count + Ids.Count;
}

/// <summary>A data stream.</summary>
public sealed class StrictStream(string name)
{
    public string Name { get; } = name;

    public int Generation { get; set; }

    /// <summary>Backing indices, the one written to last.</summary>
    public List<StrictIndex> Indices { get; } = [];

    public string Template { get; init; } = "";

    public StrictIndex Roll(StrictMapping mapping, DateTimeOffset now)
    {
        Generation++;
        var index = new StrictIndex($".ds-{Name}-2026.03.02-{Generation:000000}") { Stream = Name, Mapping = mapping, Created = now };
        Indices.Add(index);
        return index;
    }
}
