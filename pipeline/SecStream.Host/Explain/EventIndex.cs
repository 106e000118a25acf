using System.Globalization;
using System.Text.Json;
using Microsoft.Win32.SafeHandles;
using SecStream.Core.Events;
using SecStream.Host.Documents;

namespace SecStream.Host.Explain;

/// <summary>
/// The events of a file that were evaluated in a span of time, in order of that time. Holds places only, so its memory is 24 bytes an event.
/// </summary>
internal sealed class EventIndex : IStoredEvents
{
    private const int MaxLineBytes = 64 << 20;
    private static readonly byte[] s_start = "{\"@timestamp\":\""u8.ToArray();

    private readonly List<EventPlace> _places = [];
    private SafeFileHandle? _file;

    private EventIndex(string path) => Path = path;

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <inheritdoc/>
    public string Name => Path;

    /// <inheritdoc/>
    public IReadOnlyList<EventPlace> Places => _places;

    /// <summary>Lines that are no events, with the first of them.</summary>
    public List<BadLine> BadLines { get; } = [];

    /// <inheritdoc/>
    public IEnumerable<string> Faults => BadLines.Select(line => line.ToString());

    /// <inheritdoc/>
    public void Read(EventPlace place, Span<byte> destination)
    {
        _file ??= File.OpenHandle(Path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        if (RandomAccess.Read(_file, destination, place.Offset) != destination.Length)
        {
            throw new InvalidDataException($"{Path} has become shorter while it was read");
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _file?.Dispose();

    /// <summary>Reads a file; times inclusive. A last line without its end is being written and is left out.</summary>
    /// <exception cref="IOException">The file can't be read.</exception>
    public static EventIndex Read(string path, long from, long to, CancellationToken cancellation)
    {
        var index = new EventIndex(path);
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0, FileOptions.SequentialScan);
        var buffer = new byte[1 << 20];
        var (length, read) = (0, 0);
        var (offset, line) = (0L, 0L);
        while ((read = file.Read(buffer, length, buffer.Length - length)) > 0)
        {
            cancellation.ThrowIfCancellationRequested();
            length += read;
            var start = 0;
            int newline;
            while ((newline = buffer.AsSpan(start, length - start).IndexOf((byte)'\n')) >= 0)
            {
                index.Add(buffer.AsMemory(start, newline), offset + start, ++line, from, to);
                start += newline + 1;
            }

            buffer.AsSpan(start, length - start).CopyTo(buffer);
            length -= start;
            offset += start;
            if (length == buffer.Length)
            {
                Array.Resize(
                    ref buffer,
                    buffer.Length < MaxLineBytes ? buffer.Length * 2 : throw new InvalidDataException($"{path}:{line + 1}: a line of more than {MaxLineBytes >> 20} MiB"));
            }
        }

        // Stable, so that events of one time stay in the order of the file; their ids decide in the end.
        var sorted = index._places.OrderBy(p => p.Time).ToList();
        index._places.Clear();
        index._places.AddRange(sorted);
        return index;
    }

    private void Add(ReadOnlyMemory<byte> line, long offset, long number, long from, long to)
    {
        if (line.Span.Trim(" \t\r"u8).IsEmpty)
        {
            return;
        }

        if (!TryReadTime(line, out var time))
        {
            BadLines.Add(new BadLine(Path, number, "not an event document; it is left out"));
        }
        else if (time >= from && time <= to)
        {
            _places.Add(new EventPlace(time, offset, line.Length));
        }
    }

    /// <summary>Our documents of lines begin with their time; what came as JSON is taken apart.</summary>
    private static bool TryReadTime(ReadOnlyMemory<byte> line, out long time)
    {
        var span = line.Span;
        if (span.StartsWith(s_start) && span.IndexOf("evaluated_at"u8) < 0)
        {
            var value = span[s_start.Length..];
            var end = value.IndexOf((byte)'"');
            if (end > 0 && TryParse(value[..end], out time))
            {
                return true;
            }
        }

        time = 0;
        try
        {
            using var document = JsonDocument.Parse(line);
            var found = DocumentFields.Time(document.RootElement, "secstream.evaluated_at") ?? DocumentFields.Time(document.RootElement, "@timestamp");
            time = found ?? 0;
            return found is not null;
        }
        catch (JsonException)
        {
            // Reported by the caller, with the line's number.
            return false;
        }
    }

    /// <summary>A time as our writer writes it.</summary>
    private static bool TryParse(ReadOnlySpan<byte> text, out long time)
    {
        time = 0;
        Span<char> characters = stackalloc char[32];
        if (text.Length > characters.Length || System.Text.Ascii.ToUtf16(text, characters, out var count) != System.Buffers.OperationStatus.Done)
        {
            return false;
        }

        var isTime = DateTimeOffset.TryParseExact(
            characters[..count], "yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var instant);
        time = isTime ? EventClock.ToMicroseconds(instant) : 0;
        return isTime;
    }
}
