using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using SecStream.Core.Pipeline;

namespace SecStream.Connectors.Files;

/// <summary>
/// The control log in a folder, one JSON object a line, on disk before <see cref="Append(in ControlEntry)"/> returns. Files are named by the
/// number of their first entry. Decisions on idleness are as many as there are quiet seconds: <see cref="Forget"/> takes out those that nothing
/// needs any more; versions and the like stay. One writer; anybody may read.
/// </summary>
public sealed class FileControlLog : IControlLog, IDisposable
{
    private const long FileBytes = 8 << 20;
    private const string Extension = ".ndjson";

    private readonly string _directory;
    private readonly TimeProvider _time;
    private readonly ArrayBufferWriter<byte> _lines = new();
    private FileStream _stream;

    /// <summary>Opens or makes the log. A line torn by a crash at its end is cut off: its decision never took effect.</summary>
    public FileControlLog(string directory, TimeProvider time)
    {
        _directory = directory;
        _time = time;
        Directory.CreateDirectory(directory);
        var last = Files(directory).LastOrDefault();
        _stream = Open(last ?? PathOf(directory, 0));
        Count = last is null ? 0 : CutAndCount(last);
    }

    /// <inheritdoc/>
    public long Count { get; private set; }

    /// <summary>Told the number of the first line and the lines before they are written; when it throws, they are not.</summary>
    public Action<long, ReadOnlyMemory<byte>>? BeforeWrite { get; set; }

    /// <summary>
    /// Adds lines of another log of the same decisions to a folder: those that come after what it holds. Of two with one number the later one was taken: the
    /// earlier could not be written where it was made. Nobody may have the folder open.
    /// </summary>
    /// <exception cref="InvalidDataException">A line is damaged.</exception>
    public static void Merge(string directory, IEnumerable<byte[]> lines, TimeProvider time)
    {
        using var log = new FileControlLog(directory, time);
        var added = new SortedDictionary<long, string>();
        foreach (var line in lines.SelectMany(part => Encoding.UTF8.GetString(part).Split('\n', StringSplitOptions.RemoveEmptyEntries)))
        {
            if (!TryParse(line, out var parsed, out var fault))
            {
                throw new InvalidDataException("a decision that was handed on is damaged", fault);
            }

            if (parsed.Number >= log.Count)
            {
                added[parsed.Number] = line;
            }
        }

        foreach (var (number, line) in added)
        {
            log._stream.Write(Encoding.UTF8.GetBytes(line + "\n"));
            log.Count = number + 1;
        }

        log._stream.Flush(flushToDisk: true);
    }

    /// <summary>The lines before a number that <see cref="Forget"/> never takes out.</summary>
    public static byte[] Kept(string directory, long before)
    {
        var lines = new ArrayBufferWriter<byte>();
        var files = Files(directory);
        for (var i = 0; i < files.Count; i++)
        {
            var written = File.GetLastWriteTimeUtc(files[i]);
            foreach (var (number, entry) in ReadFile(files[i], isLast: i + 1 == files.Count).Where(e => e.Number < before && e.Entry.Kind != ControlKinds.Idle))
            {
                WriteLine(lines, number, entry, written);
            }
        }

        return lines.WrittenSpan.ToArray();
    }

    /// <summary>The entries of a log's folder from a number on, in order; an unfinished last line is left out.</summary>
    /// <exception cref="InvalidDataException">An entry is damaged.</exception>
    public static IEnumerable<ControlEntry> ReadFolder(string directory, long from = 0)
    {
        var files = Files(directory);
        for (var i = 0; i < files.Count; i++)
        {
            if (i + 1 < files.Count && NumberOf(files[i + 1]) <= from)
            {
                continue;
            }

            foreach (var (number, entry) in ReadFile(files[i], isLast: i + 1 == files.Count))
            {
                if (number >= from)
                {
                    yield return entry;
                }
            }
        }
    }

    /// <inheritdoc/>
    public void Append(in ControlEntry entry) => Append(new ReadOnlySpan<ControlEntry>(in entry));

    /// <inheritdoc/>
    public void Append(ReadOnlySpan<ControlEntry> entries)
    {
        if (_stream.Length >= FileBytes)
        {
            var next = Open(PathOf(_directory, Count));
            _stream.Dispose();
            _stream = next;
        }

        _lines.ResetWrittenCount();
        for (var i = 0; i < entries.Length; i++)
        {
            WriteLine(_lines, Count + i, entries[i], _time.GetUtcNow());
        }

        BeforeWrite?.Invoke(Count, _lines.WrittenMemory);
        var durable = _stream.Length;
        try
        {
            _stream.Write(_lines.WrittenSpan);
            _stream.Flush(flushToDisk: true);
        }
        catch (IOException)
        {
            // A half-written decision must not be obeyed later: it has not taken effect.
            _stream.SetLength(durable);
            _stream.Seek(durable, SeekOrigin.Begin);
            throw;
        }

        Count += entries.Length;
    }

    /// <inheritdoc/>
    public IEnumerable<ControlEntry> Read(long from) => ReadFolder(_directory, from);

