using SecStream.Core.Observations;
using SecStream.Core.Pipeline;

namespace SecStream.Conformance.Tests.Harness;

/// <summary>A source partition held in memory: lines at the positions a file would give them. Lines may hold any bytes, line feeds too.</summary>
internal sealed class MemorySource : IRecordSource
{
    private readonly IReadOnlyList<byte[]> _lines;
    private readonly int _batchSize;
    private readonly Random? _hiccups;
    private readonly ulong _hash;
    private int _next;
    private long _position;

    /// <param name="name">Name, and what the source is known by in event ids.</param>
    /// <param name="lines">The lines.</param>
    /// <param name="batchSize">Lines a batch, at most.</param>
    /// <param name="hiccupSeed">Not null: now and then there is "nothing just now", which changes how partitions interleave.</param>
    public MemorySource(string name, IReadOnlyList<byte[]> lines, int batchSize, int? hiccupSeed)
    {
        Name = name;
        _lines = lines;
        _batchSize = batchSize;
        _hiccups = hiccupSeed is { } seed ? new Random(seed) : null;
        _hash = EventId.SourceHash("default", name);
    }

    public string Name { get; }

    /// <summary>Lines read so far.</summary>
    public int Read => _next;

    public bool HasEnded => _next == _lines.Count;

    public bool TryRead(RecordBatch batch)
    {
        if (HasEnded || _hiccups?.Next(3) == 0)
        {
            return false;
        }

        var end = Math.Min(_lines.Count, _next + _batchSize);
        var bytes = 0;
        for (var i = _next; i < end; i++)
        {
            bytes += _lines[i].Length;
        }

        // A batch belongs to the pipeline until it comes back, so each gets bytes of its own.
        batch.Buffer = new byte[bytes];
        batch.SourceHash = _hash;
        var at = 0;
        for (; _next < end; _next++)
        {
            var line = _lines[_next];
            line.CopyTo(batch.Buffer, at);
            batch.Records.Add(new RecordSlice(at, line.Length, _position));
            at += line.Length;
            _position += line.Length + 1;
        }

        batch.EndPosition = _position;
        return true;
    }

    public void Save(BinaryWriter writer)
    {
        writer.Write(_next);
        writer.Write(_position);
    }

    public void Restore(BinaryReader reader)
    {
        _next = reader.ReadInt32();
        _position = reader.ReadInt64();
    }

    public void Dispose()
    {
        // Nothing is held.
    }
}
