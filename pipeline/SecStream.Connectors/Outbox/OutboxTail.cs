using SecStream.Core.Alerts;

namespace SecStream.Connectors.Outbox;

/// <summary>Follows the outbox of a service that may run in another process. What it shows may not be durable yet. Single-threaded.</summary>
public sealed class OutboxTail : IDisposable
{
    private readonly OutboxFolder _folder;
    private readonly OutboxReader _reader;

    /// <summary>Begins at the end of what is there.</summary>
    /// <param name="directory">The folder: <c>data/alerts</c>. It may not be there yet.</param>
    public OutboxTail(string directory)
    {
        _folder = new OutboxFolder(directory);
        _reader = new OutboxReader(_folder, End(), new OutboxOptions());
    }

    /// <summary>What has come since the last call, at most a batch; none: nothing.</summary>
    public IReadOnlyList<OutboxEntry> Read() => Directory.Exists(_folder.Directory) ? _reader.Read(End()) : [];

    /// <inheritdoc/>
    public void Dispose() => _reader.Dispose();

    private long End()
    {
        var segments = Directory.Exists(_folder.Directory) ? _folder.List() : [];
        return segments.Count == 0 ? 0
            : segments[^1].IsCompressed ? segments[^1].Start
            : segments[^1].Start + new FileInfo(segments[^1].Path).Length;
    }
}
