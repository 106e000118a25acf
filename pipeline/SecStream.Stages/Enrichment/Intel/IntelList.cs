namespace SecStream.Stages.Enrichment.Intel;

/// <summary>
/// A list of addresses, networks, domains and file hashes (<see cref="IntelListParser"/> reads it). Expiry is compared with the time of the
/// event, never with the clock, so a replay finds what the live run found. Immutable, thread-safe; lookups allocate nothing.
/// </summary>
public sealed class IntelList
{
    private readonly NetworkTable<uint> _four;
    private readonly NetworkTable<UInt128> _six;

    internal IntelList(string name, IntelRole role, string version, IReadOnlyList<IntelEntry> entries)
    {
        Name = name;
        NameUtf8 = System.Text.Encoding.UTF8.GetBytes(name);
        Role = role;
        Version = version;
        Entries = entries;

        // The same network twice: the line that lasts longer counts, else the first.
        var networks = entries.Where(e => e.Kind == IntelKind.Network)
            .GroupBy(e => (e.First, e.PrefixLength))
            .Select(g => g.MaxBy(e => e.Expires)!)
            .ToLookup(e => e.PrefixLength >= 96 && IpParser.IsIPv4(e.First));
        _four = new NetworkTable<uint>(networks[true]);
        _six = new NetworkTable<UInt128>(networks[false]);
    }

    /// <summary>Name of the list: the file's name without folder and extension. Goes into <c>threat.feed.name</c>.</summary>
    public string Name { get; }

    /// <summary><see cref="Name"/> ready to copy.</summary>
    public ReadOnlyMemory<byte> NameUtf8 { get; }

    /// <summary>What the list is for.</summary>
    public IntelRole Role { get; }

    /// <summary>Content hash of the file.</summary>
    public string Version { get; }

    /// <summary>All entries in order of their lines.</summary>
    public IReadOnlyList<IntelEntry> Entries { get; }

    /// <summary>The most specific entry for an address that counts at an event time, or null. An IPv6 network never holds an IPv4 address.</summary>
    /// <param name="address">IPv4 as <c>::ffff:a.b.c.d</c>.</param>
    /// <param name="eventTime">Microseconds since 1970 UTC.</param>
    public IntelEntry? Find(UInt128 address, long eventTime) =>
        IpParser.IsIPv4(address) ? _four.Find((uint)address, eventTime) : _six.Find(address, eventTime);
}

/// <summary>A hit: which list, which entry.</summary>
public readonly record struct IntelHit(IntelList List, IntelEntry Entry);

/// <summary>All lists in use. Allow-lists win over every other; blacklists are asked before intelligence. Immutable, thread-safe.</summary>
public sealed class IntelSet
{
    private readonly IntelList[] _allowed;
    private readonly IntelList[] _listed;

    /// <summary>Takes lists together.</summary>
    public IntelSet(IEnumerable<IntelList> lists)
    {
        Lists = [.. lists];
        _allowed = [.. Lists.Where(l => l.Role == IntelRole.AllowList)];
        _listed = [.. Lists.Where(l => l.Role != IntelRole.AllowList).OrderBy(l => l.Role)];
    }

    /// <summary>No list.</summary>
    public static IntelSet Empty { get; } = new([]);

    /// <summary>The lists in the order given.</summary>
    public IReadOnlyList<IntelList> Lists { get; }

    /// <summary>Nothing to look up.</summary>
    public bool IsEmpty => _listed.Length == 0;

    /// <summary>Whether an allow-list holds the address at that event time.</summary>
    public bool IsAllowed(UInt128 address, long eventTime)
    {
        foreach (var list in _allowed)
        {
            if (list.Find(address, eventTime) is not null)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The first blacklist or intelligence entry for an address, whether or not an allow-list holds it too.</summary>
    public bool TryFind(UInt128 address, long eventTime, out IntelHit hit)
    {
        foreach (var list in _listed)
        {
            if (list.Find(address, eventTime) is { } entry)
            {
                hit = new IntelHit(list, entry);
                return true;
            }
        }

        hit = default;
        return false;
    }
}
