using System.Text.Json;
using System.Text.RegularExpressions;
using SecStream.TestParts;

namespace SecStream.Integration.Tests.Infra;

/// <summary>Dashboards ask for what there is: metrics of ours in Grafana, fields of our templates in Kibana.</summary>
public sealed partial class DashboardTests
{
    public static TheoryData<string> Grafana => [.. Directory.GetFiles(RepositoryFiles.At("infra", "grafana", "dashboards"), "*.json").Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Grafana))]
    public async Task Grafana_EveryExpression_IsOfMetricsThatThereAre(string file)
    {
        var exported = await MetricNames.ExportedAsync();
        using var dashboard = JsonDocument.Parse(RepositoryFiles.Read("infra", "grafana", "dashboards", file));
        var expressions = Values(dashboard.RootElement, "expr").Concat(Values(dashboard.RootElement, "definition")).ToList();

        Assert.NotEmpty(expressions);
        Assert.All(expressions.SelectMany(MetricNames.In), name => Assert.True(exported.Contains(name) || MetricNames.Declared.ContainsKey(name), $"{name} is neither exported nor in metrics.txt"));
        var ids = Panels(dashboard.RootElement).Select(panel => panel.GetProperty("id").GetInt32()).ToList();
        Assert.Equal(ids.Distinct(), ids);
        var sources = Values(dashboard.RootElement, "datasource", "uid").Where(uid => uid is not ("-- Grafana --" or "grafana")).Distinct();
        var provisioned = RepositoryFiles.Read("infra", "grafana", "provisioning", "datasources", "prometheus.yml");
        Assert.All(sources, uid => Assert.Contains($"uid: {uid}", provisioned, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("secstream.ndjson")]
    [InlineData("secstream-map.ndjson")]
    public void Kibana_EveryFieldAndReference_IsThere(string file)
    {
        var objects = File.ReadAllLines(RepositoryFiles.At("infra", "kibana", file)).Where(line => line.Length > 0).Select(line => JsonDocument.Parse(line).RootElement).ToList();
        var ids = objects.Select(o => (o.GetProperty("type").GetString(), o.GetProperty("id").GetString())).ToHashSet();
        Assert.Equal(objects.Count, ids.Count);
        Assert.All(ids, id => Assert.StartsWith("secstream-", id.Item2, StringComparison.Ordinal));
        foreach (var reference in objects.SelectMany(o => o.GetProperty("references").EnumerateArray()))
        {
            Assert.Contains((reference.GetProperty("type").GetString(), reference.GetProperty("id").GetString()), ids);
        }

        var known = Mapped();
        Assert.All(objects.SelectMany(Fields).Distinct(), field => Assert.True(known.Contains(field), $"{field} is in no template"));
    }

    /// <summary>Fields that an object names: of aggregations, columns, layers, queries and filters.</summary>
    private static IEnumerable<string> Fields(JsonElement saved)
    {
        var attributes = saved.GetProperty("attributes");
        foreach (var column in attributes.TryGetProperty("columns", out var columns) ? columns.EnumerateArray().Select(c => c.GetString()!) : [])
        {
            yield return column;
        }

        // The parts that Kibana keeps as texts of JSON.
        foreach (var text in Strings(attributes).Where(text => text.StartsWith('{') || text.StartsWith('[')))
        {
            using var part = JsonDocument.Parse(text);
            var named = Values(part.RootElement, "field").Concat(Values(part.RootElement, "geoField")).Concat(Values(part.RootElement, "query").SelectMany(InQuery)).Concat(Values(part.RootElement, "query", "query").SelectMany(InQuery));
            foreach (var field in named.ToList())
            {
                yield return field;
            }
        }
    }

    private static IEnumerable<string> InQuery(string query) => QueryField().Matches(query).Select(match => match.Groups[1].Value);

    /// <summary>The fields of all templates, dotted.</summary>
    private static HashSet<string> Mapped()
    {
        var found = new HashSet<string>(StringComparer.Ordinal);
        foreach (var file in Directory.GetFiles(RepositoryFiles.At("infra", "elasticsearch", "components"), "*.json"))
        {
            using var component = JsonDocument.Parse(File.ReadAllText(file));
            if (component.RootElement.GetProperty("template").TryGetProperty("mappings", out var mappings) && mappings.TryGetProperty("properties", out var properties))
            {
                Add(properties, "", found);
            }
        }

        return found;
    }

    private static void Add(JsonElement properties, string prefix, HashSet<string> found)
    {
        foreach (var property in properties.EnumerateObject())
        {
            var name = prefix + property.Name;
            if (property.Value.TryGetProperty("properties", out var inner))
            {
                Add(inner, name + ".", found);
            }

            if (property.Value.TryGetProperty("type", out _))
            {
                found.Add(name);
            }
        }
    }

    private static IEnumerable<JsonElement> Panels(JsonElement element) =>
        element.TryGetProperty("panels", out var panels) ? panels.EnumerateArray().SelectMany(panel => Panels(panel).Prepend(panel)) : [];

    /// <summary>Texts at a path, wherever in the element it begins.</summary>
    private static IEnumerable<string> Values(JsonElement element, params string[] path)
    {
        if (At(element, path) is { ValueKind: JsonValueKind.String } value)
        {
            yield return value.GetString()!;
        }

        var inner = element.ValueKind switch
        {
            JsonValueKind.Object => element.EnumerateObject().Select(property => property.Value),
            JsonValueKind.Array => element.EnumerateArray(),
            _ => Enumerable.Empty<JsonElement>(),
        };
        foreach (var text in inner.SelectMany(part => Values(part, path)))
        {
            yield return text;
        }
    }

    private static JsonElement? At(JsonElement element, string[] path)
    {
        foreach (var step in path)
        {
            if (element.ValueKind != JsonValueKind.Object || !element.TryGetProperty(step, out element))
            {
                return null;
            }
        }

        return element;
    }

    private static IEnumerable<string> Strings(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.String => [element.GetString()!],
        JsonValueKind.Object => element.EnumerateObject().SelectMany(property => Strings(property.Value)),
        JsonValueKind.Array => element.EnumerateArray().SelectMany(Strings),
        _ => [],
    };

    [GeneratedRegex(@"([A-Za-z_@][A-Za-z0-9_.@]*)\s*(?::|>=|<=|>|<)")]
    private static partial Regex QueryField();
}
