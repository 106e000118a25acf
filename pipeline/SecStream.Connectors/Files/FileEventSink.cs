using SecStream.Core.Pipeline;

namespace SecStream.Connectors.Files;

/// <summary>Writes event documents and dead letters to two files, one document a line.</summary>
public sealed class FileEventSink : IEventSink, IDisposable
{
    private readonly FileStream _events;
    private readonly FileStream _deadLetters;

    /// <summary>Opens (and, unless resuming, empties) <c>events.ndjson</c> and <c>dead-letters.ndjson</c> in a folder.</summary>
    public FileEventSink(string directory, bool append = false)
    {
        Directory.CreateDirectory(directory);
        _events = Open(Path.Combine(directory, "events.ndjson"), append);
        _deadLetters = Open(Path.Combine(directory, "dead-letters.ndjson"), append);
    }

    /// <inheritdoc/>
    public void Write(IngestOutput output)
    {
        _events.Write(output.Events.Written);
        _deadLetters.Write(output.DeadLetters.Written);
    }

    /// <inheritdoc/>
    public void Save(BinaryWriter writer)
    {
        _events.Flush(flushToDisk: true);
        _deadLetters.Flush(flushToDisk: true);
        writer.Write(_events.Length);
        writer.Write(_deadLetters.Length);
    }

    /// <inheritdoc/>
    public void Restore(BinaryReader reader)
    {
        Truncate(_events, reader.ReadInt64());
        Truncate(_deadLetters, reader.ReadInt64());
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _events.Dispose();
        _deadLetters.Dispose();
    }

    private static FileStream Open(string path, bool append)
    {
        var stream = new FileStream(path, append ? FileMode.OpenOrCreate : FileMode.Create, FileAccess.Write, FileShare.Read, bufferSize: 0);
        stream.Seek(0, SeekOrigin.End);
        return stream;
    }

    /// <summary>What was written after the saved state will be written again.</summary>
    private static void Truncate(FileStream stream, long length)
    {
        if (stream.Length < length)
        {
            throw new InvalidDataException($"{stream.Name} holds {stream.Length} bytes, the snapshot was taken at {length}: the file has been cut since");
        }

        stream.SetLength(length);
        stream.Seek(0, SeekOrigin.End);
    }
}
