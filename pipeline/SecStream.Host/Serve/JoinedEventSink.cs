using SecStream.Core.Pipeline;

namespace SecStream.Host.Serve;

/// <summary>
/// Event documents go to the local store, and beside it to others (Elasticsearch). What each needs to go on is saved under its name, so that one may
/// come or go with the configuration.
/// </summary>
/// <param name="local">The local store; it keeps dead letters even when it keeps no events.</param>
/// <param name="others">The others, by name.</param>
/// <param name="features">Windows for training, which have to be durable before a snapshot that has let go of them counts; null: none are kept.</param>
internal sealed class JoinedEventSink(IEventSink local, IReadOnlyList<(string Name, IEventSink Sink)> others, WaitingFeatureSink? features = null) : IEventSink
{
    /// <inheritdoc/>
    public void Write(IngestOutput output)
    {
        local.Write(output);
        foreach (var (_, sink) in others)
        {
            sink.Write(output);
        }
    }

    /// <inheritdoc/>
    public void Save(BinaryWriter writer)
    {
        local.Save(writer);
        writer.Write(others.Count);
        foreach (var (name, sink) in others)
        {
            using var state = new MemoryStream();
            using var inner = new BinaryWriter(state);
            sink.Save(inner);
            inner.Flush();
            writer.Write(name);
            writer.Write((int)state.Length);
            writer.Write(state.GetBuffer().AsSpan(0, (int)state.Length));
        }
    }

    /// <inheritdoc/>
    public Task MakeDurableAsync(CancellationToken cancellation) =>
        Task.WhenAll(others.Select(other => other.Sink.MakeDurableAsync(cancellation)).Append(local.MakeDurableAsync(cancellation)).Append(features?.FlushAsync(cancellation) ?? Task.CompletedTask));

    /// <inheritdoc/>
    public void Committed()
    {
        local.Committed();
        foreach (var (_, sink) in others)
        {
            sink.Committed();
        }
    }

    /// <inheritdoc/>
    public void Restore(BinaryReader reader)
    {
        local.Restore(reader);
        if (reader.BaseStream.Position == reader.BaseStream.Length)
        {
            // Saved by a version that knew no others.
            return;
        }

        for (var left = reader.ReadInt32(); left > 0; left--)
        {
            var (name, length) = (reader.ReadString(), reader.ReadInt32());
            using var state = new MemoryStream(reader.ReadBytes(length));
            using var inner = new BinaryReader(state);

            // One that is configured no more has no use for its place.
            others.FirstOrDefault(other => other.Name == name).Sink?.Restore(inner);
        }
    }
}
