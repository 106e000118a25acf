using System.Globalization;
using SecStream.Core.Alerts;
using SecStream.Core.Events;
using SecStream.Stages.Rules.Loading;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace SecStream.Stages.Rules.Testing;

/// <summary>
/// Reads rule tests. Shape of a file:
/// <code>
/// rule: C1
/// fields: {action: login_failed}            # in every event of the file, unless the event says otherwise
/// cases:
///   - name: fires at the fifth failure
///     start: 2026-03-02T10:00:00Z           # what offsets count from; this is the default
///     fields: {ip: 203.0.113.7}             # in every event of the case
///     events:
///       - {at: +0s, repeat: 5 every 10s, user: alice}
///     alerts:
///       - {key: {source.address: 203.0.113.7}, opened: +40s, severity: critical, total: 5}
/// </code>
/// <c>at</c>, <c>opened</c>, <c>start</c> and <c>end</c> are offsets (<c>+90s</c>, <c>+1h30m</c>) or instants. Short names of fields:
/// action, outcome, ip, user, email, host, service, country, lat, lon, severity, api-key, admin, sensitivity. <c>count</c> is the number of
/// occurrences an event stands for. Events are sorted by time. An event with <c>anomaly</c> is an observation of one (<see cref="RuleTestAnomaly"/>).
/// </summary>
public static class RuleTestLoader
{
    private const string DefaultStart = "2026-03-02T10:00:00Z";
    private const int MaxEvents = 1_000_000;

    private static readonly Dictionary<string, string> ShortNames = new(StringComparer.Ordinal)
    {
        ["action"] = "event.action",
        ["outcome"] = "event.outcome",
        ["ip"] = "source.address",
        ["user"] = "user.name",
        ["email"] = "user.email",
        ["host"] = "host.name",
        ["service"] = "service.name",
        ["country"] = "source.geo.country_iso_code",
        ["lat"] = "source.geo.location.lat",
        ["lon"] = "source.geo.location.lon",
        ["severity"] = "secstream.severity",
        ["api-key"] = "secstream.api_key.id",
        ["admin"] = "secstream.user.admin",
        ["sensitivity"] = "secstream.sensitivity",
    };

    /// <summary>Loads all tests of a rule folder, in ordinal order of their paths.</summary>
    /// <exception cref="IOException">A file cannot be read.</exception>
    public static IReadOnlyList<RuleTestFile> LoadFolder(string folder, out IReadOnlyList<RuleIssue> issues)
    {
        var files = new List<RuleTestFile>();
        var all = new List<RuleIssue>();
        foreach (var path in Directory.EnumerateFiles(folder, "*.test.yml", SearchOption.AllDirectories)
                     .Select(f => Path.GetRelativePath(folder, f).Replace('\\', '/')).Order(StringComparer.Ordinal))
        {
            if (Load(new RuleSource(path, File.ReadAllText(Path.Combine(folder, path))), out var found) is { } file)
            {
                files.Add(file);
            }

            all.AddRange(found);
        }

        issues = all;
        return files;
    }

    /// <summary>Reads one file; null when it has errors.</summary>
    public static RuleTestFile? Load(RuleSource source, out IReadOnlyList<RuleIssue> issues)
    {
        var list = new IssueList(source.Path);
        var cases = new List<RuleTestCase>();
        var rule = "";
        foreach (var root in YamlReading.Documents(source.Text, list))
        {
            YamlReading.CheckKeys(root, "test", ["rule", "fields", "cases"], list);
            rule = YamlReading.Text(YamlReading.Get(root, "rule")) ?? "";
            var common = ReadFields(YamlReading.Get(root, "fields"), new Dictionary<string, object>(), list);
            cases.AddRange((YamlReading.Get(root, "cases") as YamlSequenceNode ?? []).Children.OfType<YamlMappingNode>().Select(c => ReadCase(c, common, list)));
            if (rule.Length == 0 || cases.Count == 0)
            {
                list.Error("test", root, "rule", "a test names its rule and has cases", "rule: C1, cases: […]");
            }
        }

        issues = list.Issues;
        return list.ErrorCount == 0 ? new RuleTestFile(source.Path, rule, cases) : null;
    }

