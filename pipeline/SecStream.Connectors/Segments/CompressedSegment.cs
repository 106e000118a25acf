namespace SecStream.Connectors.Segments;

/// <summary>Writes, reads and mends compressed segments: files of concatenated gzip members, one a block.</summary>
internal static class CompressedSegment
{
    private const int SearchBytes = 1 << 20;

    /// <summary>
    /// Compresses a closed segment: data and index are flushed to disk beside their places, then renamed, index first. The plain file is left to
    /// the caller.
    /// </summary>
    public static void Write(string folder, long first, IReadOnlyList<SegmentBlock> blocks, CancellationToken cancellation)
    {
        var (target, index) = (SegmentName.Compressed(folder, first), SegmentName.Index(folder, first));
        var stored = new List<SegmentBlock>(blocks.Count);
        long written = 0;
        using (var source = new FileStream(SegmentName.Raw(folder, first), FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0))
        using (var file = new FileStream(target + SegmentName.TemporaryExtension, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0))
        {
            foreach (var block in blocks)
            {
                cancellation.ThrowIfCancellationRequested();
                var content = new byte[block.Length];
                source.Seek(block.Start, SeekOrigin.Begin);
                source.ReadExactly(content);
                var member = GzipMember.Compress(content);
                file.Write(member);
                stored.Add(block with { StoredStart = written, StoredLength = member.Length });
                written += member.Length;
            }

            file.Flush(flushToDisk: true);
        }

        SegmentIndexFile.Write(index + SegmentName.TemporaryExtension, new SegmentIndex(stored), written);
        File.Move(index + SegmentName.TemporaryExtension, index, overwrite: true);
        File.Move(target + SegmentName.TemporaryExtension, target, overwrite: true);
    }

    /// <summary>Reads a block alone.</summary>
    /// <exception cref="InvalidDataException">It is damaged.</exception>
    public static byte[] ReadBlock(FileStream file, SegmentBlock block)
    {
        var member = new byte[block.StoredLength];
        var content = new byte[block.Length];
        file.Seek(block.StoredStart, SeekOrigin.Begin);
        try
        {
            file.ReadExactly(member);
        }
        catch (EndOfStreamException fault)
        {
            throw new InvalidDataException("the file ends before it", fault);
        }

        GzipMember.Decompress(member, content);
        return content;
    }

    /// <summary>Makes the index anew by reading the segment. A damaged block is left out and reported; the others are read.</summary>
    public static SegmentIndex Rebuild(string path, long first, Action<string> report)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
        var blocks = new List<SegmentBlock>();
        var header = new byte[GzipMember.HeaderBytes];
        var (start, next) = (0L, first);
        for (long at = 0; at < file.Length;)
        {
            file.Seek(at, SeekOrigin.Begin);
            var known = file.ReadAtLeast(header, header.Length, throwOnEndOfStream: false);
            if (!GzipMember.TryReadHeader(header.AsSpan(0, known), out var memberBytes, out var contentBytes))
            {
                var found = FindMember(file, at + 1);
                report($"{path}: {found - at} bytes at {at} are damaged; the events in them can't be read. Restore the file from a backup");
                at = found;
                continue;
            }

            try
            {
                var place = new SegmentBlock(start, contentBytes, next, 0, TimeSpread.None, TimeSpread.None, new BloomFilter([1UL]))
                {
                    StoredStart = at,
                    StoredLength = (int)Math.Min(memberBytes, file.Length - at),
                };
                var scan = new BlockScan(next, int.MaxValue);
                scan.Take(ReadBlock(file, place));
                blocks.Add(scan.Tail.Build(hasHashes: true) with { Start = start, StoredStart = at, StoredLength = memberBytes });
                next = scan.Next;
            }
            catch (InvalidDataException fault)
            {
                // The blocks around it are whole: better to find those than none.
                report($"{path}: the block at {at} is damaged ({fault.Message}); the events in it can't be read. Restore the file from a backup");
            }

            start += contentBytes;
            at += memberBytes;
        }

        return new SegmentIndex(blocks);
    }

    /// <summary>Makes a plain file of a compressed one again, for a state that was taken while it was being written.</summary>
    public static void Expand(string folder, long first, SegmentIndex index)
    {
        var raw = SegmentName.Raw(folder, first);
        using (var source = new FileStream(SegmentName.Compressed(folder, first), FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0))
        using (var file = new FileStream(raw + SegmentName.TemporaryExtension, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0))
        {
            foreach (var block in index.Blocks)
            {
                file.Write(ReadBlock(source, block));
            }

            file.Flush(flushToDisk: true);
        }

        File.Move(raw + SegmentName.TemporaryExtension, raw, overwrite: true);
    }

    private static long FindMember(FileStream file, long from)
    {
        var buffer = new byte[SearchBytes];
        for (var at = from; at < file.Length;)
        {
            file.Seek(at, SeekOrigin.Begin);
            var read = file.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false);
            for (var i = 0; i + GzipMember.HeaderBytes <= read; i++)
            {
                if (GzipMember.TryReadHeader(buffer.AsSpan(i, GzipMember.HeaderBytes), out _, out _))
                {
                    return at + i;
                }
            }

            if (read < buffer.Length)
            {
                break;
            }

            at += read - GzipMember.HeaderBytes + 1;
        }

        return file.Length;
    }
}
