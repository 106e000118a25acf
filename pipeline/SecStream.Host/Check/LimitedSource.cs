using SecStream.Core.Pipeline;

namespace SecStream.Host.Check;

/// <summary>The beginning of a source: ends after some records.</summary>
internal sealed class LimitedSource(IRecordSource source, long maxRecords) : IRecordSource
{
    private long _records;

    /// <summary>Records were left unread.</summary>
    public bool IsCut { get; private set; }

    /// <inheritdoc/>
    public string Name => source.Name;

    /// <inheritdoc/>
    public bool HasEnded => IsCut || source.HasEnded;

    /// <inheritdoc/>
    public bool TryRead(RecordBatch batch)
    {
        if (IsCut || !source.TryRead(batch))
        {
            return false;
        }

        _records += batch.Records.Count;
        if (maxRecords > 0 && _records > maxRecords)
        {
            var keep = batch.Records.Count - (int)Math.Min(batch.Records.Count, _records - maxRecords);
            batch.Records.RemoveRange(keep, batch.Records.Count - keep);
            IsCut = true;
        }

        return batch.Records.Count > 0;
    }

    /// <inheritdoc/>
    public void Save(BinaryWriter writer) => source.Save(writer);

    /// <inheritdoc/>
    public void Restore(BinaryReader reader) => source.Restore(reader);

    /// <inheritdoc/>
    public void Dispose() => source.Dispose();
}
