using System.IO.Compression;
using SecStream.Core.Pipeline;

namespace SecStream.Connectors.Files;

/// <summary>A file read once from start to end: plain, gzip (<c>.gz</c>) or standard input (<c>-</c>).</summary>
public sealed class FileSource : IRecordSource
{
    private readonly LineReader _reader;
    private readonly string _tenant;
    private ulong _hash;

    /// <summary>Opens a file. Exceptions of the file system go to the caller.</summary>
    public FileSource(string path, string tenant)
    {
        (Name, _tenant) = (path, tenant);
        _reader = new LineReader(Open(path), tenant, fill: path != "-");
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public bool HasEnded { get; private set; }

    /// <summary>Why reading stopped before the end, when it did: a damaged archive, a failing disk.</summary>
    public string? Failure { get; private set; }

    /// <inheritdoc/>
    public long Position => _reader.Position;

    /// <summary>Known before the first record is read, save from standard input.</summary>
    public ulong SourceHash => _reader.SourceHash != 0 ? _reader.SourceHash : _hash != 0 || Name == "-" ? _hash : _hash = Identify();

    /// <inheritdoc/>
    public long Limit
    {
        get => _reader.Limit;
        set => _reader.Limit = value;
    }

    /// <summary>Opens a file for reading, unpacked.</summary>
    public static Stream Open(string path)
    {
        if (path == "-")
        {
            return Console.OpenStandardInput();
        }

        var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0, FileOptions.SequentialScan);
        return path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase) ? new GZipStream(file, CompressionMode.Decompress) : file;
    }

    /// <summary>The hash that the first line will give: looked at beside the reader, for archives can't go back.</summary>
    private ulong Identify()
    {
        try
        {
            using var stream = Open(Name);
            var head = new byte[LineReader.FingerprintBytes];
            var length = stream.ReadAtLeast(head, head.Length, throwOnEndOfStream: false);
            return length == 0 ? 0 : Core.Observations.EventId.SourceHash(_tenant, LineReader.Fingerprint(head.AsSpan(0, length)));
        }
        catch (Exception fault) when (fault is IOException or InvalidDataException or UnauthorizedAccessException)
        {
            // The reader will meet it too, and says so.
            return 0;
        }
    }

    /// <inheritdoc/>
    public bool TryRead(RecordBatch batch)
    {
        if (HasEnded || _reader.Position >= Limit)
        {
            return false;
        }

        try
        {
            if (_reader.TryRead(batch, final: true))
            {
                return true;
            }
        }
        catch (Exception fault) when (fault is InvalidDataException or IOException)
        {
            // What was read before the damage is good and has been handed on; the caller reports the rest as a gap.
            Failure = $"{Name}: {fault.Message} (after {_reader.Position} bytes)";
        }

        HasEnded = true;
        return false;
    }

    /// <inheritdoc/>
    public void Save(BinaryWriter writer)
    {
        writer.Write(_reader.Position);
        writer.Write(_reader.SourceHash);
        writer.Write(HasEnded);
    }

    /// <inheritdoc/>
    public void Restore(BinaryReader reader)
    {
        _reader.Seek(reader.ReadInt64(), reader.ReadUInt64());
        HasEnded = reader.ReadBoolean();
    }

    /// <inheritdoc/>
    public void Dispose() => _reader.Dispose();
}
