using FsCheck;
using FsCheck.Fluent;
using SecStream.Core.Events;
using SecStream.Core.Observations;
using SecStream.Stages.Profiles.Windows;
using Xunit;

namespace SecStream.Stages.Tests.Profiles;

/// <summary>Windows are a function of their events, not of how these came: order between sources, duplicates, batches, steps of the clock, snapshots.</summary>
public sealed class ProfilePropertyTests
{
    private const long Start = 1_700_006_400_000_000;

    private static readonly string[] Users = ["alice", "bob", "eve"];

    private static readonly ProfileHarness Harness = new(ReferenceProfile.Yaml);

    [Fact]
    public void Advance_AnyDelivery_GivesTheReferencesWindows() => Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(60).WithQuietOnSuccess(true),
        Prop.ForAll(Gen.Choose(0, int.MaxValue - 1).ToArbitrary(), seed =>
        {
            var events = Events(new System.Random(seed));
            var inOrder = new WindowLog();
            var shard = Harness.Shard(inOrder);
            events.ForEach(e => Harness.Accept(shard, e));
            shard.Advance(long.MaxValue);
            Assert.Null(ReferenceProfile.Difference(events, inOrder.Vectors));
            for (var way = 0; way < 3; way++)
            {
                var other = new WindowLog();
                Deliver(events, other, new System.Random(seed + way));
                Assert.Equal(inOrder.Finals, other.Finals);
                Assert.Equal(inOrder.Finals, other.Closed);
            }
        }));

    [Fact]
    public void Advance_ManyValuesInAWindow_IsOrderIndependentToo()
    {
        // More values than tables hold exactly: registers instead of hashes, categories cut, evidence and steps cut.
        var random = new System.Random(5);
        var events = Enumerable.Range(0, 3000).Select(i => Event(random, i % 3, i / 3, Start + random.Next(0, 3600) * EventClock.Second, 500)).ToList();
        var first = new WindowLog();
        var shard = Harness.Shard(first);
        events.ForEach(e => Harness.Accept(shard, e));
        shard.Advance(long.MaxValue);
        var second = new WindowLog();
        Deliver(events, second, random);
        Assert.Equal(first.Finals, second.Finals);
        Assert.Equal(first.Finals, second.Closed);
        var day = first.Vectors.Values.First(v => v.Window == EventClock.Day);
        var addresses = events.Where(e => (string)e["user.name"]! == System.Text.Encoding.UTF8.GetString(day.Key)).Select(e => e["source.address"]).Where(a => a is not null).Distinct().Count();
        Assert.InRange(day.Values[5], addresses * 0.87, addresses * 1.13);
        Assert.Equal((16, 64, 32), (day.Categories[1].Count, day.Steps.Count, day.Evidence.Count));
    }

    /// <summary>
    /// Gives the events in some other order within H: each source in order of position (some later ones held back), with redeliveries; the clock somewhere
    /// behind; the shard replaced by its own snapshot now and then.
    /// </summary>
    private static void Deliver(List<ProfileEvent> events, WindowLog log, System.Random random)
    {
        // Late by less than H, less than the clock's lead. An event that is overtaken by later positions of its source has to say so.
        var shard = Harness.Shard(log);
        var arrivals = events.Select(e => (Event: e, At: e.Time + random.NextInt64(50 * EventClock.Minute))).OrderBy(a => a.At).ToList();
        var positions = new Dictionary<int, long>();
        var given = new List<ProfileEvent>();
        var clock = long.MinValue;
        foreach (var (e, at) in arrivals)
        {
            var marks = e.Marks != RowMarks.None ? e.Marks : e.Position < positions.GetValueOrDefault(e.Source, -1) ? RowMarks.Held : RowMarks.None;
            positions[e.Source] = marks == RowMarks.None ? e.Position : positions.GetValueOrDefault(e.Source, -1);
            var sent = e with { Marks = marks };
            Harness.Accept(shard, sent);
            given.Add(sent);
            if (random.Next(4) == 0)
            {
                // A redelivery of what came before. What comes from a position comes with it again.
                var again = given[random.Next(given.Count)];
                Harness.Accept(shard, again);
            }

            if (random.Next(3) == 0)
            {
                clock = Math.Max(clock, at - random.NextInt64(10 * EventClock.Minute));
                shard.Advance(clock);
            }

            if (random.Next(15) == 0)
            {
                shard = Harness.Copy(shard, log);
            }
        }

        shard.Advance(long.MaxValue);
    }

    private static List<ProfileEvent> Events(System.Random random)
    {
        var count = random.Next(1, 120);
        var span = random.Next(2) == 0 ? 20 * 60 : 6 * 3600;
        return [.. Enumerable.Range(0, count).Select(i => Event(random, random.Next(3), i, Start + (random.Next(span) * EventClock.Second), 6))];
    }

    private static ProfileEvent Event(System.Random random, int source, long position, long time, int variety)
    {
        var fields = new Dictionary<string, object> { ["user.name"] = Users[random.Next(Users.Length)] };
        void Maybe(string name, Func<object> value)
        {
            if (random.Next(4) > 0)
            {
                fields[name] = value();
            }
        }

        Maybe("event.outcome", () => random.Next(2) == 0 ? "failure" : "success");
        Maybe("event.action", () => $"action{random.Next(5)}");
        Maybe("http.response.status_code", () => 200 + random.Next(300));
        Maybe("event.duration", () => random.Next(10) == 0 ? 0 : (long)Math.Exp(random.NextDouble() * 16));
        Maybe("source.address", () => $"10.0.{random.Next(variety) / 256}.{random.Next(variety) % 256}");
        Maybe("http.response.body.bytes", () => (long)random.Next(100_000));
        Maybe("user_agent.original", () => $"agent {random.Next(variety)}");
        Maybe("source.geo.country_iso_code", () => $"C{random.Next(4)}");
        Maybe("url.path", () => $"/page/{random.Next(variety)}");
        if (random.Next(3) > 0)
        {
            fields["source.geo.location.lat"] = Math.Round((random.NextDouble() * 180) - 90, 4);
            fields["source.geo.location.lon"] = Math.Round((random.NextDouble() * 360) - 180, 4);
        }

        return new ProfileEvent(source, position, time, random.Next(5) == 0 ? random.Next(1, 6) : 1, random.Next(6) == 0 ? RowMarks.Given : RowMarks.None, fields);
    }
}
