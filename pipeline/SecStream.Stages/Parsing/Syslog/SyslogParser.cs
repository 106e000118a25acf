using SecStream.Core.Events;
using SecStream.Core.Fields;
using SecStream.Stages.Parsing.Time;

namespace SecStream.Stages.Parsing.Syslog;

/// <summary>
/// Syslog lines of one source, in order: RFC 5424, RFC 3164 (no year, no zone) and the RFC 3164 shape with an ISO time. Holds what the next
/// line needs from the ones before: the year, the pass through an ambiguous hour, the last line of each host.
/// </summary>
internal sealed class SyslogParser(SourceOptions options, int structuredDataField)
{
    private readonly LocalClock _zone = new(options.Zone);
    private readonly HostMemory _hosts = new();
    private YearClock? _year;

    /// <summary>Whether the line starts like syslog: the rest is then judged by <see cref="Parse"/>.</summary>
    public static bool Recognises(ReadOnlySpan<byte> line)
    {
        SyslogHeader.SkipPriority(ref line, out var priority);
        line = HeaderVariants.SkipWeekday(line);
        return priority >= 0 || (CivilTime.Month(line) > 0 && line.Length > 4 && line[3] == ' ' && (line[4] == ' ' || ByteText.IsDigit(line[4])))
            || IsIsoStart(line) || Rfc3164Timestamp.StartsWithYear(line) || IsSpacedIso(line) || Is5424(line);
    }

    /// <summary>Fills the record from a line; null when it is an event, else the error class. Nothing is set in that case.</summary>
    public string? Parse(EventRecord record, ReadOnlySpan<byte> line)
    {
        SyslogHeader.SkipPriority(ref line, out var priority);
        if (priority >= 0 ? line.StartsWith("1 "u8) : Is5424(line))
        {
            return Parse5424(record, line[2..], priority);
        }

        line = HeaderVariants.SkipWeekday(line);
        var error = TakeTime(ref line, record.ArrivalTime != long.MinValue ? record.ArrivalTime : record.SentTime, out var time);
        if (error is not null)
        {
            return error;
        }

        var host = TakeHost(ref line);
        if (host.IsEmpty && line.IsEmpty)
        {
            return ErrorClasses.SyslogSyntax;
        }

        record.Time = time;
        PutPriority(record, priority);
        if (!host.IsEmpty)
        {
            record.Put(Ecs.HostName, host);
        }

        ReadBody(record, host, line);
        return null;
    }

    public void Save(BinaryWriter writer)
    {
        writer.Write(_year is not null);
        _year?.Save(writer);
        _zone.Save(writer);
        _hosts.Save(writer);
    }

    public void Restore(BinaryReader reader)
    {
        _year = reader.ReadBoolean() ? YearClock.Restore(reader) : null;
        _zone.Restore(reader);
        _hosts.Restore(reader);
    }

    private void ReadBody(EventRecord record, ReadOnlySpan<byte> host, ReadOnlySpan<byte> body)
    {
        if (Repetition.IsLast(SyslogHeader.SplitTag(body).Message, out var count))
        {
            // A daemon's own tag ("syslogd: last message …") makes no difference; what came last is what happened again.
            var last = _hosts.Recall(host);
            ReadMessage(record, last.IsEmpty ? body : last);
            Repeat(record, count);
            return;
        }

        _hosts.Remember(host, body);
        ReadMessage(record, body);
    }

    private static void ReadMessage(EventRecord record, ReadOnlySpan<byte> body)
    {
        var tag = SyslogHeader.SplitTag(body);
        if (!tag.Program.IsEmpty)
        {
            record.Put(Ecs.ProcessName, tag.Program);
            record.PutDigits(Ecs.ProcessPid, tag.Pid);
        }

        Interpret(record, tag.Program, tag.Message);
    }

    private static void Interpret(EventRecord record, ReadOnlySpan<byte> program, ReadOnlySpan<byte> message)
    {
        if (Repetition.TryInner(message, out var count, out var inner))
        {
            message = inner;
            Repeat(record, count);
        }

        record.Put(Ecs.Message, message);
        AuthMessages.Interpret(record, program, message);
    }

    private static void Repeat(EventRecord record, int count)
    {
        record.Count = count;
        record.SetInteger(Ecs.SecstreamRepeatCount, count);
    }

    private string? Parse5424(EventRecord record, ReadOnlySpan<byte> line, int priority)
    {
        var stamp = SyslogHeader.TakeWord(ref line);
        var host = SyslogHeader.TakeWord(ref line);
        var program = SyslogHeader.TakeWord(ref line);
        var process = SyslogHeader.TakeWord(ref line);
        var kind = SyslogHeader.TakeWord(ref line);
        if (!IsoTimestamp.TryParse(stamp, out var time, out var hasZone))
        {
            return ErrorClasses.BadTimestamp;
        }

        var dataLength = SyslogHeader.StructuredDataLength(line);
        if (dataLength < 0)
        {
            return ErrorClasses.SyslogSyntax;
        }

        record.Time = hasZone ? time : _zone.ToUtc(time);
        PutPriority(record, priority);
        record.SetText(Ecs.LogSyslogVersion, "1"u8);
        PutUnlessNil(record, Ecs.HostName, host);
        PutUnlessNil(record, Ecs.LogSyslogHostname, host);
        PutUnlessNil(record, Ecs.ProcessName, program);
        PutUnlessNil(record, Ecs.LogSyslogAppname, program);
        PutUnlessNil(record, Ecs.LogSyslogProcid, process);
        PutUnlessNil(record, Ecs.LogSyslogMsgid, kind);
        record.PutDigits(Ecs.ProcessPid, process);
        PutUnlessNil(record, structuredDataField, line[..dataLength]);
        var message = line[dataLength..];
        message = !message.IsEmpty && message[0] == ' ' ? message[1..] : message;
        Interpret(record, program, message.StartsWith("\uFEFF"u8) ? message[3..] : message);
        return null;
    }

