using System.ComponentModel.DataAnnotations;

namespace SecStream.Connectors.Http;

/// <summary>Bounds of what is taken over HTTP. Immutable; the defaults suit one machine.</summary>
public sealed record HttpIngestOptions
{
    /// <summary>Longest body after decompression, in bytes. Default 64 MiB.</summary>
    [Range(1024, 1 << 30)]
    public long MaxBodyBytes { get; init; } = 64 << 20;

    /// <summary>Longest record, in bytes. Default 1 MiB.</summary>
    [Range(64, 64 << 20)]
    public int MaxRecordBytes { get; init; } = 1 << 20;

    /// <summary>Most records of a request. Default 500 000.</summary>
    [Range(1, 10_000_000)]
    public int MaxRecordCount { get; init; } = 500_000;

    /// <summary>Bytes that all requests under way may hold together; beyond it they are asked to come again. Default 256 MiB.</summary>
    [Range(1024, long.MaxValue)]
    public long MaxInFlightBytes { get; init; } = 256 << 20;

    /// <summary>Longest time a body may take to arrive. Default 60 s.</summary>
    public TimeSpan BodyTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How long a request waits for room in a full journal before it is asked to come again. Default 10 s.</summary>
    public TimeSpan FullWait { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>What <c>Retry-After</c> says, whole seconds. Default 5 s.</summary>
    public TimeSpan RetryAfter { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>The version of Elasticsearch that shippers are told; Beats refuse one older than themselves. Default 8.17.0.</summary>
    [RegularExpression(@"\d+\.\d+\.\d+")]
    public string ElasticsearchVersion { get; init; } = "8.17.0";

    /// <summary>The name of the cluster that shippers are told. Default <c>secstream</c>.</summary>
    public string ClusterName { get; init; } = "secstream";

    /// <summary>First size of the window a body is read through, in bytes; it grows with the records. Tests make it small to reach the refilling.</summary>
    internal int WindowBytes { get; init; } = 64 * 1024;
}
