using System.Buffers;

namespace SecStream.Host.Ledger;

/// <summary>What a ledger file holds.</summary>
/// <param name="Entries">The entries, as their last lines have them, in order of their first.</param>
/// <param name="Lines">Lines read.</param>
/// <param name="Damaged">Lines that are none, without a last one that was torn.</param>
/// <param name="Length">Bytes up to the end of the last whole line.</param>
internal sealed record LedgerContent(IReadOnlyList<LedgerEntry> Entries, int Lines, int Damaged, long Length);

/// <summary><c>ledger.ndjson</c>: lines are appended; the file is replaced as a whole when most of it has been superseded. One writer.</summary>
internal sealed class LedgerFile : IDisposable
{
    private readonly string _path;
    private FileStream? _file;

    /// <summary>Opens the file for appending behind <paramref name="length"/>, where its last whole line ends.</summary>
    public LedgerFile(string path, LedgerContent content)
    {
        _path = path;
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        _file = Open();
        _file.SetLength(content.Length);
        _file.Seek(0, SeekOrigin.End);
        Lines = content.Lines;
    }

    /// <summary>Lines in the file.</summary>
    public int Lines { get; private set; }

    /// <summary>Reads a file; one that is not there is empty. May run while another process appends.</summary>
    public static LedgerContent Read(string path)
    {
        if (!File.Exists(path))
        {
            return new LedgerContent([], 0, 0, 0);
        }

        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        var bytes = new byte[file.Length];
        return Read(bytes.AsMemory(0, file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false)));
    }

    /// <summary>Reads the content of a file. What follows the last line end was torn by a crash and is not read.</summary>
    public static LedgerContent Read(ReadOnlyMemory<byte> content)
    {
        var entries = new OrderedDictionary<string, LedgerEntry>(StringComparer.Ordinal);
        var (start, lines, damaged) = (0, 0, 0);
        int end;
        while ((end = content.Span[start..].IndexOf((byte)'\n')) >= 0)
        {
            lines++;
            if (LedgerLine.Read(content.Slice(start, end)) is { } entry)
            {
                entries[entry.Id] = entry;
            }
            else
            {
                damaged++;
            }

            start += end + 1;
        }

        return new LedgerContent([.. entries.Values], lines, damaged, start);
    }

    /// <summary>Appends lines in one write.</summary>
    /// <exception cref="IOException">They could not be written; the file must be replaced before more is appended.</exception>
    public void Append(ReadOnlySpan<byte> lines, bool flush)
    {
        var file = _file ??= Open();
        file.Write(lines);
        file.Flush(flush);
        Lines += lines.Count((byte)'\n');
    }

    /// <summary>Replaces the file by these entries: written beside it, flushed, renamed.</summary>
    public void Replace(IEnumerable<LedgerEntry> entries)
    {
        var output = new ArrayBufferWriter<byte>();
        foreach (var entry in entries)
        {
            LedgerLine.Write(output, entry.IsOpen ? "open" : "span", entry);
        }

        var temporary = _path + ".tmp";
        using (var file = new FileStream(temporary, FileMode.Create, FileAccess.Write, FileShare.None))
        {
            file.Write(output.WrittenSpan);
            file.Flush(flushToDisk: true);
        }

        _file?.Dispose();
        _file = null;
        File.Move(temporary, _path, overwrite: true);
        Lines = output.WrittenSpan.Count((byte)'\n');
        _file = Open();
        _file.Seek(0, SeekOrigin.End);
    }

    /// <inheritdoc/>
    public void Dispose() => _file?.Dispose();

    private FileStream Open() => new(_path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
}