    /// <summary>
    /// Takes idle decisions out of files all of whose entries lie before a number and that have not been written since a time.
    /// </summary>
    public void Forget(long before, DateTimeOffset writtenBefore)
    {
        var files = Files(_directory);
        for (var i = 0; i + 1 < files.Count && NumberOf(files[i + 1]) <= before && File.GetLastWriteTimeUtc(files[i]) < writtenBefore; i++)
        {
            var kept = ReadFile(files[i], isLast: false).Where(e => e.Entry.Kind != ControlKinds.Idle).ToList();
            if (kept.Count == 0)
            {
                File.Delete(files[i]);
            }
            else if (new FileInfo(files[i]).Length > kept.Count * 1024L)
            {
                Rewrite(files[i], kept);
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _stream.Dispose();

    private static void Rewrite(string path, List<(long Number, ControlEntry Entry)> kept)
    {
        var written = File.GetLastWriteTimeUtc(path);
        var lines = new ArrayBufferWriter<byte>();
        kept.ForEach(e => WriteLine(lines, e.Number, e.Entry, written));
        using (var file = new FileStream(path + ".tmp", FileMode.Create, FileAccess.Write, FileShare.None))
        {
            file.Write(lines.WrittenSpan);
            file.Flush(flushToDisk: true);
        }

        File.Move(path + ".tmp", path, overwrite: true);
        File.SetLastWriteTimeUtc(path, written);
    }

    private static void WriteLine(ArrayBufferWriter<byte> output, long number, in ControlEntry entry, DateTimeOffset at)
    {
        using (var json = new Utf8JsonWriter(output))
        {
            json.WriteStartObject();
            json.WriteNumber("n", number);
            json.WriteString("at", at.ToString("o", CultureInfo.InvariantCulture));
            json.WriteString("kind", entry.Kind);
            json.WriteString("source", entry.Source.ToString("x16", CultureInfo.InvariantCulture));
            json.WriteNumber("position", entry.Position);
            json.WriteNumber("value", entry.Value);
            json.WriteString("subject", entry.Subject);
            json.WriteString("detail", entry.Detail);
            json.WriteEndObject();
        }

        output.Write("\n"u8);
    }

    private static List<string> Files(string directory) =>
        Directory.Exists(directory)
            ? [.. Directory.EnumerateFiles(directory, "*" + Extension).Where(f => long.TryParse(Path.GetFileNameWithoutExtension(f), out _)).Order(StringComparer.Ordinal)]
            : [];

    private static string PathOf(string directory, long number) =>
        Path.Combine(directory, number.ToString("d16", CultureInfo.InvariantCulture) + Extension);

    private static long NumberOf(string path) => long.Parse(Path.GetFileNameWithoutExtension(path), CultureInfo.InvariantCulture);

    private static FileStream Open(string path) => new(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read | FileShare.Delete, bufferSize: 0);

    private long CutAndCount(string path)
    {
        var end = 0L;
        var buffer = new byte[64 * 1024];
        int read;
        for (var at = 0L; (read = _stream.Read(buffer)) > 0; at += read)
        {
            var newline = buffer.AsSpan(0, read).LastIndexOf((byte)'\n');
            end = newline >= 0 ? at + newline + 1 : end;
        }

        _stream.SetLength(end);
        _stream.Seek(end, SeekOrigin.Begin);
        return ReadFile(path, isLast: false).Select(e => e.Number + 1).DefaultIfEmpty(NumberOf(path)).Last();
    }

    private static IEnumerable<(long Number, ControlEntry Entry)> ReadFile(string path, bool isLast)
    {
        using var reader = new StreamReader(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete));
        var line = reader.ReadLine();
        for (var number = 1L; line is not null; number++)
        {
            var next = reader.ReadLine();
            if (isLast && next is null && !TryParse(line, out _, out _))
            {
                // Being written just now, or torn by a crash: not in force.
                yield break;
            }

            yield return TryParse(line, out var parsed, out var fault)
                ? parsed
                : throw new InvalidDataException($"{path}:{number}: damaged; the decisions from here on can't be obeyed. Take the line out to go on without it", fault);
            line = next;
        }
    }

    private static bool TryParse(string line, out (long Number, ControlEntry Entry) parsed, out Exception? fault)
    {
        (parsed, fault) = (default, null);
        try
        {
            using var json = JsonDocument.Parse(line);
            var root = json.RootElement;
            parsed = (root.GetProperty("n").GetInt64(), new ControlEntry(
                root.GetProperty("kind").GetString()!,
                ulong.Parse(root.GetProperty("source").GetString()!, NumberStyles.HexNumber, CultureInfo.InvariantCulture),
                root.GetProperty("position").GetInt64(),
                root.GetProperty("value").GetInt64(),
                root.GetProperty("subject").GetString()!,
                root.GetProperty("detail").GetString()!));
            return true;
        }
        catch (Exception damage) when (damage is JsonException or FormatException or KeyNotFoundException or InvalidOperationException or OverflowException)
        {
            // The caller decides what a damaged line means where it stands.
            fault = damage;
            return false;
        }
    }
}
