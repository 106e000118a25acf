using SecStream.Core.Events;
using SecStream.Stages.Ingest;
using Xunit;

namespace SecStream.Stages.Tests.Ingest;

/// <summary>Records that carry arrival stamps: what came over the network.</summary>
public sealed class SourceClockArrivalTests
{
    private const long Start = 1_790_000_000_000_000;
    private readonly SourceClock _clock = new(new SourceClockOptions());

    [Fact]
    public void Observe_SilentTrack_NoLongerHoldsTheWatermark()
    {
        Observe(track: 1, Start);
        for (var second = 1; second <= 5; second++)
        {
            Observe(track: 2, Start + (second * EventClock.Second));
        }

        Assert.Equal(Start - (5 * EventClock.Second), _clock.Watermark);
        Observe(track: 2, Start + (6 * EventClock.Second));
        Assert.Equal(Start + EventClock.Second, _clock.Watermark);
    }

    [Fact]
    public void Observe_SilentTrackSpeaksAgainWithOldEvents_TheyAreLate()
    {
        Observe(track: 1, Start);
        for (var second = 1; second <= 20; second++)
        {
            Observe(track: 2, Start + (second * EventClock.Second));
        }

        var timing = _clock.Observe(1, Start + EventClock.Second, Start + (21 * EventClock.Second), confirmed: false, out _);
        Assert.Equal(Timing.Late, timing);
        Assert.Equal(Start + (15 * EventClock.Second), _clock.Watermark);
    }

    [Fact]
    public void Observe_AheadOfArrival_IsSkewedAndMovesNothing()
    {
        Observe(track: 1, Start);
        var timing = _clock.Observe(1, Start + EventClock.Hour, Start + EventClock.Second, confirmed: false, out var evaluated);
        Assert.Equal(Timing.Skewed, timing);
        Assert.Equal(Start + EventClock.Second, evaluated);
        Assert.Equal(Start - (5 * EventClock.Second), _clock.Watermark);
    }

    [Fact]
    public void Restore_InTheMiddle_GoesOnAsIfUninterrupted()
    {
        var random = new Random(7);
        var times = Enumerable.Range(0, 4000).Select(i => (Track: (ulong)random.Next(1, 40), Time: Start + (i * 50_000L) - (random.Next(8) * EventClock.Second), Arrival: Start + (i * 50_000L))).ToArray();
        var whole = new SourceClock(new SourceClockOptions());
        var part = new SourceClock(new SourceClockOptions());
        for (var i = 0; i < times.Length; i++)
        {
            if (i % 700 == 699)
            {
                var stream = new MemoryStream();
                part.Save(new BinaryWriter(stream));
                stream.Position = 0;
                part = new SourceClock(new SourceClockOptions());
                part.Restore(new BinaryReader(stream));
            }

            var (track, time, arrival) = times[i];
            Assert.Equal(whole.Observe(track, time, arrival, false, out _), part.Observe(track, time, arrival, false, out _));
            Assert.Equal(whole.Watermark, part.Watermark);
        }
    }

    private void Observe(ulong track, long time) => Assert.Equal(Timing.OnTime, _clock.Observe(track, time, time, confirmed: false, out _));
}
