using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace SecStream.Connectors.Segments;

/// <summary>The blocks of a closed segment. Immutable.</summary>
internal sealed class SegmentIndex(IReadOnlyList<SegmentBlock> blocks)
{
    public IReadOnlyList<SegmentBlock> Blocks { get; } = blocks;

    public TimeSpread Times { get; } = blocks.Aggregate(TimeSpread.None, (spread, block) => spread.With(block.Times));

    public TimeSpread Evaluated { get; } = blocks.Aggregate(TimeSpread.None, (spread, block) => spread.With(block.Evaluated));

    /// <summary>Documents.</summary>
    public long Count { get; } = blocks.Sum(block => (long)block.Count);

    /// <summary>Bytes, uncompressed.</summary>
    public long Length { get; } = blocks.Sum(block => (long)block.Length);

    /// <summary>Memory it takes, about.</summary>
    public long MemoryBytes { get; } = blocks.Sum(block => 200L + (block.Filter.Words.Length * 8));
}

/// <summary>
/// The file of an index. One that is missing, damaged, of another version or of another segment reads as none: it is made again from the segment.
/// <code>
/// "SECSIDX1" | SHA-256 of the rest (32) | bytes of the compressed segment (8) | blocks (4) | block …
/// block: start, length, first, count, times, evaluated, stored start and length, words of the filter
/// </code>
/// </summary>
internal static class SegmentIndexFile
{
    private const int HeaderBytes = 40;

    private static ReadOnlySpan<byte> Magic => "SECSIDX1"u8;

    /// <summary>Writes a file and flushes it to disk.</summary>
    public static void Write(string path, SegmentIndex index, long storedBytes)
    {
        using var content = new MemoryStream();
        using (var writer = new BinaryWriter(content, System.Text.Encoding.UTF8, leaveOpen: true))
        {
            writer.Write(storedBytes);
            writer.Write(index.Blocks.Count);
            foreach (var block in index.Blocks)
            {
                Write(writer, block);
            }
        }

        var body = content.GetBuffer().AsSpan(0, (int)content.Length);
        using var file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0);
        file.Write(Magic);
        file.Write(SHA256.HashData(body));
        file.Write(body);
        file.Flush(flushToDisk: true);
    }

    /// <summary>Reads a file; null when it can't be used.</summary>
    public static SegmentIndex? Read(string path, long storedBytes)
    {
        try
        {
            var bytes = File.ReadAllBytes(path);
            if (bytes.Length < HeaderBytes
                || !bytes.AsSpan(0, 8).SequenceEqual(Magic)
                || !SHA256.HashData(bytes.AsSpan(HeaderBytes)).AsSpan().SequenceEqual(bytes.AsSpan(8, 32)))
            {
                return null;
            }

            using var reader = new BinaryReader(new MemoryStream(bytes, HeaderBytes, bytes.Length - HeaderBytes));
            return reader.ReadInt64() != storedBytes ? null : new SegmentIndex([.. Enumerable.Range(0, reader.ReadInt32()).Select(_ => Read(reader))]);
        }
        catch (FileNotFoundException)
        {
            // Made again by the caller.
            return null;
        }
    }

    private static void Write(BinaryWriter writer, SegmentBlock block)
    {
        writer.Write(block.Start);
        writer.Write(block.Length);
        writer.Write(block.First);
        writer.Write(block.Count);
        writer.Write(block.Times.Least);
        writer.Write(block.Times.Greatest);
        writer.Write(block.Evaluated.Least);
        writer.Write(block.Evaluated.Greatest);
        writer.Write(block.StoredStart);
        writer.Write(block.StoredLength);
        writer.Write(block.Filter.Words.Length);
        writer.Write(MemoryMarshal.AsBytes(block.Filter.Words));
    }

    private static SegmentBlock Read(BinaryReader reader)
    {
        var (start, length, first, count) = (reader.ReadInt64(), reader.ReadInt32(), reader.ReadInt64(), reader.ReadInt32());
        var times = new TimeSpread(reader.ReadInt64(), reader.ReadInt64());
        var evaluated = new TimeSpread(reader.ReadInt64(), reader.ReadInt64());
        var (storedStart, storedLength) = (reader.ReadInt64(), reader.ReadInt32());
        var words = new ulong[reader.ReadInt32()];
        reader.BaseStream.ReadExactly(MemoryMarshal.AsBytes(words.AsSpan()));
        return new SegmentBlock(start, length, first, count, times, evaluated, new BloomFilter(words)) { StoredStart = storedStart, StoredLength = storedLength };
    }
}
