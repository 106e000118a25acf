using System.Text;
using SecStream.Core.Events;
using SecStream.Core.Features;
using SecStream.Core.Observations;
using SecStream.Core.Text;
using SecStream.Stages.Profiles.Windows;
using Xunit;

namespace SecStream.Stages.Tests.Profiles;

public sealed class ProfileEmitterTests
{
    private const long Start = 1_700_006_400_000_000;

    [Fact]
    public void Emit_KeyIsMissing_GivesNoRow() => Assert.Empty(Harness("").Rows(Event(("url.path", "/"))));

    [Fact]
    public void Emit_WhereDoesNotHold_GivesNoRow()
    {
        var harness = Harness("where: {event.category: web}");
        Assert.Empty(harness.Rows(Event(("user.name", "a"))));
        Assert.NotEmpty(harness.Rows(Event(("user.name", "a"), ("event.category", "web"))));
        Assert.Empty(harness.Rows(Event(("user.name", "a"), ("event.category", "host"))));
    }

    [Fact]
    public void Emit_KeyWithAlternatives_TakesTheFirstThatIsThere() => Assert.Equal("a@b", Encoding.UTF8.GetString(new Row(Harness("").Rows(Event(("user.email", "a@b")))).Key));

    [Fact]
    public void Emit_SameKeyInTwoProfiles_GoesToShardsOfTheirOwnAndNamesTheProfile()
    {
        var harness = new ProfileHarness(Yaml("one", ""), Yaml("two", ""));
        var rows = harness.Rows(Event(("user.name", "a")));
        var first = new Row(rows);
        var second = new Row(rows.AsSpan(first.Bytes.Length));
        Assert.Equal([Row.ProfileRoute, Row.ProfileRoute + 1], new int[] { first.Header.Route, second.Header.Route });
        Assert.NotEqual(first.Header.Shard, second.Header.Shard);
    }

    [Fact]
    public void Emit_ProfileNotInForce_GivesNoRow()
    {
        var harness = Harness("");
        var rules = harness.Rules with { Profiles = [harness.Profiles[0] with { From = Start + 1, Until = Start + 2 }] };
        var emitter = new Stages.Profiles.Rows.ProfileEmitter(rules, "default");
        var record = new EventRecord(200);
        record.Reset([], 0, 0);
        record.SetText(Core.Fields.Ecs.UserName, "a"u8);
        RowBuffer[] buffers = [.. Enumerable.Repeat(new RowBuffer(), Row.ShardCount)];
        Assert.Equal([0, 1, 0], new[] { 0, 1, 2 }.Select(i => emitter.Emit(record, [], new Stages.Rules.Routing.RowStamp(Start + i, 1, 1, default, false), buffers)));
    }

    [Fact]
    public void Emit_LongTextOfACategory_IsCutBetweenCharactersAndHashedWhole()
    {
        var text = new string('x', 63) + "é and more";
        var window = Window(Harness(""), Event(("user.name", "a"), ("url.path", text)));
        Assert.Equal(new CategoryCount(StableHash.Compute(Encoding.UTF8.GetBytes(text)), new string('x', 63), 1), Assert.Single(window.Categories[0]));
    }

    [Theory]
    [InlineData("12.5", 12.5)]
    [InlineData("nonsense", double.NaN)]
    [InlineData("1e300", 17592186044.416)]
    [InlineData("-3", -3)]
    public void Emit_NumberAsText_IsReadAndBounded(string text, double expected) =>
        Assert.Equal(expected, Window(Harness(""), Event(("user.name", "a"), ("event.duration", text))).Values[0]);

    [Theory]
    [InlineData(91.0, 0.0)]
    [InlineData(0.0, -181.0)]
    public void Emit_PlaceThatIsNone_IsNotKnown(double lat, double lon) =>
        Assert.Equal(double.NaN, Window(Harness(""), Event(("user.name", "a"), ("source.geo.location.lat", lat), ("source.geo.location.lon", lon))).Values[1]);

    [Fact]
    public void Emit_SamePlace_HasNoSpread() => Assert.Equal(0, Window(
        Harness(""), Event(("user.name", "a"), ("source.geo.location.lat", 52.1), ("source.geo.location.lon", 5.1))).Values[1], 1e-6);

    [Fact]
    public void Emit_EventsThatClaimToStandForVeryMany_LeaveSpreadsAndVariancesWhatTheyAre()
    {
        var harness = new ProfileHarness("""
            name: user
            key: user.name
            windows: [5m]
            features:
              n: {type: count}
              places: {type: variance, kind: location}
              hours: {type: variance, kind: time}
              sizes: {type: variance, kind: number, field: event.duration}
              sum: {type: sum, field: event.duration}
            """);
        var log = new WindowLog();
        var shard = harness.Shard(log);
        var e = Event(("user.name", "a"), ("source.geo.location.lat", 52.1), ("source.geo.location.lon", 5.1), ("event.duration", 1e30));
        for (var i = 0; i < 1000; i++)
        {
            harness.Accept(shard, e with { Position = i, Count = int.MaxValue });
        }

        shard.Advance(long.MaxValue);
        var values = log.Vectors.Values.Single().Values;
        Assert.Equal(1000.0 * int.MaxValue, values[0]);
        Assert.Equal([0, 0, 0], values[1..4].Select(v => Math.Round(v, 5)));
        Assert.Equal(1000.0 * int.MaxValue * (1L << 44) / 1000, values[4], 1e6);
    }

    [Fact]
    public void Emit_SecondEvent_TakesNothingOverFromTheFirst()
    {
        var harness = Harness("");
        harness.Rows(Event(("user.name", "a"), ("url.path", "/"), ("event.duration", 5L), ("event.outcome", "failure"), ("source.geo.location.lat", 1.0), ("source.geo.location.lon", 1.0)));
        var window = Window(harness, Event(("user.name", "b")));
        Assert.Equal([double.NaN, double.NaN, 0], window.Values);
        Assert.Empty(window.Categories[0]);
    }

    private static FeatureVector Window(ProfileHarness harness, ProfileEvent e)
    {
        var log = new WindowLog();
        var shard = harness.Shard(log, new ProfileShardOptions());
        harness.Accept(shard, e);
        shard.Advance(long.MaxValue);
        return log.Vectors.Values.Single();
    }

    private static ProfileHarness Harness(string extra) => new(Yaml("user", extra));

    private static string Yaml(string name, string extra) => $$$"""
        name: {{{name}}}
        key: user.name|user.email
        windows: [5m]
        features:
          time: {type: average, field: event.duration}
          places: {type: variance, kind: location}
          failures: {type: count, where: {event.outcome: failure}}
        categories: {endpoint: url.path}
        {{{extra}}}
        """;

    private static ProfileEvent Event(params (string Name, object Value)[] fields) =>
        new(1, 1, Start, 1, RowMarks.None, fields.ToDictionary(f => f.Name, f => f.Value));
}
