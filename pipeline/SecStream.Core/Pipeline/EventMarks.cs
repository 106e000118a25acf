using System.Runtime.InteropServices;
using SecStream.Core.Text;

namespace SecStream.Core.Pipeline;

/// <summary>What a store needs to know of a document without reading it.</summary>
/// <param name="Start">First byte in <see cref="IngestOutput.Events"/>.</param>
/// <param name="Length">Bytes, with the line end.</param>
/// <param name="Time">Event time, microseconds since 1970 UTC.</param>
/// <param name="Evaluated">Time it was evaluated at; another than its own for a skewed event.</param>
/// <param name="RetentionDays">Retention class: days it is kept.</param>
/// <param name="FirstHash">Where its hashes begin.</param>
/// <param name="HashCount">How many it has: of its id, and of each indexed field it has (<see cref="Queries.EventHash"/>).</param>
public readonly record struct EventMark(int Start, int Length, long Time, long Evaluated, int RetentionDays, int FirstHash, int HashCount)
{
    /// <summary>Where its names begin (<see cref="EventMarks.AddNames"/>).</summary>
    public int FirstName { get; init; }

    /// <summary>Bytes of its <c>event.id</c>; 0: it was not noted.</summary>
    public int IdLength { get; init; }

    /// <summary>Bytes of its <c>event.dataset</c>; 0: it has none, or it was not noted.</summary>
    public int DatasetLength { get; init; }
}

/// <summary>The marks of a batch of documents. Pooled with its output; not thread-safe.</summary>
public sealed class EventMarks
{
    private readonly List<EventMark> _marks = [];
    private readonly List<ulong> _hashes = [];
    private readonly ByteWriter _names = new();

    /// <summary>The marks, in the order of the documents; good until the next change.</summary>
    public ReadOnlySpan<EventMark> All => CollectionsMarshal.AsSpan(_marks);

    /// <summary>Hashes noted so far.</summary>
    public int HashCount => _hashes.Count;

    /// <summary>The hashes of a mark; good until the next change.</summary>
    public ReadOnlySpan<ulong> Hashes(in EventMark mark) => CollectionsMarshal.AsSpan(_hashes).Slice(mark.FirstHash, mark.HashCount);

    /// <summary>The <c>event.id</c> of a mark, UTF-8 without escapes; empty when it was not noted. Good until the next change.</summary>
    public ReadOnlySpan<byte> Id(in EventMark mark) => _names.Written.Slice(mark.FirstName, mark.IdLength);

    /// <summary>The <c>event.dataset</c> of a mark, likewise.</summary>
    public ReadOnlySpan<byte> Dataset(in EventMark mark) => _names.Written.Slice(mark.FirstName + mark.IdLength, mark.DatasetLength);

    /// <summary>Notes id and dataset of the document whose mark is added next; returns where they begin.</summary>
    public int AddNames(ReadOnlySpan<byte> id, ReadOnlySpan<byte> dataset)
    {
        var first = _names.Length;
        _names.Write(id);
        _names.Write(dataset);
        return first;
    }

    /// <summary>Notes a hash of the document whose mark is added next.</summary>
    public void AddHash(ulong hash) => _hashes.Add(hash);

    /// <summary>Adds the mark of a document.</summary>
    public void Add(in EventMark mark) => _marks.Add(mark);

    /// <summary>Forgets all, keeps the memory.</summary>
    public void Clear()
    {
        _marks.Clear();
        _hashes.Clear();
        _names.Reset();
    }
}
