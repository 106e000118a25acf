using System.Globalization;
using SecStream.Conformance.Tests.Generation;
using SecStream.Conformance.Tests.Harness;
using SecStream.Conformance.Tests.Reference;
using SecStream.Conformance.Tests.Scenarios;
using SecStream.Core.Alerts;
using SecStream.Core.Events;
using SecStream.Host;
using SecStream.Host.Versions;
using SecStream.Stages.Profiles;

namespace SecStream.Conformance.Tests.Properties;

/// <summary>
/// Promise 1 with detectors on: alerts about anomalies, all that they say included, do not depend on lanes, batches, order within the lateness, late or
/// repeated events, stops and restarts, or on when models were swapped, but only on events, rules and from when each model was in force.
/// </summary>
public sealed class AnomalyTests
{
    private const long Start = 1_770_000_000L * EventClock.Second;

    [Fact]
    public void AnyDeliveryAndShape_SameAlertsAsInOrder() => Check(20, leastLate: 0, leastRevised: 0, (random, inOrder, horizon) =>
    {
        var delivery = inOrder.Split(random, random.Next(1, 4));
        delivery = random.Next(2) == 0 ? delivery.Shuffle(random, 5 * EventClock.Second) : delivery.Delay(random, random.NextDouble() / 3, horizon);
        return delivery.Redeliver(random, horizon);
    });

    [Fact]
    public void LateByUpToH_WindowsAreJudgedAgainAndAlertsTakenBack() =>
        Check(20, leastLate: 100, leastRevised: 100, (random, inOrder, horizon) => inOrder.Delay(random, 0.3, horizon), oftenTold: true);

    [Fact]
    public void ModelsSwapped_AnyTimeAndShape_SameAlertsAsKnownFromTheStart()
    {
        var (found, swaps) = (0, 0);
        for (var seed = 1; seed <= Property.Cases(20); seed++)
        {
            var random = new Random(seed * 7919);
            var events = Events(random);
            var horizon = 20 * EventClock.Minute;
            var delivery = Delivery.InOrder(events, random.Next(1, 4)).Delay(random, 0.2, horizon);
            var shape = AnyShape(random, events.Length);
            var batches = Math.Max(2, events.Length / shape.BatchSize);
            var swapping = new Swapping(
                Timeline("a", 4),
                new Swap(random.Next(batches / 2), Ahead(random), null, new CountingModels("b", 3)),
                new Swap((batches / 2) + random.Next(batches / 2), Ahead(random), null, new CountingModels("c", 6)));
            var options = new PipelineOptions { Horizon = TimeSpan.FromMinutes(20) };
            var live = PipelineRun.Run(swapping, delivery.Write().Partitions, shape, options);
            var reference = PipelineRun.Run(new Swapping(swapping.Begin()), Delivery.InOrder(events, 1).Write().Partitions, new RunShape(), options);
            Compare(seed, shape, reference, live);
            swaps += swapping.Made.Count(from => from > events[0].Time && from <= events[^1].Time);
            found += live.Alerts.Count(a => a.Anomaly is { Model: not "a" });
        }

        // Were no model ever swapped among events, or none of the later ones ever heard, nothing would have been shown.
        Assert.InRange(swaps, 10, int.MaxValue);
        Assert.InRange(found, 10, int.MaxValue);
    }

    private static void Check(int cases, long leastLate, long leastRevised, Func<Random, Delivery, long, Delivery> vary, bool oftenTold = false)
    {
        var (found, withdrawn, late, revised) = (0, 0, 0L, 0L);
        for (var seed = 1; seed <= Property.Cases(cases); seed++)
        {
            var random = new Random(seed);
            var events = Events(random);
            var minutes = random.Next(2) == 0 ? 10 : 60;
            var options = new PipelineOptions { Horizon = TimeSpan.FromMinutes(minutes) };
            var inOrder = Delivery.InOrder(events, random.Next(1, 4));
            var reference = PipelineRun.Run(new Swapping(Timeline("a", 4)), Delivery.InOrder(events, 1).Write().Partitions, new RunShape(), options);
            var shape = AnyShape(random, events.Length);
            shape = oftenTold ? shape with { BatchSize = 1, RevisionInterval = TimeSpan.FromSeconds(10) } : shape;
            var result = PipelineRun.Run(new Swapping(Timeline("a", 4)), vary(random, inOrder, minutes * EventClock.Minute).Write().Partitions, shape, options);
            Assert.Equal(0, result.Unevaluated);
            Compare(seed, shape, reference, result);
            found += result.Alerts.Count(a => a.Anomaly is not null);
            withdrawn += result.Withdrawals;
            late += result.Late;
            revised += result.Windows.Revised;
        }

        // A run without anomalies, without late events or without anything taken back would show nothing.
        Assert.InRange(found, 50, int.MaxValue);
        Assert.InRange(late, leastLate, long.MaxValue);
        Assert.InRange(revised, leastRevised, long.MaxValue);
        Assert.InRange(withdrawn, oftenTold ? 3 : 0, int.MaxValue);
    }

