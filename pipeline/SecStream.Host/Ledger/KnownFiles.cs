namespace SecStream.Host.Ledger;

/// <summary>The files that the enrichment reads.</summary>
internal static class KnownFiles
{
    /// <summary>Those that the options name and that are there, with their ages.</summary>
    public static IReadOnlyList<KnownFile> Of(PipelineOptions options) =>
    [
        .. options.GeoIp.SelectMany<string, string>(p => Directory.Exists(p) ? Directory.EnumerateFiles(p, "*.mmdb") : [p]).SelectMany(p => Of("geoip", p)),
        .. options.Intel.SelectMany(p => Of("intel", p)),
        .. options.Blacklists.SelectMany(p => Of("blacklist", p)),
        .. options.AllowLists.SelectMany(p => Of("allow", p)),
        .. options.Entities is { } entities ? Of("entities", entities) : [],
    ];

    private static IEnumerable<KnownFile> Of(string kind, string path)
    {
        var file = new FileInfo(path);
        return file.Exists ? [new KnownFile(kind, path, new DateTimeOffset(file.LastWriteTimeUtc, TimeSpan.Zero))] : [];
    }
}
