using SecStream.Core.Events;
using SecStream.Core.Fields;
using SecStream.Core.Text;
using SecStream.Stages.Parsing.Access;
using SecStream.Stages.Parsing.Signatures;
using SecStream.Stages.Parsing.Syslog;
using SecStream.Stages.Parsing.Taxonomy;

namespace SecStream.Stages.Parsing;

/// <summary>
/// Turns the raw lines of one source partition into events, in order. What a line is follows from its content: sources of format
/// <c>auto</c> may mix formats line by line. Bad lines are verdicts, never exceptions. Used by one thread; allocates nothing per line.
/// </summary>
public sealed class SourceParser
{
    private const int StateVersion = 1;

    private readonly SourceOptions _options;
    private readonly JsonEvents _json;
    private readonly SyslogParser _syslog;
    private readonly AccessParser _access;
    private readonly int _fieldCount;
    private byte[] _line = [];
    private EventRecord? _inner;

    /// <summary>Makes a parser. The catalog must hold the rules' field names already; this adds the names the guides' formats use.</summary>
    /// <exception cref="ArgumentException">The format is not one of <see cref="SourceFormats.All"/>.</exception>
    public SourceParser(FieldCatalog catalog, SourceOptions options)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        ArgumentNullException.ThrowIfNull(options);
        if (!SourceFormats.All.Contains(options.Format, StringComparer.Ordinal))
        {
            throw new ArgumentException($"Unknown format '{options.Format}'; known are {string.Join(", ", SourceFormats.All)}.", nameof(options));
        }

