using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using SecStream.Core.Observations;
using SecStream.Stages.Parsing;
using SecStream.Training.Schedule;

namespace SecStream.Host.Configuration;

/// <summary>The keys of <c>secstream.yml</c>. The reader, the listing and <c>infra/schemas/config.schema.json</c> follow from this one table.</summary>
internal static class ConfigurationSchema
{
    private const int MaxFiles = 1000;
    private const int MaxPaths = 100;
    private static readonly TimeSpan s_second = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_day = TimeSpan.FromDays(1);
    private static readonly DurationShape s_keep = new(s_day, 36_500 * s_day);
    private static readonly ChoiceShape s_format = new([.. SourceFormats.All]);
    private static readonly ListShape s_paths = new(new PathShape(MustExist: true), MaxPaths);
    private static readonly string[] s_fileKinds = ["geoip", "intel", "blacklist", "allow", "entities"];

    /// <summary>The whole file.</summary>
    public static SectionShape Root { get; } = new(
        new("data", new PathShape(MustExist: false), "Folder of events, alerts, journals and state.", "data"),
        new("tenant", new TextShape("^[a-z0-9][a-z0-9._-]{0,62}$", "up to 63 lower-case letters, digits, '.', '_' and '-'"), "Tenant of the events.", "default"),
        new("timezone", new ZoneShape(), "Zone of times that name none. Default: the machine's."),
        new("lateness", new DurationShape(s_second, TimeSpan.FromHours(1)), "How late an event may be and still be in order; alerts come later by as much.", "5s"),
        new("horizon", new DurationShape(TimeSpan.FromMinutes(1), 7 * s_day), "How late an event may be and still be evaluated, by correction.", "1h"),
        new("lanes", new NumberShape(1, Row.ShardCount), "Threads that own the state; never changes a result. Default: half the processors."),
        new("workers", new NumberShape(1, 64), "Threads that parse, at most one per source; never changes a result. Default: half the processors."),
        new("rules", new PathShape(MustExist: true), "Folder of Sigma rules. Default: the pack that comes with SecStream."),
        new("geoip", s_paths, "GeoIP and ASN files (.mmdb), or folders of them. Default: SECSTREAM_GEOIP."),
        new("blacklists", s_paths, "Lists of refused addresses and networks."),
        new("intel", s_paths, "Lists of addresses and networks that others report."),
        new("allow", s_paths, "Lists of addresses and networks that are never marked."),
        new("entities", new PathShape(MustExist: true), "File of users and assets: admins, home countries."),
        new("files", new ListShape(new ShortSectionShape("path", File), MaxFiles), "Log files to follow: paths, or maps with a path. Default: the usual logs of the machine."),
        new("syslog", Syslog, "Syslog listeners."),
        new("http", Http, "HTTP listener: events in, questions and metrics."),
        new("kafka", StackSchema.Kafka, "Kafka: topics that are read, and topics that are written. Default: none."),
        new("elasticsearch", StackSchema.Elasticsearch, "Elasticsearch or OpenSearch: where events and alerts go. Default: the data folder."),
        new("redis", StackSchema.Redis, "Redis: recent alerts, actions and the blacklist for others to read. Default: none."),
        new("store", new ChoiceShape("auto", "embedded", "elasticsearch"), "What commands and the API read: auto is Elasticsearch where it is written, else the data folder.", "auto"),
        new("journal", Journal, "Journals in which the listeners keep what they accept."),
        new("events", new SectionShape(new ShapeField("retention", new DurationsShape(s_keep),
            "How long events are kept, by severity (low 30d, medium 90d, high 1y, critical 3y) or retention class.")), "Stored events."),
        new("alerts", new SectionShape(new ShapeField("keep", s_keep, "How long alerts and incidents are kept.", "1y")), "Stored alerts."),
        new("state", State, "State of the rules."),
        new("profiles", Profiles, "Windows of keys: what anomalies are found in, and what models are trained from."),
        new("training", Training, "Training of models from stored windows."),
        new("telemetry", new SectionShape(new ShapeField("otlp", new UrlShape(), "Where metrics are sent by OTLP. Default: nowhere.")), "Telemetry."),
        new("ledger", LedgerKeys, "Blind-spot ledger: what could not be seen."));

    private static SectionShape File => new(
        new("path", new PathShape(MustExist: false), "Where the file lies.", Required: true),
        new("format", s_format, "Its format.", "auto"),
        new("timezone", new ZoneShape(), "Zone of times that name none."),
        new("year", new NumberShape(1970, 9999), "Year of its first line, where lines carry none."));

    private static SectionShape Syslog => new(
        new("udp", new EndpointShape(), "Address for datagrams.", "127.0.0.1:5514"),
        new("tcp", new EndpointShape(), "Address for connections.", "127.0.0.1:5514"),
        new("format", s_format, "Format of what comes.", "auto"),
        new("timezone", new ZoneShape(), "Zone of times that name none."),
        new("max_connections", new NumberShape(1, 65_536), "TCP connections at once.", "512"),
        new("max_message", new SizeShape(1 << 10, 16 << 20), "Longest message.", "1MiB"),
        new("idle_timeout", new DurationShape(s_second, 7 * s_day), "A connection that says nothing for so long is closed.", "1h"));

