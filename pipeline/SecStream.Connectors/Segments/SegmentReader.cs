namespace SecStream.Connectors.Segments;

/// <summary>Reads blocks of one segment, plain or compressed. Not thread-safe.</summary>
internal sealed class SegmentReader : IDisposable
{
    private readonly FileStream _file;
    private readonly bool _isCompressed;

    private SegmentReader(string path, bool isCompressed)
    {
        _file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
        _isCompressed = isCompressed;
    }

    /// <summary>The file.</summary>
    public string Path => _file.Name;

    /// <summary>Opens a segment.</summary>
    /// <exception cref="FileNotFoundException">It was compressed or removed meanwhile: look again.</exception>
    public static SegmentReader Open(string folder, long first, bool isCompressed) =>
        new(isCompressed ? SegmentName.Compressed(folder, first) : SegmentName.Raw(folder, first), isCompressed);

    /// <summary>The index of a compressed segment: read, or, when it is missing or damaged, made again and put in its place.</summary>
    public static SegmentIndex IndexOf(string folder, long first, int blockBytes, Action<string> report)
    {
        var (path, index) = (SegmentName.Compressed(folder, first), SegmentName.Index(folder, first));
        var storedBytes = new FileInfo(path).Length;
        if (SegmentIndexFile.Read(index, storedBytes) is { } found)
        {
            return found;
        }

        var isWhole = true;
        var rebuilt = CompressedSegment.Rebuild(path, first, fault =>
        {
            isWhole = false;
            report(fault);
        });
        if (isWhole)
        {
            TryReplace(index, rebuilt, storedBytes);
        }

        return rebuilt;
    }

    /// <summary>The documents of a block, one a line.</summary>
    /// <exception cref="InvalidDataException">It is damaged; the message names file and place and says what to do.</exception>
    public byte[] ReadBlock(SegmentBlock block)
    {
        try
        {
            if (_isCompressed)
            {
                return CompressedSegment.ReadBlock(_file, block);
            }

            var content = new byte[block.Length];
            _file.Seek(block.Start, SeekOrigin.Begin);
            _file.ReadExactly(content);
            return content;
        }
        catch (Exception fault) when (fault is InvalidDataException or EndOfStreamException)
        {
            throw new InvalidDataException(
                $"{Path}: the block at {(_isCompressed ? block.StoredStart : block.Start)} is damaged ({fault.Message}); its {block.Count} events can't be read. Restore the file from a backup",
                fault);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    private static void TryReplace(string path, SegmentIndex index, long storedBytes)
    {
        var temporary = $"{path}.{Environment.ProcessId}{SegmentName.TemporaryExtension}";
        try
        {
            SegmentIndexFile.Write(temporary, index, storedBytes);
            File.Move(temporary, path, overwrite: true);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            // A reader that may not write, or a full disk: the index is made again by the next one, which costs time and nothing else.
        }
    }
}
