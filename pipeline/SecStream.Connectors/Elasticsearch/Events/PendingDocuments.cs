using System.Text;
using SecStream.Connectors.Elasticsearch.Client;

namespace SecStream.Connectors.Elasticsearch.Events;

/// <summary>The documents of a chunk that are not in the cluster yet; used again with it. Not thread-safe.</summary>
internal sealed class PendingDocuments(SpoolChunk chunk)
{
    private readonly SpoolChunk _chunk = chunk;
    private int[] _left = [];
    private bool[] _isDone = [];
    private Dictionary<int, ReadOnlyMemory<byte>>? _replaced;

    /// <summary>How many are left.</summary>
    public int Count { get; private set; }

    /// <summary>The least time from which on one of them may have been sent.</summary>
    public long Oldest { get; private set; }

    /// <summary>Some may have been taken though nobody said so: a request was not answered.</summary>
    public bool IsSuspect { get; set; }

    /// <summary>All documents of the chunk as it is now.</summary>
    public void Begin()
    {
        Count = _chunk.Count;
        if (_left.Length < Count)
        {
            (_left, _isDone) = (new int[Count], new bool[Count]);
        }

        Array.Clear(_isDone);
        (_replaced, IsSuspect, Oldest) = (null, false, long.MaxValue);
        var items = _chunk.Items;
        for (var i = 0; i < items.Length; i++)
        {
            _left[i] = i;
            Oldest = Math.Min(Oldest, items[i].Since);
        }
    }

    /// <summary>Place of a document in the spool.</summary>
    public long PlaceOf(int i) => _chunk.Start + Item(i).Start;

    /// <summary>It can't have been sent before this time.</summary>
    public long SinceOf(int i) => Item(i).Since;

    /// <summary>The document, without its line end.</summary>
    public ReadOnlyMemory<byte> DocumentOf(int i)
    {
        var item = Item(i);
        return _chunk.Bytes.AsMemory(item.Start + item.ActionLength, item.Length - item.ActionLength - 1);
    }

    /// <summary>The stream it goes to and its id.</summary>
    public (string Stream, string Id) NamesOf(int i)
    {
        var action = Action(i).Span;
        var stream = action["{\"create\":{\"_index\":\"".Length..];
        stream = stream[..stream.IndexOf((byte)'"')];
        var id = action[("{\"create\":{\"_index\":\"".Length + stream.Length + "\",\"_id\":\"".Length)..^"\"}}\n".Length];
        return (Encoding.ASCII.GetString(stream), Encoding.ASCII.GetString(id));
    }

    /// <summary>Whether it was replaced by one that can't be refused.</summary>
    public bool IsReplaced(int i) => _replaced?.ContainsKey(_left[i]) == true;

    /// <summary>Sends another document in its place, under the same id.</summary>
    public void Replace(int i, ReadOnlySpan<byte> document) =>
        (_replaced ??= [])[_left[i]] = (byte[])[.. Action(i).Span, .. document, (byte)'\n'];

    /// <summary>It need not be sent any more; still counted until <see cref="Compact"/>.</summary>
    public void MarkDone(int i) => _isDone[i] = true;

    /// <summary>Whether it need not be sent any more.</summary>
    public bool IsDone(int i) => _isDone[i];

    /// <summary>Forgets those that are done.</summary>
    public void Compact()
    {
        var kept = 0;
        for (var i = 0; i < Count; i++)
        {
            if (!_isDone[i])
            {
                _left[kept++] = _left[i];
            }
        }

        Array.Clear(_isDone);
        Count = kept;
    }

    /// <summary>Where a request has to end that begins at one and is not longer than a bound, save for a single document.</summary>
    public int EndOf(int from, long bytes)
    {
        var sum = 0L;
        var to = from;
        while (to < Count && (to == from || sum + LengthOf(to) <= bytes))
        {
            sum += LengthOf(to++);
        }

        return to;
    }

    /// <summary>Bytes of a request.</summary>
    public long BytesOf(int from, int to)
    {
        var sum = 0L;
        for (var i = from; i < to; i++)
        {
            sum += LengthOf(i);
        }

        return sum;
    }

    /// <summary>The lines of some: what lies side by side in the spool goes out in one piece.</summary>
    public RequestBody Body(int from, int to)
    {
        var pieces = new List<ReadOnlyMemory<byte>>();
        var (start, length, total) = (0, 0, 0L);
        for (var i = from; i < to; i++)
        {
            if (_replaced?.TryGetValue(_left[i], out var replaced) == true)
            {
                Flush();
                pieces.Add(replaced);
                total += replaced.Length;
                continue;
            }

            var item = Item(i);
            if (item.Start != start + length || length == 0)
            {
                Flush();
                start = item.Start;
            }

            length += item.Length;
        }

        Flush();
        return new PiecesBody(pieces, total);

        void Flush()
        {
            if (length > 0)
            {
                pieces.Add(_chunk.Bytes.AsMemory(start, length));
                total += length;
                length = 0;
            }
        }
    }

    private int LengthOf(int i) => _replaced?.TryGetValue(_left[i], out var replaced) == true ? replaced.Length : Item(i).Length;

    private ChunkItem Item(int i) => _chunk.Items[_left[i]];

    private ReadOnlyMemory<byte> Action(int i)
    {
        var item = Item(i);
        return _chunk.Bytes.AsMemory(item.Start, item.ActionLength);
    }

    private sealed class PiecesBody(List<ReadOnlyMemory<byte>> pieces, long length) : RequestBody
    {
        public override string MediaType => LinesType;

        public override long Length => length;

        public override async Task WriteAsync(Stream stream, CancellationToken cancellation)
        {
            foreach (var piece in pieces)
            {
                await stream.WriteAsync(piece, cancellation).ConfigureAwait(false);
            }
        }
    }
}
