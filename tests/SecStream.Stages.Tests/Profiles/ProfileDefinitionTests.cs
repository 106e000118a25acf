using SecStream.Core.Events;
using SecStream.Core.Features;
using SecStream.Core.Fields;
using SecStream.Stages.Profiles.Model;
using SecStream.Stages.Rules;
using SecStream.Stages.Tests.Rules;
using Xunit;

namespace SecStream.Stages.Tests.Profiles;

public sealed class ProfileDefinitionTests
{
    private const string Good = """
        name: user
        title: What a user does
        key: user.name|user.email
        windows: [1h, 5m]
        slide: {1h: 5m}
        features:
          requests: {type: count, noun: actions, weight: 0.3, min-absolute: 10}
          error_rate: {type: ratio, where: {event.outcome: failure}}
          p95: {type: percentile, percentile: 95, field: event.duration, factor: 0.000001}
        categories:
          country: source.geo.country_iso_code
          device: {field: user_agent.original, weight: 0.5}
        steps: event.action
        min-events: 3
        """;

    [Fact]
    public void Compile_GoodDefinition_SaysWhatVectorsMean()
    {
        var set = Compile(Good);
        Assert.Empty(set.Issues);
        var profile = Assert.Single(set.Profiles);
        Assert.Equal("user", profile.Name);
        Assert.Equal(3, profile.MinEvents);
        Assert.Equal([new WindowSpec(5 * EventClock.Minute, 5 * EventClock.Minute), new WindowSpec(EventClock.Hour, 5 * EventClock.Minute)], profile.Windows);
        Assert.Equal(5 * EventClock.Minute, profile.Pane);
        Assert.Equal(["user.name"], profile.Schema.KeyNames);
        Assert.Equal(["requests", "error_rate", "p95"], profile.Schema.Features.Select(f => f.Name));
        Assert.Equal((FeatureScale.Log, true, 0.3, 10.0), (profile.Schema.Features[0].Scale, profile.Schema.Features[0].IsCount, profile.Schema.Features[0].Weight, profile.Schema.Features[0].MinAbsolute));
        Assert.Equal(FeatureScale.Linear, profile.Schema.Features[1].Scale);
        Assert.Equal([new CategoryDefinition("country", "source.geo.country_iso_code", 1), new CategoryDefinition("device", "user_agent.original", 0.5)], profile.Schema.Categories);
        Assert.True(profile.Schema.HasSteps);
        Assert.Single(set.Detections);
    }

    [Fact]
    public void Version_NounOrWeightChanged_IsTheSameAndTheContentIsNot()
    {
        var first = Compile(Good).Profiles[0];
        var other = Compile(Good.Replace("noun: actions, weight: 0.3", "noun: deeds, weight: 0.4", StringComparison.Ordinal)).Profiles[0];
        Assert.Equal(first.Schema.Version, other.Schema.Version);
        Assert.NotEqual(first.Content, other.Content);
        Assert.NotEqual(first.Schema.Version, Compile(Good.Replace("percentile: 95", "percentile: 99", StringComparison.Ordinal)).Profiles[0].Schema.Version);
        Assert.NotEqual(first.Schema.Version, Compile(Good.Replace("outcome: failure", "outcome: success", StringComparison.Ordinal)).Profiles[0].Schema.Version);
    }

