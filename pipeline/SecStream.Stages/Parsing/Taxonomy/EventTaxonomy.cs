using SecStream.Core.Alerts;
using SecStream.Core.Events;
using SecStream.Core.Fields;

namespace SecStream.Stages.Parsing.Taxonomy;

/// <summary>
/// What is known about an event by its name. <see cref="Severity"/> is null where it varies; <see cref="IsGuide"/> tells the table of guide L
/// from the names added for what the other guides and hosts report.
/// </summary>
public sealed record EventKindEntry(string Action, string Group, string Category, Severity? Severity, int RetentionDays, bool IsGuide)
{
    /// <summary>ECS <c>event.kind</c>.</summary>
    public string Kind { get; } = "event";

    internal byte[] CategoryBytes { get; } = System.Text.Encoding.ASCII.GetBytes(Category);
}

/// <summary>The event taxonomy of guide L: <c>event.action</c> → group, ECS category, severity, retention. Read-only, thread-safe.</summary>
public static class EventTaxonomy
{
    /// <summary>All entries, guide L's first, in the guide's order.</summary>
    public static readonly IReadOnlyList<EventKindEntry> Entries =
    [
        .. Of("authentication", "authentication", true,
            ("login_attempt", Severity.Low, 90), ("login_success", Severity.Low, 30), ("login_failed", Severity.Medium, 90),
            ("login_failed_user_not_found", Severity.Medium, 90), ("login_failed_invalid_password", Severity.Medium, 90),
            ("login_attempt_locked_account", Severity.High, 365), ("logout", Severity.Low, 30), ("token_refresh", Severity.Low, 30),
            ("token_expired", Severity.Low, 30), ("token_invalid", Severity.Medium, 90), ("token_blacklisted", Severity.High, 365)),
        .. Of("authorization", "iam", true,
            ("privilege_escalation_attempt", Severity.High, 365), ("access_denied", Severity.Medium, 90), ("privilege_access", Severity.Low, 90),
            ("role_change", Severity.High, 365), ("permission_denied", Severity.Medium, 90)),
        .. Of("violation", "intrusion_detection", true,
            ("rate_limit_exceeded", Severity.Medium, 90), ("input_validation_failed", Severity.Medium, 90), ("suspicious_input_detected", Severity.Medium, 90),
            ("file_upload_security_violation", Severity.High, 365), ("xss_attempt", Severity.High, 365), ("sql_injection_attempt", Severity.High, 365),
            ("csrf_attempt", Severity.High, 365)),
        .. Of("anomaly", "threat", true,
            ("anomaly_detected", null, 180), ("unusual_location", Severity.Medium, 180), ("unusual_time", Severity.Low, 90), ("unusual_device", Severity.Medium, 180),
            ("velocity_anomaly", Severity.High, 180), ("pattern_anomaly", Severity.Medium, 180)),
        .. Of("system", "host", true, ("security_error", Severity.High, 365), ("health_check", Severity.Low, 7)),
        .. Of("system", "configuration", true, ("configuration_change", Severity.Medium, 180)),
        .. Of("system", "process", true, ("service_start", Severity.Low, 30), ("service_stop", Severity.Medium, 90)),

        // Not in guide L: what hosts and the other guides report, filed beside its likes.
        .. Of("authentication", "authentication", false,
            ("login_session_opened", Severity.Low, 30), ("login_attempts_exceeded", Severity.Medium, 90), ("password_reset", Severity.Low, 90),
            ("account_locked", Severity.Medium, 365), ("user_registration", Severity.Low, 30)),
        .. Of("web", "web", false, ("http_request", Severity.Low, 30)),
        .. Of("data", "database", false,
            ("data_access", Severity.Low, 90), ("data_export", Severity.Medium, 90), ("backup_create", Severity.Low, 90), ("backup_restore", Severity.Medium, 365)),
        .. Of("system", "configuration", false, ("encryption_key_access", Severity.High, 365)),
        .. Of("system", "host", false, ("audit_log_failure", Severity.High, 365), ("system_error", Severity.Medium, 90)),
        .. Of("violation", "intrusion_detection", false, ("ip_blocked", Severity.Medium, 90), ("payment_blocked", Severity.Medium, 365),
            ("suspicious_transaction", Severity.Medium, 365), ("suspicious_activity", Severity.Medium, 180)),
    ];

    private static readonly ByteTable<EventKindEntry> Index = new(Entries.Select(e => (e.Action, e)));

