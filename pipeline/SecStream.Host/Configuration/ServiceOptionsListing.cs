using System.Globalization;
using System.Net;
using SecStream.Core.Alerts;

namespace SecStream.Host.Configuration;

/// <summary>A setting in force.</summary>
/// <param name="Key">Path of its key.</param>
/// <param name="Value">As it would be written; empty: nothing.</param>
/// <param name="Origin"><c>default</c>, <c>secstream.yml:3</c>, <c>command line</c>.</param>
public sealed record EffectiveSetting(string Key, string Value, string Origin);

/// <summary>Lists the settings in force. Secrets are not among them: what is shown is where they are.</summary>
internal static class ServiceOptionsListing
{
    /// <summary>All settings, in the order of the schema.</summary>
    /// <param name="options">The options in force.</param>
    /// <param name="file">What the file gave.</param>
    /// <param name="commandLine">Keys that the command line sets.</param>
    public static IReadOnlyList<EffectiveSetting> List(ServiceOptions options, LoadedConfiguration file, IReadOnlySet<string> commandLine) =>
    [
        .. Values(options).Select(v => new EffectiveSetting(v.Key, v.Value, Origin(v.Key, file, commandLine))),
    ];

    /// <summary>The values by path of their keys.</summary>
    public static IEnumerable<(string Key, string Value)> Values(ServiceOptions options) =>
        [.. General(options), .. Sources(options), .. Listeners(options), .. StackListing.Values(options), .. Keeping(options), .. Ledger(options)];

    private static IEnumerable<(string, string)> General(ServiceOptions options)
    {
        var pipeline = options.Pipeline;
        return
        [
            ("data", options.Data), ("tenant", pipeline.Tenant), ("timezone", pipeline.Zone.Id), ("lateness", DurationShape.Format(pipeline.Lateness)),
            ("horizon", DurationShape.Format(pipeline.Horizon)), ("lanes", Number(pipeline.Lanes)), ("workers", Number(pipeline.Workers)),
            ("rules", pipeline.RulesDirectory), ("geoip", Join(pipeline.GeoIp)), ("blacklists", Join(pipeline.Blacklists)), ("intel", Join(pipeline.Intel)),
            ("allow", Join(pipeline.AllowLists)), ("entities", pipeline.Entities ?? ""),
        ];
    }

    private static IEnumerable<(string, string)> Sources(ServiceOptions options) => options.Files is null
        ? [("files", "the usual logs of the machine")]
        : options.Files.Select((file, i) => ($"files[{i}]", string.Join(' ', new[]
        {
            file.Path, file.Format is { } format ? $"format={format}" : "", file.Zone is { } zone ? $"timezone={zone.Id}" : "",
            file.Year is { } year ? $"year={Number(year)}" : "",
        }.Where(t => t.Length > 0))));

    private static IEnumerable<(string, string)> Listeners(ServiceOptions options)
    {
        var (syslog, http) = (options.Syslog, options.Http);
        return
        [
            ("syslog.udp", Address(syslog.Udp)), ("syslog.tcp", Address(syslog.Tcp)), ("syslog.format", syslog.Format), ("syslog.timezone", syslog.Zone?.Id ?? ""),
            ("syslog.max_connections", Number(syslog.MaxConnections)), ("syslog.max_message", SizeShape.Format(syslog.MaxMessageBytes)),
            ("syslog.idle_timeout", DurationShape.Format(syslog.IdleTimeout)),
            ("http.listen", Address(http.Listen)), ("http.tls", http.TlsCertificate ?? ""),
            .. http.Keys.Select((key, i) => ($"http.keys[{i}]", $"{key.Name} {key.Role.ToString().ToLowerInvariant()} (secret in {key.SecretFile ?? "$" + key.SecretVariable})")),
            ("http.require_key", http.RequireKey ? "true" : "false"), ("http.max_body", SizeShape.Format(http.MaxBodyBytes)),
            ("http.elasticsearch_version", http.ElasticsearchVersion),
        ];
    }

    private static IEnumerable<(string, string)> Keeping(ServiceOptions options) =>
    [
        ("journal.max_size", SizeShape.Format(options.Journal.MaxBytes)), ("journal.keep", DurationShape.Format(options.Journal.Keep)),
        ("journal.min_free", SizeShape.Format(options.Journal.MinFreeBytes)),
        .. Enum.GetValues<Severity>().Select(s => ($"events.retention.{s.ToString().ToLowerInvariant()}", DurationShape.Format(options.Events.BySeverity[s]))),
        .. options.Events.ByClass.OrderBy(c => c.Key, StringComparer.Ordinal).Select(c => ($"events.retention.{c.Key}", DurationShape.Format(c.Value))),
        ("alerts.keep", DurationShape.Format(options.AlertsKeep)),
        ("state.max_memory", SizeShape.Format(options.Pipeline.MaxStateBytes)), ("state.snapshot_every", DurationShape.Format(options.SnapshotEvery)),
        ("profiles.enabled", options.Pipeline.HasProfiles ? "true" : "false"), ("profiles.keep", DurationShape.Format(options.FeaturesKeep)),
        ("profiles.max_memory", SizeShape.Format(options.Pipeline.MaxProfileBytes)),
        ("training.enabled", options.Training.Enabled ? "true" : "false"), ("training.schedule", options.Training.Schedule),
        ("training.auto_promote", options.Training.AutoPromote ? "true" : "false"),
        ("telemetry.otlp", options.Otlp?.ToString() ?? ""),
    ];

    private static IEnumerable<(string, string)> Ledger(ServiceOptions options) =>
    [
        ("ledger.silent_after", DurationShape.Format(options.Blindness.SilentAfter)), ("ledger.behind_after", DurationShape.Format(options.Blindness.BehindAfter)),
        ("ledger.blind_after", DurationShape.Format(options.Blindness.BlindAfter)),
        ("ledger.parse_failures", options.Blindness.ParseFailureShare.ToString(CultureInfo.InvariantCulture)),
        ("ledger.late", options.Blindness.LateShare.ToString(CultureInfo.InvariantCulture)),
        .. options.Blindness.StaleAfter.OrderBy(s => s.Key, StringComparer.Ordinal).Select(s => ($"ledger.stale_after.{s.Key}", DurationShape.Format(s.Value))),
        ("ledger.keep", DurationShape.Format(options.Ledger.Retention)),
    ];

    private static string Origin(string key, LoadedConfiguration file, IReadOnlySet<string> commandLine)
    {
        if (commandLine.Contains(key))
        {
            return "command line";
        }

        return file.Lines.TryGetValue(key, out var line) ? string.Create(CultureInfo.InvariantCulture, $"{file.Path}:{line}") : "default";
    }

    private static string Address(IPEndPoint? endpoint) => endpoint?.ToString() ?? "off";

    private static string Join(IEnumerable<string> paths) => string.Join(", ", paths);

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);
}
