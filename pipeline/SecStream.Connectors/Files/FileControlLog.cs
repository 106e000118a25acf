using System.Globalization;
using System.Text.Json;
using SecStream.Core.Pipeline;

namespace SecStream.Connectors.Files;

/// <summary>The control log in a file, one JSON object a line, flushed to disk before <see cref="Append"/> returns.</summary>
public sealed class FileControlLog : IControlLog, IDisposable
{
    private readonly string _path;
    private readonly FileStream _stream;
    private readonly TimeProvider _time;

    /// <summary>Opens or makes the file. A line torn by a crash at its end is cut off: its decision never took effect.</summary>
    public FileControlLog(string path, TimeProvider time)
    {
        _path = path;
        _time = time;
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        _stream = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read);
        var end = 0L;
        var buffer = new byte[64 * 1024];
        int read;
        for (var at = 0L; (read = _stream.Read(buffer)) > 0; at += read)
        {
            var newline = buffer.AsSpan(0, read).LastIndexOf((byte)'\n');
            end = newline >= 0 ? at + newline + 1 : end;
            Count += buffer.AsSpan(0, read).Count((byte)'\n');
        }

        _stream.SetLength(end);
        _stream.Seek(end, SeekOrigin.Begin);
    }

    /// <inheritdoc/>
    public long Count { get; private set; }

    /// <inheritdoc/>
    public void Append(in ControlEntry entry)
    {
        var line = JsonSerializer.SerializeToUtf8Bytes(new
        {
            at = _time.GetUtcNow().ToString("o", CultureInfo.InvariantCulture),
            kind = entry.Kind,
            source = entry.Source.ToString("x16", CultureInfo.InvariantCulture),
            position = entry.Position,
            value = entry.Value,
            subject = entry.Subject,
            detail = entry.Detail,
        });
        _stream.Write(line);
        _stream.WriteByte((byte)'\n');
        _stream.Flush(flushToDisk: true);
        Count++;
    }

    /// <inheritdoc/>
    public IEnumerable<ControlEntry> Read(long from)
    {
        using var reader = new StreamReader(new FileStream(_path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        for (var number = 0L; reader.ReadLine() is { } line; number++)
        {
            if (number < from)
            {
                continue;
            }

            yield return Parse(line, number + 1);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _stream.Dispose();

    private ControlEntry Parse(string line, long number)
    {
        try
        {
            using var json = JsonDocument.Parse(line);
            var root = json.RootElement;
            return new ControlEntry(
                root.GetProperty("kind").GetString()!,
                ulong.Parse(root.GetProperty("source").GetString()!, NumberStyles.HexNumber, CultureInfo.InvariantCulture),
                root.GetProperty("position").GetInt64(),
                root.GetProperty("value").GetInt64(),
                root.GetProperty("subject").GetString()!,
                root.GetProperty("detail").GetString()!);
        }
        catch (Exception fault) when (fault is JsonException or FormatException or KeyNotFoundException or InvalidOperationException)
        {
            throw new InvalidDataException($"{_path}:{number}: damaged; the decisions from here on can't be obeyed. Take the line out to go on without it", fault);
        }
    }
}