        var tables = ParserTables.For(catalog);
        var signatures = new RequestSignatures();
        _options = options;
        _fieldCount = tables.FieldCount;
        _json = new JsonEvents(tables, signatures);
        _syslog = new SyslogParser(options, tables.StructuredData);
        _access = new AccessParser(signatures);
        Format = options.Format;
    }

    /// <summary>The fixed format, or the one the first event was recognised as; <c>auto</c> before that.</summary>
    public string Format { get; private set; }

    /// <summary>
    /// After an event whose document goes out as it came (<see cref="EventRecord.IsEcsJson"/>): the place in <see cref="EventRecord.Present"/> from
    /// which on the fields were added here (source, category, severity, action of a request), to be spliced into the document.
    /// </summary>
    public int AddedFrom { get; private set; }

    /// <summary>
    /// Adds the field names the parsers use to a catalog. Call it before anything is sized by the catalog; making a parser does it too.
    /// </summary>
    public static void DeclareFields(FieldCatalog catalog)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        ParserTables.Declare(catalog);
    }

    /// <summary>
    /// Reads the line the record was reset to (a CR LF or LF at its end is taken off). After <see cref="ParseOutcome.Event"/> the record is
    /// filled; after anything else its fields are meaningless, its raw bytes are the line's.
    /// </summary>
    public ParseResult Parse(EventRecord record)
    {
        ArgumentNullException.ThrowIfNull(record);
        record.EnsureFieldCount(_fieldCount);
        AddedFrom = 0;
        var line = record.Raw.TrimEnd("\r\n"u8);

        // Editors on Windows put a byte order mark before the first line, and joined files keep it anywhere.
        var mark = line.StartsWith("\uFEFF"u8) ? 3 : 0;
        line = line[mark..];
        if (line.Length != record.RawLength)
        {
            var (arrival, sent) = (record.ArrivalTime, record.SentTime);
            record.Reset(record.RawBuffer, record.RawStart + mark, line.Length);
            (record.ArrivalTime, record.SentTime) = (arrival, sent);
        }

        if (line.Length > _options.MaxLineBytes)
        {
            return ParseResult.Dead(ErrorClasses.TooLarge);
        }

        if (line.IndexOfAnyExcept((byte)' ', (byte)'\t') < 0)
        {
            return ParseResult.Skip;
        }

        var error = ParseLine(record, line, out var format);
        if (error is not null)
        {
            return ParseResult.Dead(error);
        }

        if (ReferenceEquals(Format, SourceFormats.Auto))
        {
            Format = format;
        }

        return ParseResult.Event;
    }

    /// <summary>Writes what the next line's meaning depends on.</summary>
    public void Save(BinaryWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.Write(StateVersion);
        writer.Write(Format);
        _syslog.Save(writer);
    }

    /// <summary>Takes up where a parser with the same options was saved.</summary>
    /// <exception cref="InvalidDataException">The state is of another version.</exception>
    public void Restore(BinaryReader reader)
    {
        ArgumentNullException.ThrowIfNull(reader);
        var version = reader.ReadInt32();
        if (version != StateVersion)
        {
            throw new InvalidDataException($"Parser state of version {version}; this program reads version {StateVersion}.");
        }

        // The name is one of a fixed set; taking the constant keeps the cheap identity test in Parse true.
        var format = reader.ReadString();
        Format = SourceFormats.All.FirstOrDefault(f => f == format) ?? SourceFormats.Auto;
        _syslog.Restore(reader);
    }

    private string? ParseLine(EventRecord record, ReadOnlySpan<byte> line, out string format)
    {
        var wanted = _options.Format;
        var any = wanted == SourceFormats.Auto;
        var start = line.TrimStart(" \t"u8);
        if (SourceFormats.IsJson(wanted) || (any && start[0] == '{'))
        {
            return ParseJson(record, out format);
        }

        return ParseText(record, any ? RecogniseText(line) : wanted, line, out format);
    }

    private string RecogniseText(ReadOnlySpan<byte> line)
    {
        // The common case first: a source mostly keeps to its format.
        if (SyslogParser.Recognises(line))
        {
            return SourceFormats.Syslog;
        }

        if (AccessLine.Recognises(line))
        {
            return SourceFormats.Access;
        }

        // A broken line of a source that is known is that format's dead letter, with that format's reason.
        return Format is SourceFormats.Syslog or SourceFormats.Access ? Format : SourceFormats.Auto;
    }

    private string? ParseText(EventRecord record, string kind, ReadOnlySpan<byte> line, out string format)
    {
        format = kind;
        var error = kind switch
        {
            SourceFormats.Syslog => _syslog.Parse(record, line),
            SourceFormats.Access => _access.Parse(record, line),
            _ => ErrorClasses.UnknownFormat,
        };
        if (error is null)
        {
            EventTaxonomy.Apply(record);
        }

        return error;
    }

    private string? ParseJson(EventRecord record, out string format)
    {
        var error = _json.Parse(record, out format);
        if (error is null)
        {
            // The document goes out as it came in; what nobody could read then is mended now, in the buffer it came in.
            LoneSurrogates.Replace(record.RawBuffer.AsSpan(record.RawStart, record.RawLength));
        }

        if (error is not null || format is not (SourceFormats.Ecs or SourceFormats.Filebeat))
        {
            return error;
        }

        if (format == SourceFormats.Filebeat && ParseInner(record))
        {
            return null;
        }

        AddedFrom = _json.FinishEcs(record);
        if (format == SourceFormats.Filebeat)
        {
            Envelope.Declare(record);
            record.ArrivalTime = record.Time;
        }

        return null;
    }

    /// <summary>Reads the line inside an envelope with its own time; false when it cannot be read, and then nothing has changed.</summary>
    private bool ParseInner(EventRecord record)
    {
        var message = record.Text(Ecs.Message).TrimEnd("\r\n"u8);
        if (message.IsEmpty)
        {
            return false;
        }

        // The parsers write to the scratch buffer the message may lie in; they get a copy.
        if (_line.Length < message.Length)
        {
            _line = new byte[Math.Max(1024, message.Length * 2)];
        }

        message.CopyTo(_line);
        var length = message.Length;
        var read = record.ArrivalTime;
        record.ArrivalTime = record.Time;
        if (_line[0] == '{' ? ParseInnerJson(record, length) : ParseInnerText(record, _line.AsSpan(0, length)))
        {
            record.SetText(Ecs.EventOriginal, _line.AsSpan(0, length));
            Envelope.Declare(record);
            return true;
        }

        record.ArrivalTime = read;
        return false;
    }

    private bool ParseInnerText(EventRecord record, ReadOnlySpan<byte> line)
    {
        var kind = SyslogParser.Recognises(line) ? SourceFormats.Syslog : AccessLine.Recognises(line) ? SourceFormats.Access : SourceFormats.Auto;
        if (kind == SourceFormats.Auto)
        {
            return false;
        }

        // The envelope says "filebeat's dataset"; the line inside says what it is.
        record.Remove(Ecs.EventCategory);
        record.Remove(Ecs.EventOutcome);
        return ParseText(record, kind, line, out _) is null;
    }

    private bool ParseInnerJson(EventRecord record, int length)
    {
        var inner = _inner ??= new EventRecord(_fieldCount);
        inner.EnsureFieldCount(_fieldCount);
        inner.Reset(_line, 0, length);
        if (_json.Parse(inner, out var format) is not null)
        {
            return false;
        }

        if (format is SourceFormats.Ecs or SourceFormats.Filebeat)
        {
            _json.FinishEcs(inner);
        }

        foreach (var field in inner.Present)
        {
            var value = inner.Get(field);
            record.SetText(field, inner.Text(in value));
            ref var slot = ref record.Slot(field);
            slot.Kind = value.Kind;
            slot.Bits = value.Bits;
        }

        record.Time = inner.Time;
        return true;
    }
}
