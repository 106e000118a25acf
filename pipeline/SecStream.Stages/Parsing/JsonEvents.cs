using SecStream.Core.Events;
using SecStream.Core.Fields;
using SecStream.Stages.Json;
using SecStream.Stages.Parsing.Guides;
using SecStream.Stages.Parsing.Signatures;
using SecStream.Stages.Parsing.Syslog;
using SecStream.Stages.Parsing.Taxonomy;

namespace SecStream.Stages.Parsing;

/// <summary>JSON documents, one a line: ECS, a shipper's envelope, the guides' shapes, each line judged by itself. Owned by one thread.</summary>
internal sealed class JsonEvents(ParserTables tables, RequestSignatures signatures)
{
    private readonly JsonFieldParser _parser = new(tables.Json);
    private readonly byte[] _name = new byte[192];
    private readonly GuideEvents _guides = new(tables.Guides);

    /// <summary>Fills the record; null when it is an event (then <paramref name="format"/> is its format), else the error class.</summary>
    public string? Parse(EventRecord record, out string format)
    {
        format = SourceFormats.Ecs;
        var error = _parser.Parse(record);
        if (error != JsonError.None)
        {
            return error switch
            {
                JsonError.InvalidUtf8 => ErrorClasses.InvalidUtf8,
                JsonError.TooLarge => ErrorClasses.TooLarge,
                _ => ErrorClasses.JsonSyntax,
            };
        }

        if (record.Has(Ecs.Timestamp))
        {
            if (!JsonTimestamp.TryRead(record, Ecs.Timestamp, out var time))
            {
                return ErrorClasses.NoTimestamp;
            }

            record.Time = time;
            format = IsEnvelope(record) ? SourceFormats.Filebeat : SourceFormats.Ecs;
            return null;
        }

        if (!JsonTimestamp.TryRead(record, tables.Guides.Time, out var own))
        {
            return ErrorClasses.NoTimestamp;
        }

        record.Time = own;
        format = _guides.Format(record) ?? SourceFormats.Json;
        _guides.Map(record);
        Declare(record);
        FinishHttp(record);
        record.SetText(Ecs.EventDataset, format is SourceFormats.Json ? "json"u8 : "application.security"u8);
        EventTaxonomy.Apply(record);
        return null;
    }

    /// <summary>Completes an ECS event; returns from which place in <see cref="EventRecord.Present"/> on the fields are ours, not the document's.</summary>
    public int FinishEcs(EventRecord record)
    {
        record.IsEcsJson = true;
        Declare(record);
        ReadMarks(record);
        var own = record.PresentCount;
        var hadIp = record.Has(Ecs.SourceIp);
        NormaliseSource(record);
        own -= hadIp && !record.Has(Ecs.SourceIp) ? 1 : 0;
        NameLogin(record);
        FinishHttp(record);
        EventTaxonomy.Apply(record);
        return own;
    }

    /// <summary>
    /// Agents name logins in their own way (<c>ssh_login</c> with an outcome, <c>user_login</c>); the rules know one name. The document keeps its own.
    /// </summary>
    private void NameLogin(EventRecord record)
    {
        var action = record.Text(Ecs.EventAction);
        if (action.IsEmpty || record.Text(Ecs.EventCategory).IndexOf("authentication"u8) < 0 || EventTaxonomy.TryGet(action, out _))
        {
            return;
        }

        var outcome = record.Text(Ecs.EventOutcome);
        bool? succeeded = outcome.SequenceEqual("failure"u8) ? false : outcome.SequenceEqual("success"u8) ? true : null;
        var name = ActionNames.Normalise(action, succeeded, _name);
        if (EventTaxonomy.TryGet(name, out _))
        {
            record.SetText(Ecs.EventAction, name);
        }
    }

    /// <summary>What our own documents say of the line they were made from (see EventWriter): read again, it must count as it counted then.</summary>
    private static void ReadMarks(EventRecord record)
    {
        record.LoginLine = LoginLines.Parse(record.Text(Ecs.SecstreamLoginLine));
        if (record.Get(Ecs.SecstreamRepeatCount) is { Kind: FieldKind.Integer } count)
        {
            record.Count = (int)Math.Clamp(count.Bits, 1, Repetition.MaxCount);
        }
    }

    /// <summary>An event's own id is what it is known by when it is sent again.</summary>
    private static void Declare(EventRecord record)
    {
        var id = record.Text(Ecs.EventId);
        if (!id.IsEmpty)
        {
            record.SetGivenId(id);
        }
    }

    private static bool IsEnvelope(EventRecord record)
    {
        // What has been ingested before is an event: its message must not be taken for a line, whatever somebody wrote into it.
        if (!record.Has(Ecs.Message) || record.Has(Ecs.EventAction) || record.Has(Ecs.EventIngested))
        {
            return false;
        }

        return record.Text(Ecs.AgentType).SequenceEqual("filebeat"u8)
            || ((record.Has(Ecs.AgentId) || record.Has(Ecs.AgentType)) && (record.Has(Ecs.LogOffset) || record.Has(Ecs.LogFilePath)));
    }

    private static void NormaliseSource(EventRecord record)
    {
        if (!record.Has(Ecs.SourceIp))
        {
            var from = record.Has(Ecs.SourceAddress) ? Ecs.SourceAddress : record.Has(Ecs.ClientIp) ? Ecs.ClientIp : Ecs.ClientAddress;
            record.Copy(from, Ecs.SourceIp);
        }

        var ip = record.Get(Ecs.SourceIp);
        if (ip.Kind != FieldKind.Text)
        {
            record.Remove(Ecs.SourceIp);
            return;
        }

        // The common case, a plain IPv4 address in both fields, is only checked.
        var text = record.Text(in ip);
        if (!SourceAddress.IsIpv4(text) && !SourceAddress.TryPutIp(record, Ecs.SourceIp, text))
        {
            if (!record.Has(Ecs.SourceAddress))
            {
                record.Copy(Ecs.SourceIp, Ecs.SourceAddress);
            }

            record.Remove(Ecs.SourceIp);
            return;
        }

        var address = record.Text(Ecs.SourceAddress);
        if (address.IsEmpty || (address.Contains((byte)':') && !address.SequenceEqual(record.Text(Ecs.SourceIp))))
        {
            record.Copy(Ecs.SourceIp, Ecs.SourceAddress);
        }
    }

    private void FinishHttp(EventRecord record)
    {
        var isHttp = record.Has(Ecs.UrlOriginal) || record.Has(Ecs.UrlFull) || record.Has(Ecs.UrlQuery) || record.Has(Ecs.UrlPath)
            || record.Has(Ecs.HttpRequestBodyContent);
        if (isHttp)
        {
            HttpAction.Apply(record, signatures);
        }
    }
}
