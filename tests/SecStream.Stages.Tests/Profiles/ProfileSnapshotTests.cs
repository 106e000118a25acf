using SecStream.Core.Events;
using SecStream.Core.Observations;
using SecStream.Core.Pipeline.State;
using SecStream.Stages.Profiles.Windows;
using SecStream.Stages.Tests.Rules;
using Xunit;

namespace SecStream.Stages.Tests.Profiles;

public sealed class ProfileSnapshotTests
{
    private const long Start = 1_700_006_400_000_000;

    private static readonly ProfileHarness Harness = new(ReferenceProfile.Yaml);

    private static readonly string Fixture = Path.Combine(
        Path.GetDirectoryName(Path.GetDirectoryName(TestRules.PackFolder))!, "tests", "SecStream.Stages.Tests", "Profiles", "Fixtures", "profile-state-1.bin");

    [Fact]
    public void Save_BaseThenChanges_TogetherAreTheState()
    {
        var events = Events();
        var log = new WindowLog();
        var shard = Harness.Shard(log);
        using var whole = Take(shard, StateExtent.Base);
        var state = whole;
        for (var i = 0; i < events.Count; i++)
        {
            Harness.Accept(shard, events[i]);
            if (i % 20 == 19)
            {
                shard.Advance(events[i].Time - (2 * EventClock.Minute));
                state = state.Then(Take(shard, StateExtent.Changes));
            }
        }

        state = state.Then(Take(shard, StateExtent.Changes));
        using var copy = Take(shard, StateExtent.Copy);
        Assert.Equal(Entries(copy), Entries(state));
        Assert.True(shard.Counters.Final > 0, "nothing was let go of between snapshots");
    }

    [Fact]
    public void Restore_GoldenState_GoesOnAsIfNothingHadHappened()
    {
        var events = Events();
        var uninterrupted = new WindowLog();
        var shard = Harness.Shard(uninterrupted);
        for (var i = 0; i < events.Count; i++)
        {
            Harness.Accept(shard, events[i]);
            if (i == events.Count / 2)
            {
                shard.Advance(events[i].Time - EventClock.Minute);
                WriteFixtureIfAsked(shard);
            }
        }

        shard.Advance(long.MaxValue);
        var log = new WindowLog();
        using var stream = File.OpenRead(Fixture);
        using var entries = new StreamStateReader(new BinaryReader(stream));
        var restored = Restore(entries, log);
        foreach (var e in events.Skip((events.Count / 2) + 1))
        {
            Harness.Accept(restored, e);
        }

        restored.Advance(long.MaxValue);
        Assert.NotEmpty(log.Finals);
        Assert.All(log.Finals, f => Assert.Equal(uninterrupted.Finals[f.Key], f.Value));
        Assert.Equal((shard.Counters.Closed, shard.Counters.Final), (restored.Counters.Closed, restored.Counters.Final));
    }

    [Fact]
    public void Restore_OtherFormat_IsRefused()
    {
        var shard = Harness.Shard(new WindowLog());
        using var delta = new StateDelta(isFull: true);
        using (var buffer = new StateBuffer())
        {
            buffer.Put(new StatePlace(StateSection.Shard, 0, ProfileShard.HeaderPart), []).Write((byte)(ProfileShard.FormatVersion + 1));
            delta.Add(buffer);
        }

        using var sorted = delta.Sorted();
        Assert.True(sorted.Read());
        Assert.Contains("format 2", Assert.Throws<InvalidDataException>(() => shard.Restore(sorted)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Restore_ProfileThatIsNotThere_IsRefused()
    {
        var shard = Harness.Shard(new WindowLog());
        Harness.Accept(shard, Events()[0]);
        using var delta = Take(shard, StateExtent.Copy);
        using var sorted = delta.Sorted();
        var other = new ProfileShard([], new ProfileShardOptions(), new WindowLog(), 1);
        Assert.Throws<InvalidDataException>(() =>
        {
            while (sorted.Read())
            {
                other.Restore(sorted);
            }
        });
    }

    private static ProfileShard Restore(StateReader entries, WindowLog log)
    {
        var silent = new ProfileShard(Harness.Profiles, new ProfileShardOptions(), new FinalsOnly(log), 7);
        while (entries.Read())
        {
            silent.Restore(entries);
            entries.EndValue();
        }

        return silent;
    }

    private static StateDelta Take(ProfileShard shard, StateExtent extent)
    {
        var delta = new StateDelta(extent != StateExtent.Changes);
        using var buffer = new StateBuffer();
        shard.Save(0, buffer, extent);
        delta.Add(buffer);
        return delta;
    }

    private static List<string> Entries(StateDelta delta)
    {
        using var sorted = delta.Sorted();
        var entries = new List<string>();
        while (sorted.Read())
        {
            entries.Add($"{Convert.ToHexString(sorted.FullKey)} {Convert.ToHexString(sorted.Value)}");
        }

        return entries;
    }

    private static void WriteFixtureIfAsked(ProfileShard shard)
    {
        if (Environment.GetEnvironmentVariable("SECSTREAM_WRITE_FIXTURES") == "1")
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Fixture)!);
            using var state = Take(shard, StateExtent.Copy);
            using var sorted = state.Sorted();
            using var writer = new BinaryWriter(File.Create(Fixture));
            StateStream.Write(writer, sorted, withDeleted: false);
        }
    }

    private static List<ProfileEvent> Events()
    {
        var random = new Random(11);
        return [.. Enumerable.Range(0, 300).Select(i => new ProfileEvent(
            i % 2, i, Start + ((i * 60 - random.Next(200)) * EventClock.Second), 1 + (i % 3), i % 7 == 0 ? RowMarks.Given : RowMarks.None, new Dictionary<string, object>
            {
                ["user.name"] = i % 5 == 0 ? "bob" : "alice",
                ["event.action"] = $"a{i % 4}",
                ["event.duration"] = 1000L * i,
                ["source.address"] = $"10.0.0.{i % 50}",
                ["url.path"] = $"/{i % 20}",
                ["user_agent.original"] = $"agent{i % 3}",
                ["http.response.body.bytes"] = 1L << (i % 40),
                ["source.geo.location.lat"] = 50.0 + (i % 3),
                ["source.geo.location.lon"] = 5.0,
            }))];
    }

    private sealed class FinalsOnly(WindowLog log) : IWindowSink
    {
        public void Closed(Core.Features.FeatureVector window, bool revised)
        {
            // What was told of before the snapshot is known to nobody here.
        }

        public void Final(Core.Features.FeatureVector window) => ((IWindowSink)log).Final(window);
    }
}
