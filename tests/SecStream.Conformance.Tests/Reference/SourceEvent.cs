using SecStream.Core.Observations;
using SecStream.Core.Text;

namespace SecStream.Conformance.Tests.Reference;

/// <summary>How an event is written down.</summary>
internal enum EventShape
{
    /// <summary>An ECS document with an <c>event.id</c> of its own: its identity is declared.</summary>
    Ecs,

    /// <summary>An sshd line in a shipper's envelope: agent, file and offset are its identity.</summary>
    Envelope,

    /// <summary>A bare sshd line: its position in the source is its identity.</summary>
    Line,
}

/// <summary>What an sshd line says.</summary>
internal enum LineKind
{
    None,
    Failed,
    InvalidUser,
    Pam,
    PamMore,
    Accepted,
}

/// <summary>An event as it happened, before anything is written, parsed or evaluated.</summary>
internal sealed record SourceEvent
{
    public required long Time { get; init; }

    public EventShape Shape { get; init; }

    public string Host { get; init; } = "h0";

    public string? User { get; init; }

    public string? TargetUser { get; init; }

    public string? Address { get; init; }

    public string? Action { get; init; }

    public string? Service { get; init; }

    public string? Country { get; init; }

    public (double Latitude, double Longitude)? Place { get; init; }

    public LineKind Line { get; init; }

    public int Pid { get; init; }

    /// <summary>Occurrences that the line stands for.</summary>
    public int Count { get; init; } = 1;

    /// <summary><see cref="EventShape.Ecs"/>: its <c>event.id</c>.</summary>
    public string GivenId { get; init; } = "";

    /// <summary>Envelope: the file it was read from; line: name of its partition.</summary>
    public string File { get; init; } = "";

    /// <summary>Envelope: offset in that file; line: position in the partition.</summary>
    public long Offset { get; init; }

    /// <summary>Whether a login session decides how often it counts as a failed attempt.</summary>
    public bool IsLoginLine => Line is LineKind.Failed or LineKind.InvalidUser or LineKind.Pam or LineKind.PamMore;

    /// <summary>Whether it is known when it is sent again.</summary>
    public bool HasDeclaredIdentity => Shape != EventShape.Line;

    /// <summary>The value of a normalised field, null when the event has none.</summary>
    public string? Field(string name) => name switch
    {
        "event.action" => Line switch
        {
            LineKind.None => Action,
            LineKind.InvalidUser => "login_failed_user_not_found",
            LineKind.Accepted => "login_success",
            _ => "login_failed",
        },
        "host.name" => Host,
        "user.name" => User,
        "user.target.name" => TargetUser,
        "source.address" => Address?.Replace("::ffff:", "", StringComparison.Ordinal),
        "service.name" => Service,
        "source.geo.country_iso_code" => Country,
        "process.name" => Line == LineKind.None ? null : "sshd",
        _ => throw new ArgumentException($"the reference knows no field {name}"),
    };

    /// <summary>Identity and place among events of the same time, as DESIGN defines them.</summary>
    public (ulong Source, long Position, EventId Id) Locate(byte[] rawLine)
    {
        var tenant = EventId.SourceHash("default", "");
        switch (Shape)
        {
            case EventShape.Ecs:
                var id = EventId.FromIdentity(tenant, System.Text.Encoding.UTF8.GetBytes(GivenId));
                return (id.High, (long)id.Low, id);
            case EventShape.Envelope:
                var file = System.Text.Encoding.UTF8.GetBytes($"agent-{Host}|{File}|");
                var identity = EventId.FromIdentity(tenant, System.Text.Encoding.UTF8.GetBytes($"agent-{Host}|{File}||{Offset}"));
                return (StableHash.Compute(file, tenant), Offset, identity);
            default:
                var source = EventId.SourceHash("default", File);
                return (source, Offset, EventId.FromPosition(source, Offset, rawLine));
        }
    }
}
