using System.Buffers;
using System.Text.Json;

namespace SecStream.Host.Ledger;

/// <summary>
/// A line of <c>ledger.ndjson</c>: what happened (<c>open</c>, <c>update</c>, <c>close</c>, <c>span</c>) and the whole entry as it stands after it,
/// so that the last line of an id counts and none needs another.
/// </summary>
internal static class LedgerLine
{
    private const int MaxSubject = 256;
    private const int MaxDetail = 1000;

    /// <summary>An entry with texts of bounded length that UTF-8 can carry.</summary>
    public static string Bounded(string text, int length)
    {
        var cut = text.Length <= length ? text : char.IsHighSurrogate(text[length - 1]) ? text[..(length - 1)] : text[..length];
        return System.Text.Encoding.UTF8.GetString(System.Text.Encoding.UTF8.GetBytes(cut));
    }

    /// <summary>A subject of bounded length.</summary>
    public static string Subject(string text) => Bounded(text, MaxSubject);

    /// <summary>A detail of bounded length.</summary>
    public static string Detail(string text) => Bounded(text, MaxDetail);

    /// <summary>Writes a line with its end.</summary>
    public static void Write(IBufferWriter<byte> output, string happened, LedgerEntry entry)
    {
        using (var json = new Utf8JsonWriter(output))
        {
            json.WriteStartObject();
            json.WriteString("op", happened);
            json.WriteString("id", entry.Id);
            json.WriteString("kind", entry.Kind);
            json.WriteString("subject", entry.Subject);
            json.WriteString("detail", entry.Detail);
            json.WriteString("since", LedgerEntry.FormatTime(entry.Since));
            if (entry.Until is { } until)
            {
                json.WriteString("until", LedgerEntry.FormatTime(until));
                json.WriteString("cleared", entry.Cleared ?? "");
            }

            json.WriteNumber("count", entry.Count);
            json.WriteEndObject();
        }

        output.Write("\n"u8);
    }

    /// <summary>An entry as a document of its own, for those who ask for it.</summary>
    public static ReadOnlyMemory<byte> Document(LedgerEntry entry)
    {
        var output = new ArrayBufferWriter<byte>();
        Write(output, entry.IsOpen ? "open" : "span", entry);
        return output.WrittenMemory[..^1];
    }

    /// <summary>Reads a line; null when it is none.</summary>
    public static LedgerEntry? Read(ReadOnlyMemory<byte> line)
    {
        try
        {
            using var json = JsonDocument.Parse(line);
            var root = json.RootElement;
            var until = root.TryGetProperty("until", out var end) ? LedgerEntry.ParseTime(end.GetString()!) : (DateTimeOffset?)null;
            return new LedgerEntry(
                root.GetProperty("id").GetString()!,
                root.GetProperty("kind").GetString()!,
                root.GetProperty("subject").GetString()!,
                root.GetProperty("detail").GetString()!,
                LedgerEntry.ParseTime(root.GetProperty("since").GetString()!),
                until,
                root.GetProperty("count").GetInt64(),
                until is null ? null : root.GetProperty("cleared").GetString());
        }
        catch (Exception fault) when (fault is JsonException or KeyNotFoundException or InvalidOperationException or FormatException or ArgumentNullException)
        {
            // A damaged line: the caller counts it and says so.
            return null;
        }
    }
}
