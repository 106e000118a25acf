using SecStream.Core.Alerts;
using SecStream.Host.Ledger;

namespace SecStream.Host.Configuration;

/// <summary>What a configuration file gave.</summary>
/// <param name="Options">The options.</param>
/// <param name="Path">The file; null: there is none.</param>
/// <param name="Lines">Lines of the keys that it sets, by path of the key.</param>
internal sealed record LoadedConfiguration(ServiceOptions Options, string? Path, IReadOnlyDictionary<string, int> Lines);

/// <summary>Reads <c>secstream.yml</c>.</summary>
internal static class ServiceOptionsReader
{
    private const string Variable = "SECSTREAM_CONFIG";
    private const string UsualName = "secstream.yml";

    /// <summary>The file that is meant: the one named, else that of <c>SECSTREAM_CONFIG</c>, else <c>./secstream.yml</c> if it is there; else null.</summary>
    /// <exception cref="ConfigurationException">The one meant is not there.</exception>
    public static string? Find(string? named)
    {
        if (named is not null)
        {
            return File.Exists(named) ? named : throw new ConfigurationException($"--config {named}: no such file");
        }

        if (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } path)
        {
            return File.Exists(path) ? path : throw new ConfigurationException($"{Variable}={path}: no such file");
        }

        return File.Exists(UsualName) ? UsualName : null;
    }

    /// <summary>Reads the file that is meant; the defaults when there is none.</summary>
    /// <exception cref="ConfigurationException">It can't be used; the message has all that is wrong, a line each.</exception>
    public static LoadedConfiguration Load(string? named)
    {
        if (Find(named) is not { } path)
        {
            return new LoadedConfiguration(new ServiceOptions(), null, new Dictionary<string, int>());
        }

        var issues = new ConfigurationIssues(path);
        var loaded = Read(ConfigurationText.ReadFile(path), issues);
        return issues.All is { Count: > 0 } all ? throw new ConfigurationException(string.Join('\n', all)) : loaded;
    }

    /// <summary>Reads a text. Whether the result may be used, the issues say.</summary>
    public static LoadedConfiguration Read(string text, ConfigurationIssues issues)
    {
        var root = ConfigurationText.Parse(text, issues) is { } map && ConfigurationSchema.Root.Read(map, "", issues) is ConfigurationSection read
            ? read
            : new ConfigurationSection(null, "");
        var options = Options(root);
        ConfigurationChecks.Check(root, options, issues);
        var lines = new Dictionary<string, int>(StringComparer.Ordinal);
        AddLines(root, lines);
        return new LoadedConfiguration(options, issues.File, lines);
    }

    private static ServiceOptions Options(ConfigurationSection root)
    {
        var none = new ServiceOptions();
        return none with
        {
            Data = root.Get("data", none.Data),
            Pipeline = Pipeline(root, none.Pipeline),
            Files = root.List("files") is { } files ? [.. files.Select(f => OneFile((ConfigurationSection)f.Value))] : null,
            Syslog = Syslog(root.Section("syslog"), none.Syslog),
            Http = Http(root.Section("http"), none.Http),
            Kafka = StackReader.Kafka(root),
            Elasticsearch = StackReader.Elasticsearch(root),
            Redis = StackReader.Redis(root),
            Store = StackReader.Store(root),
            Journal = Journal(root.Section("journal"), none.Journal),
            Events = Retention(root.Section("events"), none.Events),
            AlertsKeep = root.Section("alerts").Get("keep", none.AlertsKeep),
            SnapshotEvery = root.Section("state").Get("snapshot_every", none.SnapshotEvery),
            FeaturesKeep = root.Section("profiles").Get("keep", none.FeaturesKeep),
            Training = Training(root.Section("training"), none.Training),
            Otlp = root.Section("telemetry").Get<Uri?>("otlp", null),
            Blindness = Blindness(root.Section("ledger"), none.Blindness),
            Ledger = none.Ledger with { Retention = root.Section("ledger").Get("keep", none.Ledger.Retention) },
        };
    }

    private static PipelineOptions Pipeline(ConfigurationSection root, PipelineOptions none) => none with
    {
        Tenant = root.Get("tenant", none.Tenant),
        Zone = root.Get("timezone", none.Zone),
        Lateness = root.Get("lateness", none.Lateness),
        Horizon = root.Get("horizon", none.Horizon),
        Lanes = root.Get("lanes", none.Lanes),
        Workers = root.Get("workers", none.Workers),
        RulesDirectory = root.Get("rules", none.RulesDirectory),
        GeoIp = root.List("geoip", none.GeoIp),
        Blacklists = root.List("blacklists", none.Blacklists),
        Intel = root.List("intel", none.Intel),
        AllowLists = root.List("allow", none.AllowLists),
        Entities = root.Get("entities", none.Entities),
        MaxStateBytes = root.Section("state").Get("max_memory", none.MaxStateBytes),
        HasProfiles = root.Section("profiles").Get("enabled", none.HasProfiles),
        MaxProfileBytes = root.Section("profiles").Get("max_memory", none.MaxProfileBytes),
    };

    private static FileSettings OneFile(ConfigurationSection file) => new()
    {
        Path = file.Get("path", ""),
        Format = file.Get<string?>("format", null),
        Zone = file.Get<TimeZoneInfo?>("timezone", null),
        Year = file.Has("year", out var year) ? (int)year.Value : null,
    };

    private static SyslogSettings Syslog(ConfigurationSection section, SyslogSettings none) => none with
    {
        Udp = section.Get("udp", new EndpointShape.Value(none.Udp)).Endpoint,
        Tcp = section.Get("tcp", new EndpointShape.Value(none.Tcp)).Endpoint,
        Format = section.Get("format", none.Format),
        Zone = section.Get("timezone", none.Zone),
        MaxConnections = section.Get("max_connections", none.MaxConnections),
        MaxMessageBytes = (int)section.Get("max_message", (long)none.MaxMessageBytes),
        IdleTimeout = section.Get("idle_timeout", none.IdleTimeout),
    };

    private static HttpSettings Http(ConfigurationSection section, HttpSettings none) => none with
    {
        Listen = section.Get("listen", new EndpointShape.Value(none.Listen)).Endpoint,
        TlsCertificate = section.Section("tls").Get<string?>("certificate", null),
        TlsKey = section.Section("tls").Get<string?>("key", null),
        Keys = section.List("keys") is { } keys ? [.. keys.Select(k => Key((ConfigurationSection)k.Value))] : none.Keys,
        RequireKey = section.Get("require_key", none.RequireKey),
        MaxBodyBytes = section.Get("max_body", none.MaxBodyBytes),
        ElasticsearchVersion = section.Get("elasticsearch_version", none.ElasticsearchVersion),
    };

    private static ApiKeySettings Key(ConfigurationSection key) => new()
    {
        Name = key.Get("name", ""),
        Role = Enum.Parse<ApiRole>(key.Get("role", "viewer"), ignoreCase: true),
        SecretVariable = key.Get<string?>("secret_env", null),
        SecretFile = key.Get<string?>("secret_file", null),
    };

    private static JournalSettings Journal(ConfigurationSection section, JournalSettings none) => none with
    {
        MaxBytes = section.Get("max_size", none.MaxBytes),
        Keep = section.Get("keep", none.Keep),
        MinFreeBytes = section.Get("min_free", none.MinFreeBytes),
    };

    private static TrainingSettings Training(ConfigurationSection section, TrainingSettings none) => none with
    {
        Enabled = section.Get("enabled", none.Enabled),
        Schedule = section.Get("schedule", none.Schedule),
        AutoPromote = section.Get("auto_promote", none.AutoPromote),
    };

    private static RetentionSettings Retention(ConfigurationSection section, RetentionSettings none)
    {
        var (bySeverity, byClass) = (none.BySeverity.ToDictionary(), new Dictionary<string, TimeSpan>(StringComparer.Ordinal));
        foreach (var (name, value) in section.Map("retention"))
        {
            if (Array.Find(Enum.GetNames<Severity>(), n => n.Equals(name, StringComparison.OrdinalIgnoreCase)) is { } severity)
            {
                bySeverity[Enum.Parse<Severity>(severity)] = (TimeSpan)value.Value;
            }
            else
            {
                byClass[name] = (TimeSpan)value.Value;
            }
        }

        return new RetentionSettings { BySeverity = bySeverity, ByClass = byClass };
    }

    private static CollectorOptions Blindness(ConfigurationSection section, CollectorOptions none)
    {
        var stale = none.StaleAfter.ToDictionary(StringComparer.Ordinal);
        foreach (var (kind, value) in section.Map("stale_after"))
        {
            stale[kind] = (TimeSpan)value.Value;
        }

        return none with
        {
            SilentAfter = section.Get("silent_after", none.SilentAfter),
            BehindAfter = section.Get("behind_after", none.BehindAfter),
            BlindAfter = section.Get("blind_after", none.BlindAfter),
            ParseFailureShare = section.Get("parse_failures", none.ParseFailureShare),
            LateShare = section.Get("late", none.LateShare),
            StaleAfter = stale,
        };
    }

    private static void AddLines(object value, Dictionary<string, int> lines)
    {
        var inner = value switch
        {
            ConfigurationSection section => section.Values.Values,
            List<ConfigurationValue> list => list,
            Dictionary<string, ConfigurationValue> map => map.Values,
            _ => (IEnumerable<ConfigurationValue>)[],
        };
        foreach (var found in inner)
        {
            lines[found.Key] = (int)found.Node.Start.Line;
            AddLines(found.Value, lines);
        }
    }
}
