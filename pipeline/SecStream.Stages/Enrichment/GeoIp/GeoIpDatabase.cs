namespace SecStream.Stages.Enrichment.GeoIp;

/// <summary>One .mmdb file with its decoded records and what it was seen to hold.</summary>
internal sealed class GeoIpLayer
{
    private const int SampleCount = 512;

    private readonly MmdbReader _reader;
    private readonly GeoRecordCache _records;

    public GeoIpLayer(MmdbReader reader)
    {
        _reader = reader;
        _records = new GeoRecordCache(reader.Data);
        foreach (var offset in reader.Sample(SampleCount))
        {
            var record = _records.Get(offset);
            HoldsLocations |= record.HasLocation;
            HoldsNetworks |= record.HasNetwork;
            HoldsPlaces |= record.HasPlace;
        }
    }

    /// <summary>The file.</summary>
    public MmdbReader Reader => _reader;

    /// <summary>Records with coordinates were seen.</summary>
    public bool HoldsLocations { get; private set; }

    /// <summary>Records of autonomous systems were seen.</summary>
    public bool HoldsNetworks { get; private set; }

    /// <summary>Records of places were seen.</summary>
    public bool HoldsPlaces { get; private set; }

    /// <summary>The record of an address.</summary>
    public GeoRecord? Find(UInt128 address)
    {
        var offset = _reader.Find(address);
        return offset < 0 ? null : _records.Get(offset);
    }
}

/// <summary>
/// The GeoIP and ASN files in use, taken together: the place of an address comes from the first file that knows its coordinates or
/// country (files with coordinates are asked first), its network from the first file that knows it. Immutable to its users and thread-safe;
/// to swap a file, open a new database and publish the reference. A lookup takes no lock and allocates only when it meets a record of
/// the file for the first time.
/// </summary>
public sealed class GeoIpDatabase
{
    private readonly GeoIpLayer[] _places;
    private readonly GeoIpLayer[] _networks;

    /// <summary>Takes files together.</summary>
    /// <param name="files">Name and content; the contents belong to the database from now on.</param>
    /// <exception cref="EnrichmentFileException">A file is no usable MaxMind DB.</exception>
    public GeoIpDatabase(IEnumerable<(string Name, byte[] Content)> files)
    {
        ArgumentNullException.ThrowIfNull(files);
        var layers = new List<GeoIpLayer>();
        var described = new List<GeoIpFile>();
        foreach (var (name, content) in files)
        {
            var layer = new GeoIpLayer(MmdbReader.Open(name, content));
            layers.Add(layer);
            described.Add(new GeoIpFile(name, ContentHash.Of(content), layer.Reader.Metadata, layer.HoldsPlaces, layer.HoldsLocations, layer.HoldsNetworks));
        }

        _places = [.. layers.Where(l => l.HoldsPlaces).OrderByDescending(l => l.HoldsLocations)];
        _networks = [.. layers.Where(l => l.HoldsNetworks)];
        Files = described;
        Version = ContentHash.Of(System.Text.Encoding.UTF8.GetBytes(string.Join('\n', described.Select(f => f.Version))));
    }

    /// <summary>A database that knows no address.</summary>
    public static GeoIpDatabase Empty { get; } = new([]);

    /// <summary>The files, in the order given.</summary>
    public IReadOnlyList<GeoIpFile> Files { get; }

    /// <summary>Hash over the versions of all files, for an alert's <c>versions</c>.</summary>
    public string Version { get; }

    /// <summary>Places can be told at all: without, rules on countries (T7) see nothing.</summary>
    public bool KnowsPlaces => _places.Length > 0;

    /// <summary>Coordinates can be told at all: without, rules on distances (P3) see nothing.</summary>
    public bool KnowsLocations => _places.Length > 0 && _places[0].HoldsLocations;

    /// <summary>The place of an address, or null.</summary>
    /// <param name="address">IPv4 as <c>::ffff:a.b.c.d</c>.</param>
    public GeoRecord? FindPlace(UInt128 address)
    {
        foreach (var layer in _places)
        {
            if (layer.Find(address) is { HasPlace: true } record)
            {
                return record;
            }
        }

        return null;
    }

    /// <summary>The autonomous system of an address, or null.</summary>
    /// <param name="address">IPv4 as <c>::ffff:a.b.c.d</c>.</param>
    public GeoRecord? FindNetwork(UInt128 address)
    {
        foreach (var layer in _networks)
        {
            if (layer.Find(address) is { HasNetwork: true } record)
            {
                return record;
            }
        }

        return null;
    }
}

/// <summary>A file of a <see cref="GeoIpDatabase"/>.</summary>
/// <param name="Name">Name as given.</param>
/// <param name="Version">Content hash.</param>
/// <param name="Metadata">What the file says about itself.</param>
/// <param name="HasPlaces">Countries or cities were seen in it.</param>
/// <param name="HasLocations">Coordinates were seen in it.</param>
/// <param name="HasNetworks">Autonomous systems were seen in it.</param>
public sealed record GeoIpFile(string Name, string Version, MmdbMetadata Metadata, bool HasPlaces, bool HasLocations, bool HasNetworks);
