using SecStream.Core.Fields;

namespace SecStream.Stages.Parsing.Guides;

/// <summary>
/// Where the JSON logs of the five guides keep what ECS has a field for. A concept is looked up under its paths in order; bare names are also
/// looked for in the objects <c>metadata</c>, <c>details</c>, <c>data</c>, <c>context</c> and <c>request</c>. Immutable, shared by all sources.
/// </summary>
internal sealed class GuideFields
{
    private static readonly string[] Containers = ["metadata", "details", "data", "context", "request"];

    private readonly FieldCatalog _catalog;

    public GuideFields(FieldCatalog catalog)
    {
        _catalog = catalog;
        Time = Own("timestamp", "time", "ts", "datetime", "createdAt", "created_at");
        Action = Own("event.type", "event", "eventType", "event_type", "action", "event.action", "event.name", "type");
        Outcome = Nested("result", "outcome", "status", "success");
        Address = Nested("ip", "ipAddress", "ip_address", "clientIp", "client_ip", "clientIP", "sourceIp", "source_ip", "remoteAddress",
            "remote_addr", "userIp");
        UserName = Nested("username", "userName", "user_name", "user.username", "user", "actor");
        Risk = Nested("riskScore", "risk_score");
        Severity = [.. Nested("severity", "riskLevel", "risk_level", "event.severity"), .. Own("level")];
        Sensitivity = Nested("sensitivity", "dataClassification", "data_classification", "classification", "sensitive", "isSensitive", "pii",
            "containsPii", "financial");
        DurationMs = Nested("responseTime", "response_time", "responseTimeMs", "durationMs", "duration_ms");
        Url = Nested("endpoint", "url", "path", "request_path", "originalUrl");
        Category = Own("category", "event.category");
        Copies =
        [
            (Ecs.LogLevel, Own("level", "logLevel")),
            (Ecs.UserEmail, Nested("email", "userEmail", "user_email")),
            (Ecs.UserId, Nested("userId", "user_id", "uid")),
            (Ecs.UserRoles, Nested("user.role", "userRole", "user_role", "role", "roles")),
            (Ecs.UserTargetName, Nested("targetUser", "target_user", "targetUserId", "target_user_id")),
            (Ecs.SessionId, Nested("sessionId", "session_id")),
            (Ecs.SecstreamApiKeyId, Nested("apiKeyId", "api_key_id", "apiKey", "api_key", "keyId")),
            (Ecs.SecstreamRecordsCount, Nested("recordsReturned", "records_returned", "recordCount", "record_count", "recordsCount", "rowCount",
                "row_count", "resultCount", "records")),
            (Ecs.UserAgentOriginal, Nested("userAgent", "user_agent", "ua")),
            (Ecs.HttpRequestMethod, Nested("method", "httpMethod", "http_method")),
            (Ecs.HttpResponseStatusCode, Nested("statusCode", "status_code", "httpStatus")),
            (Ecs.HttpRequestId, Nested("requestId", "request_id")),
            (Ecs.HttpRequestBodyContent, Nested("payload", "body", "input")),
            (Ecs.TraceId, Own("correlationId", "correlation_id", "traceId", "trace_id")),
            (Ecs.ServiceName, Own("service", "serviceName", "service_name", "app", "application", "metadata.service", "details.service",
                "metadata.api", "details.api")),
            (Ecs.ServiceEnvironment, Nested("environment")),
            (Ecs.ServiceVersion, Nested("version")),
            (Ecs.HostName, Nested("hostname", "host", "server")),
            (Ecs.EventReason, Nested("reason", "failureReason", "failure_reason")),
            (Ecs.ErrorMessage, Nested("error", "errorMessage", "error_message")),
            (Ecs.SourceGeoCountryIsoCode, Nested("countryCode", "country_code", "location.country", "country")),
            (Ecs.FilePath, Nested("filePath", "file_path", "file")),
            (Ecs.EventId, Own("eventId", "event_id")),
        ];
        Snake = Own("event_type", "client_ip", "user_id", "ip_address", "source_ip");
        Groups = [Action, Address, UserName, Risk, DurationMs, Url, Category, Snake, .. Copies.Select(c => c.From)];
        Roles = new (int, int)[catalog.Count][];
        foreach (var field in Paths.Values.Distinct())
        {
            Roles[field] = [.. Groups.Select((g, i) => (Group: i, Rank: Array.IndexOf(g, field))).Where(r => r.Rank >= 0)];
        }
    }

    public int[] Time { get; }

    public int[] Action { get; }

    public int[] Outcome { get; }

    public int[] Address { get; }

    public int[] UserName { get; }

    public int[] Risk { get; }

    public int[] Severity { get; }

    public int[] Sensitivity { get; }

    public int[] DurationMs { get; }

    public int[] Url { get; }

    public int[] Category { get; }

    /// <summary>Concepts that are copied as they are: ECS field and the fields to look in.</summary>
    public (int To, int[] From)[] Copies { get; }

    /// <summary>Names that only the Python application of guide G writes.</summary>
    public int[] Snake { get; }

    /// <summary>The concepts of which the first present field counts, numbered as <see cref="GuideConcept"/>, then the copies.</summary>
    public int[][] Groups { get; }

    /// <summary>By field: the concepts it serves and its place in each one's order; null for fields of no guide.</summary>
    public (int Group, int Rank)[]?[] Roles { get; }

    /// <summary>Whether the field is no ECS field, and goes away once its content is mapped.</summary>
    public bool IsConsumed(int field) => field >= Ecs.Names.Length && field < Roles.Length && Roles[field] is not null;

    /// <summary>Every path and its field, for the JSON parser's map.</summary>
    public Dictionary<string, int> Paths { get; } = new(StringComparer.Ordinal);

    private int[] Nested(params string[] names) => Own([.. names, .. Containers.SelectMany(c => names.Select(n => $"{c}.{n}"))]);

    private int[] Own(params string[] paths) => [.. paths.Select(Field)];

    private int Field(string path)
    {
        var id = _catalog.Intern(path);
        Paths.TryAdd(path, id);
        return id;
    }
}

/// <summary>Places of the concepts in <see cref="GuideFields.Groups"/>.</summary>
internal static class GuideConcept
{
    public const int Action = 0;
    public const int Address = 1;
    public const int UserName = 2;
    public const int Risk = 3;
    public const int DurationMs = 4;
    public const int Url = 5;
    public const int Category = 6;
    public const int Snake = 7;
    public const int Copies = 8;
}
