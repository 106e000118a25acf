using System.Text;
using SecStream.Core.Observations;
using SecStream.Core.Pipeline;

namespace SecStream.Host.Derivation;

/// <summary>A source of lines made in memory; positions are the lines' numbers. Read once.</summary>
internal sealed class MemorySource(string name, IEnumerable<string> lines) : IRecordSource
{
    private const int BatchRecords = 500;

    private readonly IEnumerator<string> _lines = lines.GetEnumerator();
    private readonly ulong _hash = EventId.SourceHash("", name);
    private long _position;

    /// <inheritdoc/>
    public string Name => name;

    /// <inheritdoc/>
    public bool HasEnded { get; private set; }

    /// <inheritdoc/>
    public bool TryRead(RecordBatch batch)
    {
        var length = 0;
        while (batch.Records.Count < BatchRecords && !HasEnded)
        {
            if (!_lines.MoveNext())
            {
                HasEnded = true;
                break;
            }

            var bytes = Encoding.UTF8.GetByteCount(_lines.Current);
            if (batch.Buffer.Length < length + bytes)
            {
                var larger = new byte[Math.Max(4096, (length + bytes) * 2)];
                batch.Buffer.AsSpan(0, length).CopyTo(larger);
                batch.Buffer = larger;
            }

            Encoding.UTF8.GetBytes(_lines.Current, batch.Buffer.AsSpan(length));
            batch.Records.Add(new RecordSlice(length, bytes, _position++));
            length += bytes;
        }

        batch.EndPosition = _position;
        batch.SourceHash = _hash;
        return batch.Records.Count > 0;
    }

    /// <inheritdoc/>
    public void Save(BinaryWriter writer) => throw new NotSupportedException("a run in memory is not resumed");

    /// <inheritdoc/>
    public void Restore(BinaryReader reader) => throw new NotSupportedException("a run in memory is not resumed");

    /// <inheritdoc/>
    public void Dispose() => _lines.Dispose();
}
