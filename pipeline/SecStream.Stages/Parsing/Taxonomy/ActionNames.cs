namespace SecStream.Stages.Parsing.Taxonomy;

/// <summary>
/// Brings the names applications give their events to guide L's: <c>AUTH_LOGIN_FAILED</c>, <c>loginFailed</c> and <c>Login failed</c> are all
/// <c>login_failed</c>. An unknown name is kept, in lower snake case.
/// </summary>
internal static class ActionNames
{
    private const int MaxBytes = 128;

    /// <summary>Names that say who tried to log in, not how it went.</summary>
    private static readonly ByteTable<bool> Logins = new(
        new[] { "login", "auth_login", "user_login", "login_attempt", "auth_login_attempt", "authentication", "ssh_login", "signin", "logon", "authenticate" }
            .Select(name => (name, true)));

    private static readonly ByteTable<byte[]> Aliases = new(Pairs().Select(p => (p.Alias, System.Text.Encoding.ASCII.GetBytes(p.Name))));

    /// <summary>
    /// Writes the normal form of a name to <paramref name="target"/> (at least 192 bytes) and returns it. <paramref name="succeeded"/> decides
    /// between two names where the source uses one for both ("login" with a result).
    /// </summary>
    public static ReadOnlySpan<byte> Normalise(ReadOnlySpan<byte> name, bool? succeeded, Span<byte> target)
    {
        var snake = target[..Snake(name[..Math.Min(name.Length, MaxBytes)], target)];
        if (succeeded is { } success && IsLogin(snake))
        {
            return success ? "login_success"u8 : "login_failed"u8;
        }

        return Aliases.TryGet(snake, out var alias) ? alias : snake;
    }

    /// <summary>Lower snake case: words are parted at changes of case and at anything that is no letter or digit.</summary>
    private static int Snake(ReadOnlySpan<byte> name, Span<byte> target)
    {
        var to = 0;
        for (var at = 0; at < name.Length && to + 2 < target.Length; at++)
        {
            var b = name[at];
            if (!ByteText.IsLetter(b) && !ByteText.IsDigit(b) && b < 0x80)
            {
                if (to > 0 && target[to - 1] != '_')
                {
                    target[to++] = (byte)'_';
                }

                continue;
            }

            var starts = (uint)(b - 'A') <= 25 && at > 0 && (uint)(name[at - 1] - 'a') <= 25;
            if (starts && to > 0 && target[to - 1] != '_')
            {
                target[to++] = (byte)'_';
            }

            target[to++] = ByteText.Lower(b);
        }

        return to > 0 && target[to - 1] == '_' ? to - 1 : to;
    }

    private static bool IsLogin(ReadOnlySpan<byte> snake) => Logins.TryGet(snake, out _);

    private static IEnumerable<(string Alias, string Name)> Pairs() =>
    [
        .. To("login_failed", "auth_login_failed", "auth_login_failure", "login_failure", "failed_login", "user_login_failed",
            "authentication_failed", "authentication_failure",
            "auth_failed", "auth_failure", "login_fail", "signin_failed", "invalid_credentials", "api_authentication_failed", "auth_login_fail"),
        .. To("login_success", "auth_login_success", "login_succeeded", "successful_login", "user_login_success", "authentication_success",
            "auth_success", "login_successful",
            "user_logged_in", "logged_in", "signin_success", "login", "auth_login", "user_login"),
        .. To("login_failed_user_not_found", "auth_user_not_found", "login_user_not_found", "user_not_found"),
        .. To("login_failed_invalid_password", "invalid_password", "login_invalid_password", "wrong_password"),
        .. To("login_attempt_locked_account", "login_locked_account", "auth_account_locked_attempt", "locked_account_login"),
        .. To("logout", "auth_logout", "user_logout", "logged_out", "signout"),
        .. To("login_attempt", "auth_login_attempt", "auth_attempt"),
        .. To("token_refresh", "auth_token_refresh", "jwt_refresh", "token_refreshed"),
        .. To("token_expired", "auth_token_expired", "jwt_expired"),
        .. To("token_invalid", "auth_token_invalid", "invalid_token", "jwt_invalid", "jwt_token_anomaly"),
        .. To("token_blacklisted", "auth_token_blacklisted", "blacklisted_token"),
        .. To("password_reset", "auth_password_reset", "password_reset_request", "password_reset_requested"),
        .. To("account_locked", "account_lockout", "auth_account_locked"),
        .. To("privilege_escalation_attempt", "privilege_escalation", "privilege_escalation_detected"),
        .. To("access_denied", "unauthorized_access", "access_violation", "unauthorized_access_attempt", "unauthorized", "unauthorised_access",
            "access_forbidden",
            "unauthorized_api_access"),
        .. To("permission_denied", "permission_check_failed"),
        .. To("role_change", "role_changed", "user_role_change", "user_role_changed", "permission_change", "user_permissions_changed"),
        .. To("rate_limit_exceeded", "rate_limit", "rate_limit_violation", "rate_limit_violations", "rate_limit_hit", "rate_limited",
            "api_rate_limit", "rate_limit_exceed",
            "rate_limit_triggered", "too_many_requests"),
        .. To("input_validation_failed", "validation_failed", "validation_failure", "input_validation_failure", "invalid_input"),
        .. To("suspicious_input_detected", "suspicious_input", "path_traversal", "path_traversal_attempt", "command_injection",
            "command_injection_attempt"),
        .. To("file_upload_security_violation", "upload_violation", "file_upload_violation", "malicious_upload", "malicious_file_upload"),
        .. To("xss_attempt", "xss", "xss_attack", "xss_detected", "cross_site_scripting"),
        .. To("sql_injection_attempt", "sql_injection", "sqli", "sqli_attempt", "sql_injection_detected"),
        .. To("csrf_attempt", "csrf", "csrf_violation", "csrf_token_invalid", "csrf_attack"),
        .. To("anomaly_detected", "anomaly"),
        .. To("configuration_change", "config_change", "config_changed", "configuration_changed", "security_configuration_change",
            "security_config_change", "settings_updated",
            "settings_change", "settings_changed", "security_configuration_changed", "config_update", "configuration_updated",
                "system_config_change"),
        .. To("security_error", "security_system_error"),
        .. To("service_start", "service_started", "server_start", "system_start", "system_startup"),
        .. To("service_stop", "service_stopped", "server_stop", "system_stop", "system_shutdown"),
        .. To("health_check", "healthcheck"),
        .. To("system_error", "internal_error", "server_error", "application_error"),
        .. To("backup_restore", "backup_restored", "restore_backup"),
        .. To("backup_create", "backup_created"),
        .. To("encryption_key_access", "encryption_key_accessed", "key_access"),
        .. To("audit_log_failure", "audit_failure", "audit_write_failure", "audit_log_write_failure"),
        .. To("payment_blocked", "payment_block"),
        .. To("ip_blocked", "ip_block"),
        .. To("suspicious_transaction", "high_risk_transaction", "suspicious_transaction_alert"),
        .. To("user_registration", "user_registered", "registration", "new_user_registration", "account_created", "user_created"),
        .. To("data_export", "data_exported", "bulk_export"),
    ];

    private static IEnumerable<(string Alias, string Name)> To(string name, params string[] aliases) => aliases.Select(a => (a, name));
}
