using System.Text;
using System.Text.Json;

namespace SecStream.Host.Documents;

/// <summary>A line that is no document, and where it is.</summary>
/// <param name="File">Path.</param>
/// <param name="Line">Line from 1.</param>
/// <param name="Message">What is wrong.</param>
internal sealed record BadLine(string File, long Line, string Message)
{
    /// <summary><c>file:line: message</c></summary>
    public override string ToString() => $"{File}:{Line}: {Message}";
}

/// <summary>
/// Reads a file of documents, one a line, as far as it is written: a last line without its end is one that is being written, and is left for the
/// next call. Goes on where it stopped when called again; a file that was replaced by a shorter one is read anew.
/// </summary>
internal sealed class DocumentLines(string path) : IDisposable
{
    private const int MaxLineBytes = 64 << 20;
    private FileStream? _file;
    private byte[] _buffer = new byte[64 * 1024];
    private int _length;
    private long _line;

    /// <summary>The file.</summary>
    public string Path { get; } = path;

    /// <summary>Reads all complete lines that have come; false when there are none.</summary>
    /// <param name="accept">Takes a document, the bytes of its line and the line's number; says what is wrong with it, or null.</param>
    /// <param name="reject">Takes what is wrong.</param>
    public bool Read(Func<JsonElement, ReadOnlyMemory<byte>, long, string?> accept, Action<BadLine> reject)
    {
        if (!Open())
        {
            return false;
        }

        var any = false;
        int read;
        while ((read = _file!.Read(_buffer, _length, _buffer.Length - _length)) > 0)
        {
            _length += read;
            any |= Split(accept, reject);
        }

        return any;
    }

    /// <inheritdoc/>
    public void Dispose() => _file?.Dispose();

    private bool Open()
    {
        if (_file is not null && File.Exists(Path) && new FileInfo(Path).Length < _file.Position)
        {
            _file.Dispose();
            _file = null;
            _length = 0;
            _line = 0;
        }

        if (_file is null && File.Exists(Path))
        {
            _file = new FileStream(Path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
        }

        return _file is not null;
    }

    private bool Split(Func<JsonElement, ReadOnlyMemory<byte>, long, string?> accept, Action<BadLine> reject)
    {
        var start = 0;
        int newline;
        while ((newline = _buffer.AsSpan(start, _length - start).IndexOf((byte)'\n')) >= 0)
        {
            Take(_buffer.AsMemory(start, newline), ++_line, accept, reject);
            start += newline + 1;
        }

        _buffer.AsSpan(start, _length - start).CopyTo(_buffer);
        _length -= start;
        if (_length == _buffer.Length)
        {
            if (_length >= MaxLineBytes)
            {
                throw new InvalidDataException($"{Path}:{_line + 1}: a line of more than {MaxLineBytes >> 20} MiB is no document of SecStream; move the file away");
            }

            Array.Resize(ref _buffer, _buffer.Length * 2);
        }

        return start > 0;
    }

    private void Take(ReadOnlyMemory<byte> line, long number, Func<JsonElement, ReadOnlyMemory<byte>, long, string?> accept, Action<BadLine> reject)
    {
        if (line.Span.Trim(" \t\r"u8).IsEmpty)
        {
            return;
        }

        try
        {
            using var document = JsonDocument.Parse(line);
            if (accept(document.RootElement, line, number) is { } fault)
            {
                reject(new BadLine(Path, number, fault));
            }
        }
        catch (JsonException fault)
        {
            // One damaged line must not hide the others; the caller reports it.
            reject(new BadLine(Path, number, $"not a JSON document ({fault.Message.Split(". Path:")[0].Split(" LineNumber")[0]}); delete or mend the line"));
        }
    }
}
