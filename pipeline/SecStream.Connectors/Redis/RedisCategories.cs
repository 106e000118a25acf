namespace SecStream.Connectors.Redis;

/// <summary>The categories under which the operations guides keep events in Redis, and their lists.</summary>
internal static class RedisCategories
{
    /// <summary>List of the guides with what is critical.</summary>
    public const string Critical = "critical_security_events";

    /// <summary>List of the guides with payments to be reviewed.</summary>
    public const string Transactions = "suspicious_transactions";

    /// <summary>Sorted set of the guides with refused requests, by seconds since 1970.</summary>
    public const string RateLimits = "rate_limit_violations";

    private static readonly Dictionary<string, string> s_byAction = Table(
        ("access", ["privilege_escalation_attempt", "access_denied", "privilege_access", "role_change", "permission_denied", "suspicious_activity", "ip_blocked"]),
        ("data", ["data_access", "data_export", "backup_create", "backup_restore", "suspicious_transaction", "payment_blocked"]),
        ("config", ["configuration_change", "encryption_key_access", "audit_log_failure", "service_start", "service_stop", "security_error"]),
        ("api", ["http_request", "rate_limit_exceeded", "input_validation_failed", "suspicious_input_detected", "file_upload_security_violation", "xss_attempt",
            "sql_injection_attempt", "csrf_attempt"]),
        ("auth", ["login_attempt", "login_success", "login_failed", "login_failed_user_not_found", "login_failed_invalid_password", "login_attempt_locked_account",
            "logout", "token_refresh", "token_expired", "token_invalid", "token_blacklisted", "login_session_opened", "login_attempts_exceeded", "password_reset",
            "account_locked", "user_registration", "unusual_location", "unusual_time", "unusual_device", "velocity_anomaly"]));

    /// <summary><c>auth</c>, <c>access</c>, <c>data</c>, <c>config</c>, <c>api</c>; null for an action of none of them.</summary>
    public static string? Of(string? action) => action is not null && s_byAction.TryGetValue(action, out var category) ? category : null;

    /// <summary>An action of the table, as the one string for it; null: none.</summary>
    public static string? Known(ReadOnlySpan<char> action) => s_byAction.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(action, out var known, out _) ? known : null;

    /// <summary>The list that the guides keep of such an action; null for none.</summary>
    public static string? ListOf(string? action) => action is "suspicious_transaction" or "payment_blocked" ? Transactions : null;

    /// <summary>Whether it is a request refused because there were too many.</summary>
    public static bool IsRateLimit(string? action) => action is "rate_limit_exceeded";

    private static Dictionary<string, string> Table(params (string Category, string[] Actions)[] rows) =>
        rows.SelectMany(row => row.Actions.Select(action => (action, row.Category))).ToDictionary(StringComparer.Ordinal);
}
