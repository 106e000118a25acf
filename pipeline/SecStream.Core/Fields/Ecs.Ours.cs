namespace SecStream.Core.Fields;

/// <content>Our own fields. Those of anomalies (<c>secstream.anomaly.*</c>) are only in observations that the pipeline derives itself, never in what comes in.</content>
public static partial class Ecs
{
    /// <summary><c>secstream.severity</c></summary>
    public const int SecstreamSeverity = 19;

    /// <summary><c>secstream.risk.score</c></summary>
    public const int SecstreamRiskScore = 20;

    /// <summary><c>secstream.api_key.id</c></summary>
    public const int SecstreamApiKeyId = 21;

    /// <summary><c>secstream.records.count</c></summary>
    public const int SecstreamRecordsCount = 22;

    /// <summary><c>secstream.sensitivity</c></summary>
    public const int SecstreamSensitivity = 23;

    /// <summary><c>secstream.late</c></summary>
    public const int SecstreamLate = 24;

    /// <summary><c>secstream.clock_skew</c></summary>
    public const int SecstreamClockSkew = 25;

    /// <summary><c>secstream.repeat.count</c></summary>
    public const int SecstreamRepeatCount = 26;

    /// <summary><c>secstream.user.admin</c></summary>
    public const int SecstreamUserAdmin = 27;

    /// <summary><c>secstream.authentication.method</c></summary>
    public const int SecstreamAuthenticationMethod = 28;

    /// <summary><c>secstream.login.line</c></summary>
    public const int SecstreamLoginLine = 120;

    /// <summary><c>secstream.evaluated_at</c></summary>
    public const int SecstreamEvaluatedAt = 121;

    /// <summary><c>secstream.anomaly.profile</c>: the profile whose window is strange</summary>
    public const int SecstreamAnomalyProfile = 122;

    /// <summary><c>secstream.anomaly.grade</c>: 0–1</summary>
    public const int SecstreamAnomalyGrade = 123;

    /// <summary><c>secstream.anomaly.p</c>: probability that a normal window is as strange</summary>
    public const int SecstreamAnomalyP = 124;

    /// <summary><c>secstream.anomaly.deviation</c>: greatest deviation of a feature upwards, in standard deviations</summary>
    public const int SecstreamAnomalyDeviation = 125;

    /// <summary><c>secstream.anomaly.severity</c>: low, medium, high or critical</summary>
    public const int SecstreamAnomalySeverity = 126;

    /// <summary><c>secstream.anomaly.window</c>: length of the window: 5m, 15m, 1h, 1d</summary>
    public const int SecstreamAnomalyWindow = 127;

    /// <summary><c>secstream.anomaly.expected_false_per_day</c>: normal windows a day that would be at least as strange</summary>
    public const int SecstreamAnomalyExpectedFalsePerDay = 128;

    /// <summary><c>secstream.anomaly.feature</c>: the features (and categories) that make most of it, an array; <c>-bytes</c>: fewer than expected</summary>
    public const int SecstreamAnomalyFeature = 129;
}