    [Theory]
    [InlineData("name: user", "name: A user", 1, "name", "lower-case letters")]
    [InlineData("windows: [1h, 5m]", "windows: [2h, 5m]", 4, "windows", "one of 1m, 5m, 15m, 1h, 1d")]
    [InlineData("slide: {1h: 5m}", "slide: {1d: 5m}", 5, "slide", "add the length")]
    [InlineData("slide: {1h: 5m}", "slide: {1h: 1m}", 5, "slide", "at most 24")]
    [InlineData("slide: {1h: 5m}", "slide: {5m: 1h}", 5, "slide", "at most as long")]
    [InlineData("key: user.name|user.email", "kye: user.name", 3, "profile.kye", "did you mean 'key'")]
    [InlineData("type: count", "type: cuont", 7, "features.requests.type", "did you mean 'count'")]
    [InlineData("type: ratio, where: {event.outcome: failure}", "type: ratio", 8, "features.error_rate.where", "where:")]
    [InlineData("field: event.duration, ", "", 9, "features.p95.field", "field: event.duration")]
    [InlineData("percentile: 95", "percentile: 100", 9, "features.p95.percentile", "a number from 1 to 99.9")]
    [InlineData("type: count", "type: count, field: url.path", 7, "features.requests.field", "take it out")]
    [InlineData("type: count", "type: variance, kind: place", 7, "features.requests.kind", "known here: location, time, number")]
    [InlineData("requests: {", "Requests: {", 7, "features.Requests", "lower-case letters")]
    [InlineData("weight: 0.3", "weight: much", 7, "features.requests.weight", "a number from 0 to 1000")]
    [InlineData("min-events: 3", "min-events: 0", 14, "min-events", "a number from 1")]
    [InlineData("{event.outcome: failure}", "{event.outcome|startwith: failure}", 8, "features.error_rate.where", "startswith")]
    public void Compile_BadDefinition_NamesLineKeyAndMend(string good, string bad, int line, string key, string mend)
    {
        var set = Compile(Good.Replace(good, bad, StringComparison.Ordinal));
        Assert.Empty(set.Profiles);
        Assert.Empty(set.Detections);
        var issue = set.Issues.First(i => i.Severity == IssueSeverity.Error && i.Key.StartsWith(key, StringComparison.Ordinal));
        Assert.Equal("profiles/p0.yml", issue.File);
        Assert.Equal(line, issue.Line);
        Assert.Contains(mend, issue.Mend, StringComparison.Ordinal);
    }

    [Fact]
    public void Compile_SameNameTwice_LeavesTheSecondOut()
    {
        var set = Compile(Good, Good);
        Assert.Single(set.Profiles);
        Assert.Contains("profiles/p0.yml:1", Assert.Single(set.Issues).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Compile_NotEnabled_IsLeftOutWithoutAnIssue() => Assert.Equal((0, 0), (Compile(Good + "\nenabled: false").Profiles.Count, Compile(Good + "\nenabled: false").Issues.Count));

    [Fact]
    public void Compile_EmptyKey_IsTheTenant() => Assert.Empty(Compile("name: tenant\nkey: []\nwindows: [5m]\nfeatures: {n: {type: count}}").Profiles.Single().Key);

    [Fact]
    public void Pack_Profiles_LoadWithoutIssues()
    {
        var set = RuleLoader.Load(TestRules.PackFolder, new FieldCatalog());
        Assert.DoesNotContain(set.Issues, i => i.File.StartsWith("profiles/", StringComparison.Ordinal));
        Assert.Equal(["api-key", "host", "service", "session", "source", "tenant", "user"], set.Profiles.Select(p => p.Name));
        Assert.All(set.Profiles, p => Assert.All(p.Conditions, d => Assert.Equal(d, set.Detections[d].Index)));
    }

    [Fact]
    public void Merge_ChangedProfile_EndsAndAnotherBeginsBehindIt()
    {
        var fields = new FieldCatalog();
        var first = Compile(fields, Good, "name: host\nkey: host.name\nwindows: [5m]\nfeatures: {n: {type: count}}");
        var second = Compile(fields, Good.Replace("failure", "success", StringComparison.Ordinal), "name: host\nkey: host.name\nwindows: [5m]\nfeatures: {n: {type: count}}");
        var merged = RuleLineage.Merge([new(first, long.MinValue), new(second, 1000)]);
        Assert.Equal([("user", long.MinValue, 1000L), ("host", long.MinValue, long.MaxValue), ("user", 1000L, long.MaxValue)], merged.Profiles.Select(p => (p.Name, p.From, p.Until)));
        Assert.Equal([0], merged.Profiles[0].Conditions);
        Assert.Equal([1], merged.Profiles[2].Conditions);
        Assert.Equal(["host", "user"], merged.LatestProfiles.Select(p => p.Name));
    }

    private static RuleSet Compile(params string[] yaml) => Compile(new FieldCatalog(), yaml);

    private static RuleSet Compile(FieldCatalog fields, params string[] yaml) =>
        new RuleCompiler(fields).Compile([], yaml.Select((text, i) => new RuleSource($"profiles/p{i}.yml", text)));
}
