using SecStream.Core.Pipeline;

namespace SecStream.Host.Explain;

/// <summary>Stored events as a source, in the order of an index.</summary>
internal sealed class IndexedSource(IStoredEvents index) : IRecordSource
{
    private const int BatchRecords = 500;

    private int _next;

    /// <inheritdoc/>
    public string Name => index.Name;

    /// <inheritdoc/>
    public bool HasEnded => _next == index.Places.Count;

    /// <inheritdoc/>
    public bool TryRead(RecordBatch batch)
    {
        var length = 0;
        for (var end = Math.Min(_next + BatchRecords, index.Places.Count); _next < end; _next++)
        {
            var place = index.Places[_next];
            if (batch.Buffer.Length < length + place.Length)
            {
                var larger = new byte[Math.Max(64 * 1024, (length + place.Length) * 2)];
                batch.Buffer.AsSpan(0, length).CopyTo(larger);
                batch.Buffer = larger;
            }

            index.Read(place, batch.Buffer.AsSpan(length, place.Length));
            batch.Records.Add(new RecordSlice(length, place.Length, place.Offset));
            length += place.Length;
        }

        batch.EndPosition = _next;
        return batch.Records.Count > 0;
    }

    /// <summary>The document at a place.</summary>
    public byte[] ReadDocument(EventPlace place)
    {
        var bytes = new byte[place.Length];
        index.Read(place, bytes);
        return bytes;
    }

    /// <inheritdoc/>
    public void Save(BinaryWriter writer) => throw new NotSupportedException("a derivation is not resumed");

    /// <inheritdoc/>
    public void Restore(BinaryReader reader) => throw new NotSupportedException("a derivation is not resumed");

    /// <inheritdoc/>
    public void Dispose()
    {
        // The events belong to who opened them.
    }
}
