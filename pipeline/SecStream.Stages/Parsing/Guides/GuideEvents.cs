using SecStream.Core.Events;
using SecStream.Core.Fields;
using SecStream.Stages.Parsing.Taxonomy;

namespace SecStream.Stages.Parsing.Guides;

/// <summary>Maps a parsed JSON document of one of the guides' shapes to ECS fields, in place. Owned by one thread.</summary>
internal sealed class GuideEvents(GuideFields fields)
{
    private readonly byte[] _name = new byte[192];
    private readonly (int Field, int Rank)[] _best = new (int, int)[fields.Groups.Length];

    /// <summary>Which guide's shape the document has; null when it names no event.</summary>
    public string? Format(EventRecord record)
    {
        Collect(record);
        var action = First(GuideConcept.Action);
        if (action < 0)
        {
            return null;
        }

        if (action == Ecs.EventType)
        {
            return SourceFormats.GuideL;
        }

        var isEventType = action == fields.Action[2] || action == fields.Action[3];
        if (isEventType)
        {
            return First(GuideConcept.Snake) >= 0 ? SourceFormats.GuideG : SourceFormats.GuideT;
        }

        var isSecurityLogger = First(GuideConcept.Risk) >= 0 || First(GuideConcept.Category) >= 0;
        return isSecurityLogger ? SourceFormats.GuideP : SourceFormats.GuideC;
    }

    /// <summary>Fills the ECS fields. Call <see cref="Format"/> for the same record first; the time must be set already.</summary>
    public void Map(EventRecord record)
    {
        for (var i = 0; i < fields.Copies.Length; i++)
        {
            CopyFirst(record, fields.Copies[i].To, GuideConcept.Copies + i);
        }

        PutSource(record);
        PutUser(record);
        PutNumbers(record);
        PutSensitivity(record);
        PutUrl(record);
        PutAction(record);
        PutSeverity(record);
        for (var i = record.PresentCount - 1; i >= 0; i--)
        {
            if (fields.IsConsumed(record.Present[i]))
            {
                record.Remove(record.Present[i]);
            }
        }
    }

    private void PutAction(EventRecord record)
    {
        var succeeded = Outcome(record);
        var source = First(GuideConcept.Action);
        var action = source < 0 ? default : ActionNames.Normalise(record.Text(source), succeeded, _name);
        PutCategory(record, action);
        record.Remove(Ecs.EventType);
        if (action.IsEmpty)
        {
            record.Remove(Ecs.EventAction);
            return;
        }

        record.SetText(Ecs.EventAction, action);
        succeeded ??= action.StartsWith("login_failed"u8) || action.EndsWith("_denied"u8) ? false
            : action.SequenceEqual("login_success"u8) || action.SequenceEqual("logout"u8) ? true : null;
        if (succeeded is { } success)
        {
            record.SetText(Ecs.EventOutcome, success ? "success"u8 : "failure"u8);
        }
    }

    /// <summary>The taxonomy's category of a known action wins; else the source's own word, in ECS vocabulary where it has a counterpart.</summary>
    private void PutCategory(EventRecord record, ReadOnlySpan<byte> action)
    {
        if (EventTaxonomy.TryGet(action, out var entry))
        {
            record.SetText(Ecs.EventCategory, entry.CategoryBytes);
            return;
        }

        var field = First(GuideConcept.Category);
        if (field < 0)
        {
            return;
        }

        var word = ActionNames.Normalise(record.Text(field), null, stackalloc byte[192]);
        record.SetText(Ecs.EventCategory, word switch
        {
            _ when word.StartsWith("auth"u8) && !word.StartsWith("authori"u8) => "authentication"u8,
            _ when word.StartsWith("authori"u8) => "iam"u8,
            _ when word.StartsWith("data"u8) => "database"u8,
            _ when word.StartsWith("config"u8) => "configuration"u8,
            _ when word.StartsWith("api"u8) => "web"u8,
            _ when word.StartsWith("infra"u8) || word.SequenceEqual("system"u8) => "host"u8,
            _ => word,
        });
    }

    private bool? Outcome(EventRecord record)
    {
        foreach (var field in fields.Outcome)
        {
            var value = record.Get(field);
            if (value.Kind == FieldKind.Bool)
            {
                return value.Bits != 0;
            }

            var word = record.Text(field);
            if (value.Kind != FieldKind.Text || word.IsEmpty || word.Length > 16)
            {
                continue;
            }

            if (ByteText.Is(word, "failure"u8) || ByteText.Is(word, "failed"u8) || ByteText.Is(word, "fail"u8) || ByteText.Is(word,
                "denied"u8) || ByteText.Is(word, "error"u8))
            {
                return false;
            }

            if (ByteText.Is(word, "success"u8) || ByteText.Is(word, "succeeded"u8) || ByteText.Is(word, "ok"u8) || ByteText.Is(word, "granted"u8))
            {
                return true;
            }
        }

        return null;
    }

