using System.ComponentModel.DataAnnotations;

namespace SecStream.Connectors.Segments;

/// <summary>How stored events and dead letters are cut into files.</summary>
public sealed record SegmentOptions
{
    /// <summary>Events are kept. False: only dead letters are, for the events are elsewhere. Default true.</summary>
    public bool KeepEvents { get; init; } = true;

    /// <summary>A segment of events is closed at so many bytes, 64 KiB–1 GiB. Default 64 MiB.</summary>
    [Range(64 << 10, 1 << 30)]
    public long SegmentBytes { get; init; } = 64 << 20;

    /// <summary>A segment of dead letters is closed at so many bytes. Default 16 MiB.</summary>
    [Range(64 << 10, 1 << 30)]
    public long DeadLetterSegmentBytes { get; init; } = 16 << 20;

    /// <summary>Bytes of a block, the unit that is indexed, compressed and read. Default 256 KiB.</summary>
    [Range(1 << 10, 16 << 20)]
    public int BlockBytes { get; init; } = 256 << 10;

    /// <summary>A segment is closed so long after it was opened, so that events that must go can go. Default a day.</summary>
    public TimeSpan SegmentAge { get; init; } = TimeSpan.FromDays(1);

    /// <summary>Wait between attempts to write to a disk that takes nothing. Default 1 s.</summary>
    public TimeSpan RetryInterval { get; init; } = TimeSpan.FromSeconds(1);
}
