using System.Globalization;
using System.IO.Compression;

namespace SecStream.Connectors.Outbox;

/// <summary>A file of the outbox: named after the place of its first byte; compressed when it is closed and delivered.</summary>
internal readonly record struct OutboxSegment(long Start, string Path)
{
    public bool IsCompressed => Path.EndsWith(".gz", StringComparison.Ordinal);
}

/// <summary>The files of the outbox, in order.</summary>
internal sealed class OutboxFolder(string directory)
{
    private const string Extension = ".ndjson";

    public string Directory { get; } = directory;

    /// <summary>All segments by start. Of one that is being compressed both files may be there; the plain one counts.</summary>
    public IReadOnlyList<OutboxSegment> List() =>
    [
        .. System.IO.Directory.EnumerateFiles(Directory)
            .Select(path => Parse(path))
            .OfType<OutboxSegment>()
            .OrderBy(segment => segment.Start)
            .ThenBy(segment => segment.IsCompressed)
            .DistinctBy(segment => segment.Start),
    ];

    public string PathOf(long start) => Path.Combine(Directory, start.ToString("D20", CultureInfo.InvariantCulture) + Extension);

    /// <summary>Opens a segment to read from a place in it; null when it has just been compressed or deleted.</summary>
    public static Stream? Open(OutboxSegment segment, long skip)
    {
        FileStream? file = null;
        try
        {
            file = new FileStream(segment.Path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
            if (!segment.IsCompressed)
            {
                file.Seek(skip, SeekOrigin.Begin);
                return file;
            }

            var unpacked = new GZipStream(file, CompressionMode.Decompress);
            Skip(unpacked, skip);
            return unpacked;
        }
        catch (FileNotFoundException)
        {
            // The caller lists again.
            return null;
        }
        catch
        {
            file?.Dispose();
            throw;
        }
    }

    private static void Skip(Stream stream, long count)
    {
        var buffer = new byte[64 << 10];
        while (count > 0 && stream.Read(buffer, 0, (int)Math.Min(buffer.Length, count)) is > 0 and var read)
        {
            count -= read;
        }
    }

    private static OutboxSegment? Parse(string path)
    {
        var name = Path.GetFileName(path);
        var digits = name.IndexOf('.', StringComparison.Ordinal);
        var isSegment = digits == 20 && name[digits..] is Extension or Extension + ".gz";
        return isSegment && long.TryParse(name.AsSpan(0, digits), NumberStyles.None, CultureInfo.InvariantCulture, out var start)
            ? new OutboxSegment(start, path)
            : null;
    }
}
