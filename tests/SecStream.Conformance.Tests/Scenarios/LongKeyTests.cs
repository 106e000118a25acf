using System.Text;
using System.Text.Json;
using SecStream.Conformance.Tests.Harness;
using SecStream.Core.Fields;
using SecStream.Host;
using SecStream.Stages.Enrichment;
using SecStream.Stages.Ingest;
using SecStream.Stages.Rules;

namespace SecStream.Conformance.Tests.Scenarios;

/// <summary>Keys of many parts with values of any length: cut and hashed, never mixed up, never too long for a buffer.</summary>
public sealed class LongKeyTests
{
    private const string Rule = """
        title: long
        id: 00000000-0000-4000-8000-000000000001
        name: base
        logsource: {product: secstream}
        detection: {selection: {event.action: x}, condition: selection}
        level: low
        ---
        title: count
        id: 00000000-0000-4000-8000-000000000002
        correlation:
          type: event_count
          rules: [base]
          group-by: [user.name, host.name, service.name, user.target.name, user.full_name, user.email, process.name, url.domain, source.address, file.path]
          timespan: 1h
          condition: {gte: 2}
        level: high
        secstream: {code: K1}
        ---
        title: values
        id: 00000000-0000-4000-8000-000000000003
        correlation:
          type: value_count
          rules: [base]
          group-by: [event.action]
          timespan: 1h
          condition: {gte: 3, field: user.name}
        level: high
        secstream: {code: K2}
        """;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void TenPartsOfThousandBytes_DifferAtTheirEnds_AreDifferentKeys(bool lastPartOnly)
    {
        var fields = new FieldCatalog();
        var rules = new RuleCompiler(fields).Compile([new RuleSource("long.yml", Rule)]);
        Assert.False(rules.HasErrors, string.Join('\n', rules.Issues));
        var knowledge = new Knowledge(IngestPlan.Compile(rules, fields, "default"), EnrichmentSources.Default);
        var lines = Enumerable.Range(0, 6).Select(i => Encoding.UTF8.GetBytes(Document(i, Long(lastPartOnly ? 0 : i % 3), Long(i % 3))));
        var result = PipelineRun.Run(knowledge, [new Partition("a", [.. lines])]);
        Assert.Equal([2L, 2L, 2L], result.Of("K1").Select(a => a.Total));
        Assert.Equal(lastPartOnly ? 0 : 3, result.Of("K2").Sum(a => a.UserCount));
    }

    private static string Long(int number) => $"{new string('x', 1000)}{number}";

    private static string Document(int i, string text, string last) => JsonSerializer.Serialize(new Dictionary<string, object>
    {
        ["@timestamp"] = $"2026-03-10T10:00:0{i}Z",
        ["event"] = new { id = $"e{i}", action = "x" },
        ["host"] = new { name = text },
        ["user"] = new { name = text, full_name = text, email = text, target = new { name = text } },
        ["service"] = new { name = text },
        ["process"] = new { name = text },
        ["url"] = new { domain = text },
        ["source"] = new { address = text },
        ["file"] = new { path = last },
    });
}