    private static SectionShape Http => new(
        new("listen", new EndpointShape(), "Address. One that is not loopback needs keys.", "127.0.0.1:8080"),
        new("tls", new SectionShape(
            new("certificate", new PathShape(MustExist: true), "Certificate with its chain, PEM.", Required: true),
            new("key", new PathShape(MustExist: true), "Private key, PEM.", Required: true)), "TLS. Default: none."),
        new("keys", new ListShape(new SectionShape(
            new("name", new TextShape("^[A-Za-z0-9._-]{1,64}$", "up to 64 letters, digits, '.', '_' and '-'"), "Name for people, and user of basic authentication.", Required: true),
            new("role", new ChoiceShape("viewer", "analyst", "admin", "shipper"), "viewer reads, analyst also judges alerts, admin also changes the service, shipper only delivers events.", Required: true),
            new("secret_env", StackSchema.Variable, "Environment variable with the secret."),
            new("secret_file", StackSchema.SecretFile, "File with the secret.")) { Instead = StackSchema.NoSecretHere("secret") }, 1000), "Keys. A secret is never written here: an environment variable or file has it."),
        new("require_key", new FlagShape(), "Ask for a key on loopback, too.", "false"),
        new("max_body", new SizeShape(1 << 10, 1 << 30), "Largest request, decompressed.", "64MiB"),
        new("elasticsearch_version", new TextShape(@"^[0-9]{1,2}\.[0-9]{1,3}\.[0-9]{1,3}$", "a version such as 8.17.0"), "Version that shippers are told when they ask for Elasticsearch's.", "8.17.0"));

    private static SectionShape Journal => new(
        new("max_size", new SizeShape(64 << 20, 16L << 40), "Size of each journal at most; then senders wait.", "10GiB"),
        new("keep", new DurationShape(TimeSpan.FromHours(1), 3650 * s_day), "How long what has been worked off is kept, for replays.", "7d"),
        new("min_free", new SizeShape(1 << 20, 16L << 40), "Free space that must be left on the disk; below it senders are refused.", "256MiB"));

    private static SectionShape State => new(
        new("max_memory", new SizeShape(64 << 20, 1L << 40), "Memory of all keys' state; beyond it the keys idle longest are dropped.", "1GiB"),
        new("snapshot_every", new DurationShape(s_second, TimeSpan.FromHours(1)), "Time between snapshots at least.", "10s"));

    private static SectionShape Profiles => new(
        new("enabled", new FlagShape(), "Keep profiles at all: without them there are no anomalies, and nothing to train from.", "true"),
        new("keep", s_keep, "How long windows are kept for training.", "35d"),
        new("max_memory", new SizeShape(16 << 20, 1L << 40), "Memory of all profiles; beyond it the keys idle longest are dropped.", "512MiB"));

    private static SectionShape Training => new(
        new("enabled", new FlagShape(), "The service trains in the background. Where `train --watch` does it as a program of its own: false.", "true"),
        new("schedule", new CronShape(), "When, in UTC: seconds, minutes, hours, day of month, month, day of week.", TrainingSchedule.Default),
        new("auto_promote", new FlagShape(), "A model that the gate lets pass is promoted; else it becomes the challenger and waits for `models promote`.", "true"));

    private static SectionShape LedgerKeys => new(
        new("silent_after", new DurationShape(TimeSpan.FromMinutes(1), 30 * s_day), "A source is silent after this, or ten times its usual gap if that is longer.", "15m"),
        new("behind_after", new DurationShape(s_second, s_day), "A source that is not caught up for so long is behind.", "1m"),
        new("blind_after", new DurationShape(TimeSpan.FromMinutes(1), 30 * s_day), "A rule that no event could reach for so long is blind.", "1d"),
        new("parse_failures", new RatioShape(), "Share of a source's lines that may be unparseable.", "0"),
        new("late", new RatioShape(), "Share of a source's events that may be late.", "0.05"),
        new("stale_after", new DurationsShape(s_keep, s_fileKinds), "Ages from which files are stale, by kind: geoip (60d), intel (7d), blacklist, allow, entities."),
        new("keep", s_keep, "How long closed entries are kept.", "1y"));

    /// <summary>The schema as <c>infra/schemas/config.schema.json</c> has it.</summary>
    public static string ToJson()
    {
        var schema = Root.Schema();
        schema.Insert(0, "$schema", "https://json-schema.org/draft/2020-12/schema");
        schema.Insert(1, "title", "SecStream configuration (secstream.yml)");
        return schema.ToJsonString(new JsonSerializerOptions { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }) + "\n";
    }
}