    private static RuleTestCase ReadCase(YamlMappingNode map, IReadOnlyDictionary<string, object> common, IssueList issues)
    {
        YamlReading.CheckKeys(map, "cases", ["name", "start", "fields", "events", "alerts"], issues);
        var start = ReadTime(YamlReading.Get(map, "start") ?? new YamlScalarNode(DefaultStart), 0, issues);
        var fields = ReadFields(YamlReading.Get(map, "fields"), common, issues);
        var events = new List<RuleTestEvent>();
        foreach (var node in (YamlReading.Get(map, "events") as YamlSequenceNode ?? []).Children.OfType<YamlMappingNode>())
        {
            AddEvents(node, start, fields, events, issues);
        }

        var alerts = (YamlReading.Get(map, "alerts") as YamlSequenceNode ?? []).Children.OfType<YamlMappingNode>().Select(a => ReadAlert(a, start, issues)).ToArray();
        if (events.Count == 0 || YamlReading.Get(map, "alerts") is not YamlSequenceNode)
        {
            issues.Error("test", map, "cases", "a case has events and says its alerts", "'alerts: []' for none");
        }

        // In order of time, so that series of events may overlap in the file; ties keep the file's order.
        return new RuleTestCase(YamlReading.Text(YamlReading.Get(map, "name")) ?? "", IssueList.Line(map), [.. events.OrderBy(e => e.Time)], alerts);
    }

    private static void AddEvents(YamlMappingNode map, long start, IReadOnlyDictionary<string, object> common, List<RuleTestEvent> events, IssueList issues)
    {
        var time = YamlReading.Get(map, "at") is { } at ? ReadTime(at, start, issues) : start;
        var count = int.TryParse(YamlReading.Text(YamlReading.Get(map, "count")) ?? "1", NumberStyles.None, CultureInfo.InvariantCulture, out var c) ? c : 1;
        var own = new YamlMappingNode(map.Children.Where(f => YamlReading.Key(f.Key) is not ("at" or "repeat" or "count" or "anomaly")));
        var fields = ReadFields(own, common, issues).Where(f => f.Value is not DBNull).Select(f => new RuleTestField(f.Key, f.Value)).ToArray();
        var anomaly = YamlReading.Get(map, "anomaly") is { } node ? RuleTestAnomaly.Read(node, issues) : null;
        var (times, step) = ReadRepeat(YamlReading.Get(map, "repeat"), issues);
        for (var i = 0; i < times && events.Count < MaxEvents; i++)
        {
            events.Add(new RuleTestEvent(time + (i * step), count, fields) { Anomaly = anomaly });
        }
    }

    // "5 every 10s"; "5" for the same moment.
    private static (int Times, long Step) ReadRepeat(YamlNode? node, IssueList issues)
    {
        if (node is null)
        {
            return (1, 0);
        }

        var words = (YamlReading.Text(node) ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries);
        long step = 0;
        if (words.Length is 1 or 3
            && int.TryParse(words[0], NumberStyles.None, CultureInfo.InvariantCulture, out var times)
            && (words.Length == 1 || (words[1] == "every" && TryOffset(words[2], out step))))
        {
            return (times, step);
        }

        issues.Error("test", node, "repeat", $"'{YamlReading.Text(node)}' is no repetition", "like 5 every 10s");
        return (0, 0);
    }

