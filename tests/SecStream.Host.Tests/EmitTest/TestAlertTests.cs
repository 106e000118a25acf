using System.Text.Json;
using SecStream.Core.Alerts;
using SecStream.Host.EmitTest;
using SecStream.Host.Rules;
using SecStream.Host.Tests.Harness;
using SecStream.TestParts.Schemas;
using Xunit;

namespace SecStream.Host.Tests.EmitTest;

public sealed class TestAlertTests
{
    private static readonly RuleFolder s_rules = RuleFolder.Load(Repository.File("pipeline", "rules"));

    [Fact]
    public void Make_EveryRule_IsValidAndMarkedAndSaysWhatItIs()
    {
        var schema = new JsonSchema(File.ReadAllText(Repository.File("infra", "schemas", "alert.schema.json")));
        Assert.NotEmpty(s_rules.Rules.Rules);
        foreach (var rule in s_rules.Rules.Rules)
        {
            var entry = TestAlert.Make(rule, s_rules.Rules.Version, "default", DateTimeOffset.UnixEpoch.AddDays(20_000), withActions: true);

            Assert.Empty(schema.Validate(entry.Document));
            Assert.True(TestMark.IsIn(entry.Document.Span), rule.Code);
            using var document = JsonDocument.Parse(entry.Document);
            Assert.Equal(entry.Id, document.RootElement.GetProperty("event").GetProperty("id").GetString());
            Assert.StartsWith("TEST", document.RootElement.GetProperty("message").GetString(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Make_WithoutActions_AsksForNone()
    {
        var rule = s_rules.Rules.Rules.First(rule => rule.Actions.Length > 0);
        using var document = JsonDocument.Parse(TestAlert.Make(rule, "", "default", DateTimeOffset.UnixEpoch, withActions: false).Document);

        Assert.Equal(0, document.RootElement.GetProperty("secstream").GetProperty("actions").GetArrayLength());
    }
}
