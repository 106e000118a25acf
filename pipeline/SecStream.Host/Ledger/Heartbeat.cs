using System.Text.Json;

namespace SecStream.Host.Ledger;

/// <summary><c>state/heartbeat.json</c>: that the service ran at a moment, and what its collector remembered. Replaced as a whole.</summary>
/// <param name="At">When it ran.</param>
/// <param name="Memory">What is to be remembered.</param>
public sealed record Heartbeat(DateTimeOffset At, CollectorMemory Memory)
{
    private static readonly JsonSerializerOptions s_json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    /// <summary>Reads the file; null when there is none. Of a damaged one its modification time is left.</summary>
    public static Heartbeat? Read(string path)
    {
        if (!File.Exists(path))
        {
            return null;
        }

        try
        {
            if (JsonSerializer.Deserialize<Heartbeat>(File.ReadAllBytes(path), s_json) is { Memory: not null } heartbeat)
            {
                return heartbeat;
            }
        }
        catch (JsonException)
        {
            // What was remembered is a convenience and can be learned again.
        }

        return new Heartbeat(new DateTimeOffset(File.GetLastWriteTimeUtc(path), TimeSpan.Zero), new CollectorMemory());
    }

    /// <summary>Writes the file.</summary>
    /// <exception cref="IOException">It can't be written.</exception>
    public void Write(string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        var temporary = path + ".tmp";
        using (var file = new FileStream(temporary, FileMode.Create, FileAccess.Write, FileShare.None))
        {
            JsonSerializer.Serialize(file, this, s_json);
            file.Flush(flushToDisk: true);
        }

        File.Move(temporary, path, overwrite: true);
    }
}
