using System.Buffers;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using SecStream.Connectors.Segments;
using SecStream.Core.Pipeline;
using SecStream.Core.Text;

namespace SecStream.Connectors.Elasticsearch.Events;

/// <summary>
/// Makes the two lines of a bulk request for each document, gathered in frames. An id is what the event says; one that could not stand in a request as it is
/// (too long, odd characters), or none, is replaced by a hash. Not thread-safe.
/// </summary>
internal sealed class EventLines
{
    private const int MaxId = 512;
    private static readonly SearchValues<byte> s_plain = SearchValues.Create(
        "!#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[]^_`abcdefghijklmnopqrstuvwxyz{|}~"u8);

    private readonly EventStreams _streams;
    private readonly List<SpoolItem> _items = [];

    public EventLines(EventStreams streams)
    {
        _streams = streams;
        Clear();
    }

    /// <summary>Room for a header, then the lines.</summary>
    public ByteWriter Frame { get; } = new(1 << 16);

    /// <summary>What the lines are.</summary>
    public ReadOnlySpan<SpoolItem> Items => CollectionsMarshal.AsSpan(_items);

    /// <summary>Adds a document.</summary>
    public void Add(EventMarks marks, in EventMark mark, ReadOnlySpan<byte> line)
    {
        var start = Frame.Length;
        if (mark.IdLength > 0)
        {
            Begin(marks.Id(mark), marks.Dataset(mark), mark.RetentionDays, line);
        }
        else
        {
            BeginUnnoted(mark.RetentionDays, line);
        }

        var action = Frame.Length - start;
        Frame.Write(line);
        _items.Add(new SpoolItem(Frame.Length - start, action, Math.Min(mark.Time, mark.Evaluated)));
    }

    /// <summary>Begins a new frame.</summary>
    public void Clear()
    {
        Frame.Reset(keepAtMost: 4 << 20);
        Frame.Reserve(SpoolFrame.HeaderBytes)[..SpoolFrame.HeaderBytes].Clear();
        Frame.Advance(SpoolFrame.HeaderBytes);
        _items.Clear();
    }

    private void Begin(ReadOnlySpan<byte> id, ReadOnlySpan<byte> dataset, int days, ReadOnlySpan<byte> line)
    {
        Frame.Write(_streams.Prefix(dataset, days));
        if (id.Length is > 0 and <= MaxId && !id.ContainsAnyExcept(s_plain))
        {
            Frame.Write(id);
        }
        else
        {
            Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
            SHA256.HashData(id.IsEmpty ? line : id, hash);
            Convert.TryToHexStringLower(hash, Frame.Reserve(64)[..64], out var written);
            Frame.Advance(written);
        }

        Frame.Write("\"}}\n"u8);
    }

    /// <summary>The marks were made by somebody who does not note names: they are read from the document.</summary>
    private void BeginUnnoted(int days, ReadOnlySpan<byte> line)
    {
        using var document = StoredDocument.Parse(line.ToArray());
        var id = document is null ? null : StoredDocument.Id(document.RootElement);
        var dataset = document is null ? null : StoredDocument.Texts(document.RootElement, "event.dataset").FirstOrDefault();
        Begin(Encoding.UTF8.GetBytes(id ?? ""), Encoding.UTF8.GetBytes(dataset ?? ""), days, line);
    }
}