    private static ExpectedAlert ReadAlert(YamlMappingNode map, long start, IssueList issues)
    {
        YamlReading.CheckKeys(map, "alerts", ["key", "opened", "start", "end", "severity", "total", "events"], issues);
        long? Time(string key) => YamlReading.Get(map, key) is { } node ? ReadTime(node, start, issues) : null;
        long? Number(string key) => long.TryParse(YamlReading.Text(YamlReading.Get(map, key)), NumberStyles.None, CultureInfo.InvariantCulture, out var n) ? n : null;
        Severity? severity = null;
        if (YamlReading.Get(map, "severity") is { } text)
        {
            if (Enum.TryParse<Severity>(YamlReading.Text(text), ignoreCase: true, out var parsed))
            {
                severity = parsed;
            }
            else
            {
                issues.Error("test", text, "severity", $"'{YamlReading.Text(text)}' is no severity", "low, medium, high, critical");
            }
        }

        var key = YamlReading.Get(map, "key") as YamlMappingNode ?? new YamlMappingNode();
        return new ExpectedAlert
        {
            Line = IssueList.Line(map),
            Key = key.Children.ToDictionary(k => Long(YamlReading.Key(k.Key)), k => YamlReading.Text(k.Value) ?? "", StringComparer.Ordinal),
            Opened = Time("opened"),
            Start = Time("start"),
            End = Time("end"),
            Severity = severity,
            Total = Number("total"),
            Events = Number("events"),
        };
    }

    private static string Long(string name) => ShortNames.GetValueOrDefault(name, name);

    private static Dictionary<string, object> ReadFields(YamlNode? node, IReadOnlyDictionary<string, object> common, IssueList issues)
    {
        var fields = new Dictionary<string, object>(common, StringComparer.Ordinal);
        foreach (var (key, value) in (node as YamlMappingNode ?? new YamlMappingNode()).Children)
        {
            if (YamlReading.Scalars(value) is not { } scalars)
            {
                issues.Error("test", value, YamlReading.Key(key), "a value or a list of values is needed");
                continue;
            }

            // A null takes a common field away again.
            fields[Long(YamlReading.Key(key))] = value is YamlSequenceNode ? scalars.Select(Value).Where(v => v is not DBNull).ToArray() : Value(scalars[0]);
        }

        return fields;
    }

    private static object Value(YamlScalarNode scalar)
    {
        var text = scalar.Value ?? "";
        if (scalar.Style != ScalarStyle.Plain)
        {
            return text;
        }

        return text switch
        {
            "" or "~" or "null" => DBNull.Value,
            "true" => true,
            "false" => false,
            _ when long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var integer) => integer,
            _ when double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var real) && double.IsFinite(real) => real,
            _ => text,
        };
    }

    private static long ReadTime(YamlNode node, long start, IssueList issues)
    {
        var text = YamlReading.Text(node) ?? "";
        if (TryOffset(text.TrimStart('+', '-'), out var offset) && text[0] is '+' or '-')
        {
            return text[0] == '-' ? start - offset : start + offset;
        }

        if (DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var instant))
        {
            return EventClock.ToMicroseconds(instant);
        }

        issues.Error("test", node, "at", $"'{text}' is neither an offset nor an instant", "like +90s, +1h30m, 2026-03-02T10:00:00Z");
        return start;
    }

    // Sum of parts: 1h30m, 90s, 500ms.
    private static bool TryOffset(string text, out long microseconds)
    {
        microseconds = 0;
        var at = 0;
        while (at < text.Length)
        {
            var digits = at;
            while (digits < text.Length && char.IsAsciiDigit(text[digits]))
            {
                digits++;
            }

            var unit = digits;
            while (unit < text.Length && char.IsAsciiLetter(text[unit]))
            {
                unit++;
            }

            var factor = text[digits..unit] switch
            {
                "ms" => EventClock.Second / 1000,
                "s" => EventClock.Second,
                "m" => EventClock.Minute,
                "h" => EventClock.Hour,
                "d" => EventClock.Day,
                _ => 0,
            };
            if (factor == 0 || digits == at || digits - at > 9)
            {
                return false;
            }

            microseconds += long.Parse(text.AsSpan(at, digits - at), NumberStyles.None, CultureInfo.InvariantCulture) * factor;
            at = unit;
        }

        return text.Length > 0;
    }
}