    private string? TakeTime(ref ReadOnlySpan<byte> line, long arrival, out long time)
    {
        time = 0;
        if (Rfc3164Timestamp.TryParse(line, out var stamp))
        {
            time = _zone.ToUtc(Local(in stamp, arrival));
            line = line[stamp.Length..];
            line = !line.IsEmpty && line[0] == ':' ? line[1..] : line;
            line = line.TrimStart(" \t"u8);
            return null;
        }

        var isSpaced = IsSpacedIso(line);
        if (!isSpaced && !IsIsoStart(line))
        {
            return ErrorClasses.BadTimestamp;
        }

        var rest = isSpaced ? line[11..] : line;
        var word = HeaderVariants.TakeWord(ref rest);
        word = isSpaced ? line[..(11 + word.Length)] : word;
        if (!IsoTimestamp.TryParse(word, out time, out var hasZone) || word.Length < 16)
        {
            return ErrorClasses.BadTimestamp;
        }

        time = hasZone ? time : _zone.ToUtc(time);
        line = rest;
        return null;
    }

    /// <summary>A line with an arrival time of its own (a shipper's), or with a time at which its sender says to have sent it, belongs to the latest year not after it; others go by their order.</summary>
    private long Local(in LocalStamp stamp, long arrival)
    {
        if (stamp.Year > 0)
        {
            return CivilTime.Microseconds(stamp.Year, stamp.Month, stamp.Day, stamp.TimeOfDay);
        }

        if (arrival != long.MinValue && options.Year is null && options.FirstYear is null)
        {
            var year = YearClock.LatestYear(arrival + Rfc3164YearScan.Slack, stamp.Month, stamp.Day, stamp.TimeOfDay);
            return CivilTime.Microseconds(year, stamp.Month, stamp.Day, stamp.TimeOfDay);
        }

        _year ??= new YearClock(options.Year ?? options.FirstYear ?? YearClock.LatestYear(
            EventClock.ToMicroseconds(options.LastModified) + Rfc3164YearScan.Slack, stamp.Month, stamp.Day, stamp.TimeOfDay));
        return _year.Resolve(stamp.Month, stamp.Day, stamp.TimeOfDay);
    }

    /// <summary>The host, unless the first word is already a tag ("kernel: …" as some devices and files write it).</summary>
    private static ReadOnlySpan<byte> TakeHost(ref ReadOnlySpan<byte> line)
    {
        HeaderVariants.SkipFacility(ref line);
        var rest = line;
        var word = HeaderVariants.TakeWord(ref rest);
        if (!word.IsEmpty && word[^1] == ':')
        {
            return default;
        }

        HeaderVariants.SkipFacility(ref rest);
        line = rest;
        return word;
    }

    private static bool IsIsoStart(ReadOnlySpan<byte> line) =>
        line.Length > 10 && line[4] == '-' && line[7] == '-' && ByteText.TwoDigits(line, 0) >= 0 && line[10] is (byte)'T' or (byte)'t';

    /// <summary>
    /// <c>2026-05-01 10:00:00 host prog[1]: …</c>. Many programs' own logs begin with such a time too, so the tag must be there and the word
    /// before it must not be a level ("ERROR module: …").
    /// </summary>
    private static bool IsSpacedIso(ReadOnlySpan<byte> line)
    {
        if (line.Length < 24 || line[4] != '-' || line[7] != '-' || line[10] != ' ' || line[13] != ':' || ByteText.TwoDigits(line, 0) < 0)
        {
            return false;
        }

        var rest = line[11..];
        var time = HeaderVariants.TakeWord(ref rest);
        if (time.Contains((byte)','))
        {
            return false;
        }

        var host = HeaderVariants.TakeWord(ref rest);
        return !host.IsEmpty && host.IndexOfAnyInRange((byte)'a', (byte)'z') + host.IndexOfAnyInRange((byte)'0', (byte)'9') > -2
            && host[0] != '[' && host[^1] != ':' && HeaderVariants.StartsWithTag(rest);
    }

    /// <summary>RFC 5424 whose priority the file has lost.</summary>
    private static bool Is5424(ReadOnlySpan<byte> line) => line.StartsWith("1 "u8) && IsIsoStart(line[2..]);

    private static void PutPriority(EventRecord record, int priority)
    {
        if (priority >= 0)
        {
            record.SetInteger(Ecs.LogSyslogPriority, priority);
            record.SetInteger(Ecs.LogSyslogFacilityCode, priority >> 3);
            record.SetInteger(Ecs.LogSyslogSeverityCode, priority & 7);
        }
    }

    private static void PutUnlessNil(EventRecord record, int field, ReadOnlySpan<byte> text)
    {
        if (!text.IsEmpty && !text.SequenceEqual("-"u8))
        {
            record.Put(field, text);
        }
    }
}
