using System.Buffers;

namespace SecStream.Core.Pipeline.State;

/// <summary>
/// What a standstill took: all of the state, or what changed since the one before. Made by many threads in turn, then owned by whoever writes it.
/// Its memory goes back to the pool when disposed.
/// </summary>
public sealed class StateDelta(bool isFull) : IDisposable
{
    private readonly List<ArraySegment<byte>> _chunks = [];

    /// <summary>Whether it is all of the state.</summary>
    public bool IsFull { get; } = isFull;

    /// <summary>Bytes of the entries.</summary>
    public long Bytes { get; private set; }

    /// <summary>How long work stood still for it.</summary>
    public TimeSpan Standstill { get; set; }

    /// <summary>Takes over what a buffer holds. Keys of one buffer are not in another of the same standstill.</summary>
    public void Add(StateBuffer buffer)
    {
        buffer.Complete();
        foreach (var chunk in buffer.Chunks)
        {
            _chunks.Add(chunk);
            Bytes += chunk.Count;
        }

        buffer.Chunks.Clear();
    }

    /// <summary>The entries in order, each key once: its last word.</summary>
    public StateReader Sorted() => new SortedStateReader(_chunks);

    /// <summary>This and what came after it as one; both are used up. Bounded by the state, however often it happens.</summary>
    public StateDelta Then(StateDelta newer)
    {
        if (newer.IsFull)
        {
            Dispose();
            return newer;
        }

        using var both = new StateDelta(IsFull);
        both._chunks.AddRange(_chunks);
        both._chunks.AddRange(newer._chunks);
        _chunks.Clear();
        newer._chunks.Clear();
        using var buffer = new StateBuffer();
        using var sorted = both.Sorted();
        while (sorted.Read())
        {
            if (!sorted.IsDeleted)
            {
                buffer.Put(sorted.Place, sorted.Key).Write(sorted.Value);
            }
            else if (!IsFull)
            {
                buffer.Delete(sorted.Place, sorted.Key);
            }
        }

        var merged = new StateDelta(IsFull) { Standstill = newer.Standstill };
        merged.Add(buffer);
        return merged;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _chunks.ForEach(chunk => ArrayPool<byte>.Shared.Return(chunk.Array!));
        _chunks.Clear();
    }
}
