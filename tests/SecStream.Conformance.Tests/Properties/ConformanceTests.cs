using SecStream.Conformance.Tests.Generation;
using SecStream.Conformance.Tests.Harness;
using SecStream.Conformance.Tests.Reference;
using SecStream.Core.Events;

namespace SecStream.Conformance.Tests.Properties;

/// <summary>Promise 1: the pipeline says what the reference says, however the same events come and however the work is cut up.</summary>
public sealed class ConformanceTests
{
    private const long Lateness = 5 * EventClock.Second;

    [Fact]
    public void InOrder_AnyShape_EqualsReference() => Property.Check("in order", 120, declared: false, (_, inOrder, random) => (inOrder, AnyShape(random)));

    [Fact]
    public void Stopped_AtRandomPoints_EqualsReference() => Property.Check("stopped", 100, declared: false, (c, inOrder, random) =>
        (inOrder, WithStops(AnyShape(random), c, random)));

    [Fact]
    public void StoppedWithDeltas_EqualsReference() => Property.Check("deltas", 60, declared: true, (c, inOrder, random) =>
    {
        var delivery = random.Next(2) == 0 ? inOrder : inOrder.Delay(random, 0.05, c.HorizonMicroseconds);
        return (delivery, WithStops(AnyShape(random), c, random) with { BatchesPerDelta = random.Next(1, 6) });
    });

    [Fact]
    public void ShuffledWithinLateness_EqualsReference() => Property.Check("shuffled", 80, declared: true, (_, inOrder, random) =>
        (inOrder.Shuffle(random, Lateness), AnyShape(random)));

    [Fact]
    public void Redelivered_EqualsReference() => Property.Check("redelivered", 80, declared: true, (c, inOrder, random) =>
        (inOrder.Redeliver(random, c.HorizonMicroseconds), AnyShape(random)));

    [Fact]
    public void LateByUpToH_EqualsReference() => Property.Check("late", 120, declared: true, (c, inOrder, random) =>
        (inOrder.Delay(random, 0.05, c.HorizonMicroseconds), AnyShape(random)));

    [Fact]
    public void SplitOverOtherPartitions_EqualsReference() => Property.Check("split", 80, declared: true, (_, inOrder, random) =>
        (inOrder.Split(random, random.Next(1, 6)), AnyShape(random)));

    [Fact]
    public void AllAtOnce_EqualsReference() => Property.Check("all at once", 120, declared: true, (c, inOrder, random) =>
    {
        var delivery = inOrder.Split(random, random.Next(1, 5));
        delivery = random.Next(2) == 0 ? delivery.Delay(random, random.NextDouble() / 3, c.HorizonMicroseconds) : delivery.Shuffle(random, Lateness);
        return (delivery.Redeliver(random, c.HorizonMicroseconds), WithStops(AnyShape(random), c, random));
    });

    [Fact]
    public void MirroredThroughOtherPartitions_EqualsReference() => Property.Check("mirrored", 60, declared: true, (_, inOrder, random) =>
        (inOrder.And(inOrder.Split(random, random.Next(1, 4))), AnyShape(random)));

    [Fact]
    public void QuietNowAndThen_EqualsReference() => Property.Check("quiet", 60, declared: true, (c, inOrder, random) =>
        (inOrder.Delay(random, 0.05, c.HorizonMicroseconds), WithStops(AnyShape(random), c, random) with { IdleSeed = random.Next() }));

    [Fact]
    public void SingleEventsHoursAhead_DisturbNobody() => Property.Check("skewed", 60, declared: true, (c, inOrder, random) =>
        (c.Rules.Any(MatchesNoise) ? inOrder : inOrder.Skew(random), AnyShape(random)));

    private static bool MatchesNoise(ReferenceRule rule) =>
        rule.Inputs.Any(i => i.Detections.Any(d => Enumerable.Range(0, 3).Any(h => d.Matches(Delivery.Noise($"h{h}", 0, "")))));

    private static RunShape AnyShape(Random random) => new()
    {
        BatchSize = new[] { 1, 7, 500 }[random.Next(3)],
        Lanes = new[] { 1, 2, 8 }[random.Next(3)],
        Workers = random.Next(1, 3),
        RevisionInterval = random.Next(2) == 0 ? null : TimeSpan.FromSeconds(10),
        HiccupSeed = random.Next(3) == 0 ? random.Next() : null,
    };

    private static RunShape WithStops(RunShape shape, Case c, Random random)
    {
        var batches = Math.Max(2, c.Events.Length / shape.BatchSize);
        return shape with
        {
            Stops = [.. Enumerable.Range(0, random.Next(1, 4)).Select(_ => random.Next(batches))],
            LanesAfterStop = random.Next(2) == 0 ? [] : [new[] { 1, 2, 8 }[random.Next(3)]],
        };
    }
}
