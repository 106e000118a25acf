using System.Buffers;
using System.Security.Cryptography;
using System.Text.Json;

namespace SecStream.Connectors.Embedded;

/// <summary>
/// <c>audit/decisions.ndjson</c>: every decision, in order, flushed to disk before it takes effect. Each line names the SHA-256 of the line before it,
/// so that a line changed or taken out shows. Several processes may append (a command beside the service): a lock file lets one at a time.
/// </summary>
public sealed class DecisionLog
{
    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(30);

    private readonly TimeProvider _time;

    /// <summary>A log in a folder, which is made with the first decision.</summary>
    public DecisionLog(string directory, TimeProvider time)
    {
        FilePath = Path.Combine(Path.GetFullPath(directory), "decisions.ndjson");
        _time = time;
    }

    /// <summary>The file.</summary>
    public string FilePath { get; }

    /// <summary>
    /// Follows the chain from the first line to the last. Null: every line is as it was written; else the first that is not. That the file was cut
    /// at its end can't be seen from the file: keep the count, or the last hash, elsewhere.
    /// </summary>
    public string? Verify()
    {
        var before = new string('0', 64);
        var number = 0L;
        foreach (var (line, _) in Lines(0))
        {
            number++;
            string? named = null;
            try
            {
                using var parsed = JsonDocument.Parse(line);
                named = parsed.RootElement.TryGetProperty("prev", out var text) ? text.GetString() : null;
            }
            catch (Exception fault) when (fault is JsonException or InvalidOperationException)
            {
                return $"{FilePath}:{number}: not a decision; the line is damaged";
            }

            if (named != before)
            {
                return $"{FilePath}:{number}: does not follow from the line before it; that one or this one was changed, or lines were taken out between them";
            }

            before = HashOf(line.Span);
        }

        return null;
    }

    /// <summary>The decisions from a byte on, with the byte behind each; null for lines that can't be read.</summary>
    internal IEnumerable<(Decision? Decision, long End)> Read(long from)
    {
        foreach (var (line, end) in Lines(from))
        {
            yield return (DecisionFormat.Read(line), end);
        }
    }

    /// <summary>Bytes of the log; 0 when there is none.</summary>
    internal long Length => File.Exists(FilePath) ? new FileInfo(FilePath).Length : 0;

    /// <summary>Waits for the turn of this process and does the work in it.</summary>
    /// <exception cref="IOException">Another process does not let go, or the folder can't be written.</exception>
    internal async Task<T> TakeTurnAsync<T>(Func<T> work, CancellationToken cancellation)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(FilePath)!);
        using var turn = await LockAsync(cancellation).ConfigureAwait(false);
        return work();
    }

    /// <summary>Appends decisions, all or none; durable when it returns. Within a turn.</summary>
    internal void Append(IEnumerable<Decision> decisions)
    {
        using var file = new FileStream(FilePath, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite, bufferSize: 0);
        var (end, before) = LastLine(file);
        file.SetLength(end);
        file.Seek(end, SeekOrigin.Begin);
        var buffer = new ArrayBufferWriter<byte>();
        foreach (var decision in decisions)
        {
            var start = buffer.WrittenCount;
            using (var json = new Utf8JsonWriter(buffer))
            {
                json.WriteStartObject();
                json.WriteString("prev", before);
                DecisionFormat.Write(json, decision);
                json.WriteEndObject();
            }

            before = HashOf(buffer.WrittenSpan[start..]);
            buffer.Write("\n"u8);
        }

        try
        {
            file.Write(buffer.WrittenSpan);
            file.Flush(flushToDisk: true);
        }
        catch
        {
            // A full disk: nobody is told that it was decided, so it must not stand there.
            file.SetLength(end);
            throw;
        }
    }

    private static string HashOf(ReadOnlySpan<byte> line) => Convert.ToHexStringLower(SHA256.HashData(line));

    /// <summary>Where the last whole line ends (a torn one behind it never counted), and its hash.</summary>
    private static (long End, string Hash) LastLine(FileStream file)
    {
        for (var take = 4096L; ; take *= 4)
        {
            var start = Math.Max(0, file.Length - take);
            var tail = new byte[file.Length - start];
            file.Seek(start, SeekOrigin.Begin);
            file.ReadExactly(tail);
            var last = tail.AsSpan().LastIndexOf((byte)'\n');
            var before = last > 0 ? tail.AsSpan(0, last).LastIndexOf((byte)'\n') : -1;
            if (last >= 0 && (before >= 0 || start == 0))
            {
                return (start + last + 1, HashOf(tail.AsSpan((before + 1)..last)));
            }

            if (start == 0)
            {
                return (0, new string('0', 64));
            }
        }
    }

    private IEnumerable<(ReadOnlyMemory<byte> Line, long End)> Lines(long from)
    {
        if (!File.Exists(FilePath))
        {
            yield break;
        }

        using var file = new FileStream(FilePath, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
        file.Seek(from, SeekOrigin.Begin);
        var buffer = new byte[64 << 10];
        var (length, read, place) = (0, 0, from);
        while ((read = file.Read(buffer, length, buffer.Length - length)) > 0)
        {
            length += read;
            var start = 0;
            for (int newline; (newline = buffer.AsSpan(start, length - start).IndexOf((byte)'\n')) >= 0; start += newline + 1)
            {
                place += newline + 1;
                yield return (buffer.AsMemory(start, newline).ToArray(), place);
            }

            buffer.AsSpan(start, length - start).CopyTo(buffer);
            length -= start;
            if (length == buffer.Length)
            {
                Array.Resize(ref buffer, buffer.Length * 2);
            }
        }
    }

    private async Task<FileStream> LockAsync(CancellationToken cancellation)
    {
        var started = _time.GetTimestamp();
        while (true)
        {
            try
            {
                return new FileStream(FilePath + ".lock", FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException) when (_time.GetElapsedTime(started) < s_limit)
            {
                // Another decision is being written; that takes milliseconds.
            }

            await Task.Delay(s_look, _time, cancellation).ConfigureAwait(false);
        }
    }
}