    private void PutSource(EventRecord record)
    {
        var field = First(GuideConcept.Address);
        if (field < 0 || record.Has(Ecs.SourceAddress) || record.Has(Ecs.SourceIp))
        {
            return;
        }

        // Proxies report "client, proxy, …": the client is first.
        var text = record.Text(field);
        var comma = text.IndexOf((byte)',');
        SourceAddress.Put(record, ByteText.Trim(comma < 0 ? text : text[..comma]));
    }

    /// <summary>Rules are keyed by <c>user.name</c>: where only an address or a number names the user, that is the name.</summary>
    private void PutUser(EventRecord record)
    {
        CopyFirst(record, Ecs.UserName, GuideConcept.UserName);
        if (!record.Has(Ecs.UserName))
        {
            record.Copy(Ecs.UserEmail, Ecs.UserName);
        }

        if (!record.Has(Ecs.UserName))
        {
            record.Copy(Ecs.UserId, Ecs.UserName);
        }
    }

    private void PutNumbers(EventRecord record)
    {
        CopyFirst(record, Ecs.SecstreamRiskScore, GuideConcept.Risk);
        var duration = First(GuideConcept.DurationMs);
        if (duration >= 0 && record.Get(duration) is { Kind: FieldKind.Integer or FieldKind.Float, Number: >= 0 and < 1e12 } value)
        {
            // ECS durations are nanoseconds.
            record.SetInteger(Ecs.EventDuration, (long)(value.Number * 1e6));
        }
    }

    private void PutSensitivity(EventRecord record)
    {
        foreach (var field in fields.Sensitivity)
        {
            var value = record.Get(field);
            if (value.Kind == FieldKind.Bool && value.Bits != 0)
            {
                record.SetText(Ecs.SecstreamSensitivity, SensitivityName(field));
                return;
            }

            if (value.Kind == FieldKind.Text && value.Length is > 0 and <= 64)
            {
                record.SetText(Ecs.SecstreamSensitivity, ActionNames.Normalise(record.Text(field), null, stackalloc byte[192]));
                return;
            }
        }
    }

    /// <summary>A flag is named by what it says: personal, financial, or sensitive in general.</summary>
    private ReadOnlySpan<byte> SensitivityName(int field) => (Array.IndexOf(fields.Sensitivity, field) % 9) switch
    {
        6 or 7 => "pii"u8,
        8 => "financial"u8,
        _ => "sensitive"u8,
    };

    private void PutUrl(EventRecord record)
    {
        var field = First(GuideConcept.Url);
        if (field < 0 || record.Has(Ecs.UrlOriginal))
        {
            return;
        }

        record.Copy(field, Ecs.UrlOriginal);
        var url = record.Text(field);
        var query = url.IndexOf((byte)'?');
        record.Put(Ecs.UrlPath, query < 0 ? url : url[..query]);
        if (query >= 0)
        {
            record.Put(Ecs.UrlQuery, url[(query + 1)..]);
        }
    }

    private void PutSeverity(EventRecord record)
    {
        foreach (var field in fields.Severity)
        {
            if (EventTaxonomy.TryRead(record.Text(field), out var severity))
            {
                record.Remove(Ecs.EventSeverity);
                EventTaxonomy.PutSeverity(record, severity);
                return;
            }
        }

        if (record.Get(Ecs.EventSeverity).Kind is not (FieldKind.Integer or FieldKind.None))
        {
            record.Remove(Ecs.EventSeverity);
        }
    }

    private void CopyFirst(EventRecord record, int to, int concept)
    {
        if (!record.Has(to) && First(concept) is var field and >= 0)
        {
            record.Copy(field, to);
        }
    }

    /// <summary>Finds the first present field of every concept in one pass over the fields that are there.</summary>
    private void Collect(EventRecord record)
    {
        _best.AsSpan().Fill((-1, int.MaxValue));
        foreach (var field in record.Present)
        {
            if (field >= fields.Roles.Length || fields.Roles[field] is not { } roles || !HoldsValue(record.Get(field)))
            {
                continue;
            }

            foreach (var (group, rank) in roles)
            {
                if (rank < _best[group].Rank)
                {
                    _best[group] = (field, rank);
                }
            }
        }
    }

    private int First(int concept) => _best[concept].Field;

    private static bool HoldsValue(in FieldValue value) =>
        value.Kind is FieldKind.Integer or FieldKind.Float or FieldKind.Bool || (value.Kind == FieldKind.Text && value.Length > 0);
}
