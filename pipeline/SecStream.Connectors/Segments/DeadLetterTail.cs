using SecStream.Connectors.Journal;

namespace SecStream.Connectors.Segments;

/// <summary>A place behind a stored letter.</summary>
/// <param name="Segment">The segment: number of its first letter.</param>
/// <param name="Offset">Offset in its content, behind the letter's line.</param>
/// <param name="Next">Number of the next letter.</param>
/// <param name="Checksum">CRC-32C of the content up to there.</param>
internal readonly record struct DeadLetterPlace(long Segment, long Offset, long Next, uint Checksum)
{
    /// <summary>The beginning of a segment.</summary>
    public static DeadLetterPlace StartOf(long segment) => new(segment, 0, segment, Crc32C.Start);
}

/// <summary>Reads stored dead letters in the order they were set aside, beside the service that writes, cuts back, compresses and removes them. Not thread-safe.</summary>
internal sealed class DeadLetterTail(string folder, int blockBytes, Action<string> report)
{
    private const int ChunkBytes = 1 << 20;
    private const int EndBytes = 64 << 10;

    /// <summary>The segments there are, ascending.</summary>
    public IReadOnlyList<long> Segments() => [.. SegmentName.List(folder).Keys];

    /// <summary>Whole lines from a place on, as much as a megabyte or one line that is longer; empty: there is nothing (yet), or the segment is gone.</summary>
    public byte[] Read(DeadLetterPlace place)
    {
        for (var most = ChunkBytes; ; most *= 2)
        {
            var content = Content(place.Segment, place.Offset, most) ?? [];
            var length = content.AsSpan().LastIndexOf((byte)'\n') + 1;
            if (length > 0 || content.Length < most)
            {
                return content[..length];
            }
        }
    }

    /// <summary>Whether what was read up to a place is still what stands there.</summary>
    public bool IsSame(DeadLetterPlace place) => Checksum(place.Segment, 0, place.Offset) == place.Checksum;

    /// <summary>Checksum of what stands just before a place, to notice cheaply that it has been cut back; null: the segment is gone, or shorter.</summary>
    public uint? EndOf(DeadLetterPlace place) => Checksum(place.Segment, Math.Max(0, place.Offset - EndBytes), place.Offset);

    /// <summary>Letters behind a place.</summary>
    public long CountFrom(DeadLetterPlace place)
    {
        if (Segments() is not [.., var last])
        {
            return 0;
        }

        var count = last > place.Segment ? last - place.Next : 0;
        for (var at = last > place.Segment ? DeadLetterPlace.StartOf(last) : place; ;)
        {
            var content = Read(at);
            if (content.Length == 0)
            {
                return Math.Max(0, count);
            }

            count += content.AsSpan().Count((byte)'\n');
            at = at with { Offset = at.Offset + content.Length };
        }
    }

    private uint? Checksum(long first, long from, long to)
    {
        var checksum = Crc32C.Start;
        for (var at = from; at < to;)
        {
            var content = Content(first, at, (int)Math.Min(ChunkBytes, to - at));
            if (content is null or { Length: 0 })
            {
                return null;
            }

            checksum = Crc32C.Append(checksum, content);
            at += content.Length;
        }

        return Content(first, to, 1) is null ? null : checksum;
    }

    /// <summary>Bytes of a segment's content; fewer at its end or at the end of a block; null: the segment is gone, or shorter.</summary>
    private byte[]? Content(long first, long offset, int most)
    {
        // A plain file is compressed, or a compressed one expanded, between one look and the next: the other is there then.
        for (var attempt = 0; attempt < 3; attempt++)
        {
            try
            {
                var isPlain = File.Exists(SegmentName.Raw(folder, first));
                if (!isPlain && !File.Exists(SegmentName.Compressed(folder, first)))
                {
                    continue;
                }

                return isPlain ? Plain(first, offset, most) : Compressed(first, offset, most);
            }
            catch (FileNotFoundException)
            {
                // See above.
            }
        }

        return null;
    }

    private byte[]? Plain(long first, long offset, int most)
    {
        using var file = new FileStream(SegmentName.Raw(folder, first), FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
        if (file.Length < offset)
        {
            return null;
        }

        file.Seek(offset, SeekOrigin.Begin);
        var content = new byte[Math.Min(most, file.Length - offset)];
        return content[..file.ReadAtLeast(content, content.Length, throwOnEndOfStream: false)];
    }

    private byte[]? Compressed(long first, long offset, int most)
    {
        var blocks = SegmentReader.IndexOf(folder, first, blockBytes, report).Blocks;
        var end = blocks.Count == 0 ? 0 : blocks[^1].Start + blocks[^1].Length;
        if (offset >= end)
        {
            return offset == end ? [] : null;
        }

        var block = blocks.Last(b => b.Start <= offset);
        using var reader = SegmentReader.Open(folder, first, isCompressed: true);
        var content = reader.ReadBlock(block).AsSpan((int)Math.Min(offset - block.Start, block.Length));
        return content[..Math.Min(most, content.Length)].ToArray();
    }
}
