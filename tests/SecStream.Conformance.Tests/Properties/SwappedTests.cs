using System.Globalization;
using System.Text;
using SecStream.Conformance.Tests.Generation;
using SecStream.Conformance.Tests.Harness;
using SecStream.Conformance.Tests.Reference;
using SecStream.Core.Events;
using SecStream.Host;
using SecStream.Host.Versions;

namespace SecStream.Conformance.Tests.Properties;

/// <summary>
/// Rules that change while the pipeline runs: whenever and however it is done, the alerts are those of the definition, which knows nothing of
/// runs but only from when to when each rule was in force.
/// </summary>
public sealed class SwappedTests
{
    private const string Name = "swapped";

    [Fact]
    public void Swapped_AnyTimeAndShape_EqualsReferenceAndLineageKnownFromTheStart()
    {
        var only = Environment.GetEnvironmentVariable("SECSTREAM_SEED");
        var first = only is null ? 1 + (int)(Core.Text.StableHash.Compute(Encoding.UTF8.GetBytes(Name)) % 1_000_000) : int.Parse(only, CultureInfo.InvariantCulture);
        var swaps = 0;
        for (var seed = first; seed < first + (only is null ? Property.Cases(60) : 1); seed++)
        {
            swaps += Check(seed);
        }

        // Were no rule ever changed in the middle of events, nothing would have been shown.
        Assert.InRange(swaps, 20, int.MaxValue);
    }

    private static int Check(int seed)
    {
        var random = new Random(seed);
        var c = Case.Generate(seed, declared: true);
        var versions = new List<ReferenceRule[]> { c.Rules, RuleGenerator.Change(c.Rules, random) };
        versions.Add(random.Next(2) == 0 ? c.Rules : RuleGenerator.Change(versions[^1], random));
        var delivery = Delivery.InOrder(c.Events, c.Partitions).Split(random, random.Next(1, 4)).Delay(random, random.NextDouble() / 4, c.HorizonMicroseconds);
        var (partitions, placed) = (random.Next(2) == 0 ? delivery.Redeliver(random, c.HorizonMicroseconds) : delivery).Write();
        var shape = AnyShape(random, c);
        var batches = Math.Max(1, c.Events.Length / shape.BatchSize);
        var swapping = new Swapping(
            KnowledgeTimeline.Of(RuleYaml.Compile(c.Rules)),
            [.. versions.Skip(1).Select(v => (Batch: random.Next(batches), Rules: v)).OrderBy(s => s.Batch)
                .Select((s, i) => new Swap(s.Batch, Ahead(random), fields => RuleYaml.Compile(versions[i + 1], fields)))]);
        var options = new PipelineOptions { Horizon = c.Horizon };
        var live = PipelineRun.Run(swapping, partitions, shape, options);
        var expected = ReferenceEvaluator.Evaluate(Intervals(versions, swapping.Made), placed);
        Compare(seed, "swapped live", expected, live, versions, swapping, shape);
        Compare(seed, "known from the start", expected, PipelineRun.Run(new Swapping(swapping.Begin()), partitions, AnyShape(random, c), options), versions, swapping, shape);
        return swapping.Made.Count(from => from > c.Events[0].Time && from <= c.Events[^1].Time);
    }

    private static void Compare(
        int seed, string what, List<ExpectedAlert> expected, RunResult result, List<ReferenceRule[]> versions, Swapping swapping, RunShape shape)
    {
        var found = string.Join('\n', result.Breaches) + ExpectedAlert.Difference(expected, result.Alerts.Select(ExpectedAlert.Of));
        var rules = string.Join("\n=====\n", versions.Select(RuleYaml.Write));
        Assert.True(
            found.Length == 0 && result.Unevaluated == 0,
            $"{Name}, {what}, seed {seed} (SECSTREAM_SEED)\n{found}\nin force from {string.Join(", ", swapping.Made.Select(EventClock.ToInstant))}\n{shape}\n{rules}");
    }

    /// <summary>When each rule was in force: one that two versions have in common goes on.</summary>
    private static List<(ReferenceRule Rule, long From, long Until)> Intervals(List<ReferenceRule[]> versions, IReadOnlyList<long> made)
    {
        var going = versions[0].ToDictionary(Text, rule => (Rule: rule, From: long.MinValue));
        var all = new List<(ReferenceRule, long, long)>();
        for (var i = 0; i < made.Count; i++)
        {
            var next = versions[i + 1].ToDictionary(Text, rule => (Rule: rule, From: made[i]));
            all.AddRange(going.Where(g => !next.ContainsKey(g.Key)).Select(g => (g.Value.Rule, g.Value.From, made[i])));
            going = next.ToDictionary(n => n.Key, n => going.GetValueOrDefault(n.Key, n.Value));
        }

        return [.. all, .. going.Values.Select(g => (g.Rule, g.From, long.MaxValue))];
    }

    private static string Text(ReferenceRule rule) => RuleYaml.Write([rule]);

    private static long Ahead(Random random) => random.Next(3) == 0 ? 0 : random.NextInt64(random.Next(2) == 0 ? EventClock.Second : 10 * EventClock.Minute);

    private static RunShape AnyShape(Random random, Case c)
    {
        var batch = new[] { 1, 7, 20 }[random.Next(3)];
        return new RunShape
        {
            BatchSize = batch,
            Lanes = new[] { 1, 2, 8 }[random.Next(3)],
            Workers = random.Next(1, 3),
            RevisionInterval = random.Next(2) == 0 ? null : TimeSpan.FromSeconds(10),
            HiccupSeed = random.Next(3) == 0 ? random.Next() : null,
            Stops = [.. Enumerable.Range(0, random.Next(0, 4)).Select(_ => random.Next(Math.Max(2, c.Events.Length / batch)))],
        };
    }
}
