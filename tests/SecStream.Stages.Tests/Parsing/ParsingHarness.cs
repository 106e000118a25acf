using System.Text;
using SecStream.Core.Events;
using SecStream.Core.Fields;
using SecStream.Stages.Parsing;

namespace SecStream.Stages.Tests.Parsing;

/// <summary>Feeds lines to a parser the way an ingest worker does: one record, a buffer with bytes before and after the line.</summary>
internal sealed class ParsingHarness
{
    private readonly FieldCatalog _catalog = new();

    public ParsingHarness(SourceOptions? options = null)
    {
        Parser = new SourceParser(_catalog, options ?? new SourceOptions { Year = 2026 });
        Record = new EventRecord(_catalog.Count);
    }

    public SourceParser Parser { get; }

    public EventRecord Record { get; }

    public FieldCatalog Catalog => _catalog;

    public ParseResult Parse(string line) => Parse(Encoding.UTF8.GetBytes(line));

    public ParseResult Parse(ReadOnlySpan<byte> line)
    {
        var buffer = new byte[line.Length + 14];
        buffer.AsSpan().Fill((byte)'#');
        line.CopyTo(buffer.AsSpan(7));
        Record.Reset(buffer, 7, line.Length);
        return Parser.Parse(Record);
    }

    /// <summary>The text of a field, null when absent.</summary>
    public string? this[string field] => _catalog.Find(field) is var id and >= 0 && Record.Has(id) ? Encoding.UTF8.GetString(Record.Text(id)) : null;

    public string Time => EventClock.ToInstant(Record.Time).ToString("yyyy-MM-ddTHH:mm:ss.ffffff");

    /// <summary>Everything a record says, for comparing two of them.</summary>
    public string Dump()
    {
        var text = new StringBuilder($"{Time} x{Record.Count} {Record.LoginLine} id={Encoding.Latin1.GetString(Record.GivenId)}");
        foreach (var id in Record.Present.ToArray().OrderBy(f => f))
        {
            var value = Record.Get(id);
            text.Append($" {_catalog.Name(id)}[{value.Kind}]={Encoding.Latin1.GetString(Record.Text(in value))}");
        }

        return text.ToString();
    }
}
