using Microsoft.Win32.SafeHandles;

namespace SecStream.Connectors.Segments;

/// <summary>A segment whose plain file is there: being written, or closed and waiting to be compressed.</summary>
internal sealed class Segment(string folder, long first, SafeFileHandle file, BlockScan scan, DateTimeOffset opened) : IDisposable
{
    /// <summary>Number of its first document.</summary>
    public long First { get; } = first;

    /// <summary>The plain file.</summary>
    public string Path { get; } = SegmentName.Raw(folder, first);

    /// <summary>The plain file, open for writing.</summary>
    public SafeFileHandle File { get; } = file;

    /// <summary>Its blocks as they grow.</summary>
    public BlockScan Scan { get; } = scan;

    /// <summary>When it was begun.</summary>
    public DateTimeOffset Opened { get; } = opened;

    /// <summary>Bytes that are certainly on disk.</summary>
    public long DurableLength { get; set; }

    /// <summary>Bytes.</summary>
    public long Length => Scan.Length;

    /// <inheritdoc/>
    public void Dispose() => File.Dispose();
}

/// <summary>What a reader may see of a segment with a plain file, at one moment.</summary>
/// <param name="Folder">Folder of its class.</param>
/// <param name="First">Number of its first document.</param>
/// <param name="Blocks">Its blocks so far.</param>
/// <param name="IsOpen">It still grows.</param>
internal sealed record SegmentView(string Folder, long First, SegmentBlock[] Blocks, bool IsOpen);
