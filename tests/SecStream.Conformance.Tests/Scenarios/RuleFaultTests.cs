using System.Text.Json;
using SecStream.Conformance.Tests.Harness;
using SecStream.Core.Pipeline;
using SecStream.Host;
using static SecStream.Conformance.Tests.Scenarios.Scenario;

namespace SecStream.Conformance.Tests.Scenarios;

/// <summary>A defect of the program that one rule brings out: whose it is has to be known, or the whole service stands for it.</summary>
public sealed class RuleFaultTests
{
    [Fact]
    public void RuleThatFails_IsNamedWithTheTimeOfTheEvent()
    {
        var knowledge = Knowledge.Load(new PipelineOptions { GeoIp = [] });
        foreach (var route in knowledge.Plan.Plan.Routes)
        {
            for (var i = 0; i < route.Rules.Length; i++)
            {
                // No such slot: reading the value of an item fails.
                route.Rules[i] = route.Rules[i].Rule.Code == "T7" ? route.Rules[i] with { ValueSlot = 1000 } : route.Rules[i];
            }
        }

        var logins = new[] { "DE", "FR" }.Select((country, i) => JsonSerializer.Serialize(new Dictionary<string, string>
        {
            ["@timestamp"] = $"2026-03-10T1{i}:00:00Z",
            ["event.id"] = $"e{i}",
            ["event.action"] = "login_success",
            ["user.name"] = "bob",
            ["source.ip"] = "203.0.113.7",
            ["source.geo.country_iso_code"] = country,
        }));
        var fault = Assert.Throws<RuleFaultException>(() => PipelineRun.Run(knowledge, [Lines("a", logins)]));
        Assert.Equal("T7", fault.Code);
        Assert.InRange(fault.Time, Core.Events.EventClock.ToMicroseconds(At(10)), Core.Events.EventClock.ToMicroseconds(At(11)));
        Assert.NotNull(fault.InnerException);
    }
}