    private static void Compare(int seed, RunShape shape, RunResult reference, RunResult result)
    {
        Assert.Empty(result.Breaches);
        Assert.True(
            Show(reference).SequenceEqual(Show(result)),
            $"seed {seed}, {shape}\nonly in order:\n{string.Join('\n', Show(reference).Except(Show(result)))}\nonly here:\n{string.Join('\n', Show(result).Except(Show(reference)))}");
    }

    private static KnowledgeTimeline Timeline(string model, double usual) =>
        KnowledgeTimeline.Of(Scenario.Pack, models: ModelTimeline.Of(new CountingModels(model, usual)), withProfiles: true);

    private static string[] Show(RunResult result) => [.. result.Alerts.Select(Show).Order(StringComparer.Ordinal)];

    private static string Show(Alert alert)
    {
        var anomaly = alert.Anomaly is not { } a ? "" : string.Create(
            CultureInfo.InvariantCulture, $" {a.Model} {a.Profile} {a.Start}-{a.End} {a.Events} {a.Grade:r} {a.P:r} [{string.Join(' ', a.Contributions.Select(c => $"{c.Feature}={c.Observed:r}"))}]");
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{alert.RuleCode} {alert.Id} {string.Join(',', alert.Key.Select(k => k.Value))} {alert.Opened} {alert.Start}-{alert.End} {alert.Total} {alert.Events} [{string.Join(' ', alert.Evidence.Select(e => $"{e.EventId}:{e.Count}"))}]{anomaly}");
    }

    /// <summary>A few users and services over two hours, with bursts, so that some windows are strange and many lie near the border.</summary>
    private static SourceEvent[] Events(Random random)
    {
        var events = new List<SourceEvent>();
        var time = Start + random.NextInt64(EventClock.Hour);
        var count = random.Next(80, 240);
        for (var i = 0; i < count; i++)
        {
            time += random.Next(3) == 0 ? random.NextInt64(4 * EventClock.Minute) : random.NextInt64(10 * EventClock.Second);
            events.Add(new SourceEvent
            {
                Time = time,
                Shape = EventShape.Ecs,
                GivenId = $"e{i}",
                Host = $"h{random.Next(3)}",
                User = random.Next(4) == 0 ? null : $"user{random.Next(3)}",
                Service = random.Next(2) == 0 ? null : $"service{random.Next(2)}",
                Address = random.Next(4) == 0 ? null : $"203.0.113.{random.Next(4)}",
                Country = random.Next(3) == 0 ? new[] { "NL", "DE", "KP" }[random.Next(3)] : null,
                Action = new[] { "data_read", "data_update", "logout", "data_export" }[random.Next(4)],
            });
        }

        return [.. events];
    }

    private static long Ahead(Random random) => random.Next(3) == 0 ? 0 : random.NextInt64(10 * EventClock.Minute);

    private static RunShape AnyShape(Random random, int events)
    {
        var batch = new[] { 1, 7, 40 }[random.Next(3)];
        return new RunShape
        {
            BatchSize = batch,
            Lanes = new[] { 1, 2, 8 }[random.Next(3)],
            Workers = random.Next(1, 3),
            RevisionInterval = random.Next(2) == 0 ? null : TimeSpan.FromSeconds(10),
            HiccupSeed = random.Next(3) == 0 ? random.Next() : null,
            Stops = [.. Enumerable.Range(0, random.Next(0, 4)).Select(_ => random.Next(Math.Max(2, events / batch)))],
            LanesAfterStop = random.Next(2) == 0 ? [] : [new[] { 1, 2, 8 }[random.Next(3)]],
            BatchesPerDelta = random.Next(2) == 0 ? 0 : random.Next(1, 6),
        };
    }
}
