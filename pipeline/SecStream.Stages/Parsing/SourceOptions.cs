namespace SecStream.Stages.Parsing;

/// <summary>How the lines of one source are to be read. Immutable.</summary>
public sealed record SourceOptions
{
    /// <summary><c>auto</c> (default) or one of <see cref="SourceFormats.All"/>; a fixed format never switches per line.</summary>
    public string Format { get; init; } = SourceFormats.Auto;

    /// <summary>Zone of times that name none. Default UTC.</summary>
    public TimeZoneInfo Zone { get; init; } = TimeZoneInfo.Utc;

    /// <summary>Year of the first line, where lines carry no year; wins over <see cref="FirstYear"/>.</summary>
    public int? Year { get; init; }

    /// <summary>Year of the first line as found by <see cref="Rfc3164YearScan"/>.</summary>
    public int? FirstYear { get; init; }

    /// <summary>The file's modification time (the present for a live source): no line is much later. Used when both years are unknown.</summary>
    public DateTimeOffset LastModified { get; init; } = DateTimeOffset.UnixEpoch;

    /// <summary>Tenant the source belongs to.</summary>
    public string Tenant { get; init; } = "default";

    /// <summary>Longest line in bytes; longer ones are dead letters of class <c>too_large</c>. Default 1 MiB.</summary>
    public int MaxLineBytes { get; init; } = 1 << 20;
}

/// <summary>The names of the formats.</summary>
public static class SourceFormats
{
    /// <summary>Detected by content.</summary>
    public const string Auto = "auto";

    /// <summary>ECS documents, one a line.</summary>
    public const string Ecs = "ecs";

    /// <summary>ECS envelope whose <c>message</c> is a raw line.</summary>
    public const string Filebeat = "filebeat";

    /// <summary>Structured log of the library-booking guide.</summary>
    public const string GuideL = "guide-l";

    /// <summary>SecurityLogger JSON of the trading guide.</summary>
    public const string GuideP = "guide-p";

    /// <summary>Audit JSON lines of the chat guide.</summary>
    public const string GuideC = "guide-c";

    /// <summary>Event JSON of the tours guide.</summary>
    public const string GuideT = "guide-t";

    /// <summary>Event JSON of the recycling guide.</summary>
    public const string GuideG = "guide-g";

    /// <summary>Any other JSON with a time.</summary>
    public const string Json = "json";

    /// <summary>RFC 3164, RFC 5424, and lines with an ISO time.</summary>
    public const string Syslog = "syslog";

    /// <summary>Apache and nginx, common and combined.</summary>
    public const string Access = "access";

    /// <summary>Every format that can be asked for.</summary>
    public static readonly string[] All = [Auto, Ecs, Filebeat, GuideL, GuideP, GuideC, GuideT, GuideG, Json, Syslog, Access];

    /// <summary>Whether the format's lines are JSON documents.</summary>
    public static bool IsJson(string format) => format is Ecs or Filebeat or GuideL or GuideP or GuideC or GuideT or GuideG or Json;
}