    /// <summary>The entry of an action; false when the name is not known.</summary>
    public static bool TryGet(ReadOnlySpan<byte> action, out EventKindEntry entry) => Index.TryGet(action, out entry);

    /// <summary>Text of a severity in <c>secstream.severity</c>.</summary>
    public static ReadOnlySpan<byte> Text(Severity severity) => severity switch
    {
        Severity.Low => "low"u8,
        Severity.Medium => "medium"u8,
        Severity.High => "high"u8,
        _ => "critical"u8,
    };

    /// <summary>Number of a severity in <c>event.severity</c>: 21, 47, 73, 99.</summary>
    public static int Number(Severity severity) => 21 + (26 * (int)severity);

    /// <summary>Reads a severity word, whatever its case; <c>info</c> and <c>warning</c> are levels of a log, not severities of an event.</summary>
    public static bool TryRead(ReadOnlySpan<byte> word, out Severity severity)
    {
        severity = Severity.Low;
        if (word.Length is < 3 or > 8)
        {
            return false;
        }

        var known = ByteText.Is(word, "low"u8) ? 0 : ByteText.Is(word, "medium"u8) ? 1 : ByteText.Is(word, "high"u8) ? 2 : ByteText.Is(word,
            "critical"u8) ? 3 : -1;
        severity = (Severity)Math.Max(known, 0);
        return known >= 0;
    }

    /// <summary>
    /// Completes a record whose action is known: kind and category when absent, severity when the source gave none. A severity the source gave
    /// in one of the two fields is carried over to the other.
    /// </summary>
    public static void Apply(EventRecord record)
    {
        var known = TryGet(record.Text(Ecs.EventAction), out var entry);
        if (!record.Has(Ecs.EventKind))
        {
            record.SetText(Ecs.EventKind, "event"u8);
        }

        if (known && !record.Has(Ecs.EventCategory))
        {
            record.SetText(Ecs.EventCategory, entry.CategoryBytes);
        }

        if (GivenSeverity(record, out var given))
        {
            PutSeverity(record, given);
        }
        else if (known && entry.Severity is { } severity && !record.Has(Ecs.EventSeverity) && !record.Has(Ecs.SecstreamSeverity))
        {
            PutSeverity(record, severity);
        }
    }

    /// <summary>
    /// Days an event is kept: what the table says of its action, else by its severity (low 30, medium 90, high 365, critical 1 095); 30 when
    /// neither is known.
    /// </summary>
    public static int RetentionDays(EventRecord record)
    {
        if (TryGet(record.Text(Ecs.EventAction), out var entry))
        {
            return entry.RetentionDays;
        }

        return !GivenSeverity(record, out var severity) && !TryRead(record.Text(Ecs.LogLevel), out severity)
            ? 30
            : severity switch { Severity.Low => 30, Severity.Medium => 90, Severity.High => 365, _ => 1095 };
    }

    /// <summary>Sets both severity fields.</summary>
    internal static void PutSeverity(EventRecord record, Severity severity)
    {
        var value = record.Get(Ecs.EventSeverity);
        if (value.Kind != FieldKind.Integer)
        {
            record.SetInteger(Ecs.EventSeverity, Number(severity));
        }

        if (!record.Text(Ecs.SecstreamSeverity).SequenceEqual(Text(severity)))
        {
            record.SetText(Ecs.SecstreamSeverity, Text(severity));
        }
    }

    private static bool GivenSeverity(EventRecord record, out Severity severity)
    {
        severity = Severity.Low;
        if (record.Has(Ecs.SecstreamSeverity))
        {
            return TryRead(record.Text(Ecs.SecstreamSeverity), out severity);
        }

        var number = record.Get(Ecs.EventSeverity);
        if (number.Kind == FieldKind.Text)
        {
            return TryRead(record.Text(in number), out severity);
        }

        // Other scales of event.severity are their source's own: only ours is read back.
        var step = number.Kind == FieldKind.Integer ? number.Bits - 21 : -1;
        severity = (Severity)Math.Clamp(step / 26, 0, 3);
        return step is 0 or 26 or 52 or 78;
    }

    private static IEnumerable<EventKindEntry> Of(string group, string category, bool isGuide, params (string Action, Severity? Severity, int Days)[] rows) =>
        rows.Select(r => new EventKindEntry(r.Action, group, category, r.Severity, r.Days, isGuide));
}
