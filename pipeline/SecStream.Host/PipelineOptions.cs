using SecStream.Core.Events;

namespace SecStream.Host;

/// <summary>What a pipeline is made from. Immutable; the defaults suit one machine.</summary>
public sealed record PipelineOptions
{
    /// <summary>Folder of the rules. Default: the pack that comes with the program.</summary>
    public string RulesDirectory { get; init; } = DefaultRules();

    /// <summary>GeoIP and ASN files (.mmdb), or folders of them. Default: <c>SECSTREAM_GEOIP</c>.</summary>
    public IReadOnlyList<string> GeoIp { get; init; } = Environment.GetEnvironmentVariable("SECSTREAM_GEOIP") is { Length: > 0 } folder ? [folder] : [];

    /// <summary>Blacklists.</summary>
    public IReadOnlyList<string> Blacklists { get; init; } = [];

    /// <summary>Threat-intelligence lists.</summary>
    public IReadOnlyList<string> Intel { get; init; } = [];

    /// <summary>Allow-lists.</summary>
    public IReadOnlyList<string> AllowLists { get; init; } = [];

    /// <summary>File of users and assets, or null.</summary>
    public string? Entities { get; init; }

    /// <summary>Format of the sources; <c>auto</c>: by content.</summary>
    public string Format { get; init; } = "auto";

    /// <summary>Zone of times that name none. Default: the machine's.</summary>
    public TimeZoneInfo Zone { get; init; } = TimeZoneInfo.Local;

    /// <summary>Year of the first line, where lines carry none.</summary>
    public int? Year { get; init; }

    /// <summary>Tenant of the events.</summary>
    public string Tenant { get; init; } = "default";

    /// <summary>Threads that own the shards, 1–64; never changes a result.</summary>
    public int Lanes { get; init; } = Math.Max(1, Environment.ProcessorCount / 2);

    /// <summary>Threads that parse, at most one per source; never changes a result. Default: half the processors, at least one.</summary>
    public int Workers { get; init; } = Math.Max(1, Environment.ProcessorCount / 2);

    /// <summary>L: how late an event of a file may be and still be in order. Default 5 s.</summary>
    public TimeSpan Lateness { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>H: how late an event may be and still be evaluated. Default 1 h.</summary>
    public TimeSpan Horizon { get; init; } = TimeSpan.FromHours(1);

    /// <summary>A growing alert is sent again at most this often (event time); null: only when settled.</summary>
    public TimeSpan? RevisionInterval { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>State that all shards together may hold, in bytes. Default 1 GiB.</summary>
    public long MaxStateBytes { get; init; } = 1L << 30;

    /// <summary>Whether windows of keys are kept and judged. Default true.</summary>
    public bool HasProfiles { get; init; } = true;

    /// <summary>Memory that all profiles together may hold, in bytes. Default 512 MiB.</summary>
    public long MaxProfileBytes { get; init; } = 512L << 20;

    /// <summary>Folder with the registry of trained models, or of one model; null: no models.</summary>
    public string? Models { get; init; }

    /// <summary>The pack of the checkout that <c>./run</c> belongs to, so that a changed rule is in force at the next start; else the one beside the program.</summary>
    private static string DefaultRules()
    {
        var checkout = Environment.GetEnvironmentVariable("SECSTREAM_HOME") is { Length: > 0 } home ? Path.Combine(home, "pipeline", "rules") : "";
        return Directory.Exists(checkout) ? checkout : Path.Combine(AppContext.BaseDirectory, "rules");
    }

    internal long LatenessMicroseconds => EventClock.ToMicroseconds(Lateness);

    internal long HorizonMicroseconds => EventClock.ToMicroseconds(Horizon);
}
