using System.Text.Json;
using SecStream.Core.Pipeline;

namespace SecStream.Host.DeadLetters;

/// <summary>Takes dead letters that are to be read again into a journal: lines of <c>{"bytes":"base64"}</c>, all or none.</summary>
internal static class RetryIntake
{
    private const int MaxLineChars = 32 << 20;

    /// <summary>Reads the lines and appends the records; how many, when they are durable.</summary>
    /// <exception cref="FormatException">A line is none of these.</exception>
    /// <exception cref="IOException">They could not be made durable.</exception>
    public static async Task<long> TakeAsync(IRecordJournal journal, Stream body, CancellationToken cancellation)
    {
        var entries = new JournalEntries();
        using var reader = new StreamReader(body);
        for (var number = 1; await reader.ReadLineAsync(cancellation).ConfigureAwait(false) is { } line; number++)
        {
            if (line.Length > 0)
            {
                entries.Add(Bytes(line, number));
            }
        }

        await journal.AppendAsync(entries, cancellation).ConfigureAwait(false);
        return entries.Count;
    }

    private static byte[] Bytes(string line, int number)
    {
        try
        {
            using var json = JsonDocument.Parse(line.Length <= MaxLineChars ? line : "");
            return json.RootElement.GetProperty("bytes").GetBytesFromBase64();
        }
        catch (Exception fault) when (fault is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw new FormatException($"line {number}: send {{\"bytes\":\"base64 of the record\"}}", fault);
        }
    }
}
