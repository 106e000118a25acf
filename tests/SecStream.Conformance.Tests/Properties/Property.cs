using System.Globalization;
using System.Text;
using SecStream.Conformance.Tests.Generation;
using SecStream.Conformance.Tests.Harness;
using SecStream.Conformance.Tests.Reference;
using SecStream.Host;

namespace SecStream.Conformance.Tests.Properties;

/// <summary>A generated case: rules, events in order of time, bounds.</summary>
internal sealed record Case(int Seed, ReferenceRule[] Rules, SourceEvent[] Events, int Partitions, TimeSpan Horizon)
{
    public static Case Generate(int seed, bool declared)
    {
        var random = new Random(seed);
        var rules = RuleGenerator.Generate(random);
        var mix = new EventMix(declared, random.Next(4) == 0 ? random.Next(150, 300) : random.Next(10, 100), random.Next(2) == 0 ? 300 : 2400);
        return new Case(seed, rules, [.. new EventGenerator(random, mix).Generate()], random.Next(1, 4), TimeSpan.FromMinutes(random.Next(2) == 0 ? 10 : 60));
    }

    /// <summary>The bound as microseconds.</summary>
    public long HorizonMicroseconds => Core.Events.EventClock.ToMicroseconds(Horizon);
}

/// <summary>How a case is delivered and run.</summary>
internal delegate (Delivery Delivery, RunShape Shape) Variation(Case c, Delivery inOrder, Random random);

/// <summary>Checks many generated cases; a failing one is made smaller by halving before it is shown.</summary>
internal static class Property
{
    /// <summary>Cases a property: more with SECSTREAM_LONG=1.</summary>
    public static int Cases(int usual) => Environment.GetEnvironmentVariable("SECSTREAM_LONG") == "1" ? usual * 10 : usual;

    /// <summary>Fails with the smallest case found for which pipeline and reference differ.</summary>
    public static void Check(string name, int cases, bool declared, Variation vary)
    {
        var only = Environment.GetEnvironmentVariable("SECSTREAM_SEED");
        var first = only is null ? 1 + (int)(Core.Text.StableHash.Compute(Encoding.UTF8.GetBytes(name)) % 1_000_000) : int.Parse(only, CultureInfo.InvariantCulture);
        for (var seed = first; seed < first + (only is null ? Cases(cases) : 1); seed++)
        {
            var c = Case.Generate(seed, declared);
            var found = Difference(c, vary);
            if (found.Length > 0)
            {
                // Threads may make a difference come and go; then there is nothing to make smaller.
                var again = Enumerable.Range(0, 10).Count(_ => Difference(c, vary).Length > 0);
                c = again == 10 ? Shrink(c, vary) : c;
                found = again == 10 ? Difference(c, vary) : found;
                Assert.Fail($"{name}, seed {seed} (SECSTREAM_SEED), failed {again} times of 10 again\n{found}\n{Show(c, vary)}");
            }
        }
    }

    private static string Difference(Case c, Variation vary)
    {
        var knowledge = RuleYaml.Compile(c.Rules);
        var (delivery, shape) = vary(c, Delivery.InOrder(c.Events, c.Partitions), new Random(c.Seed));
        var (partitions, placed) = delivery.Write();
        var expected = ReferenceEvaluator.Evaluate(c.Rules, placed);
        var options = new PipelineOptions { Horizon = c.Horizon };
        var hasNoise = placed.Exists(e => e.Event.Action == "noise");
        try
        {
            var result = PipelineRun.Run(knowledge, partitions, shape, options);
            var marks = result.Unevaluated > 0 ? $"{result.Unevaluated} events not evaluated\n" : "";
            marks += result.Skewed > 0 && !hasNoise ? $"{result.Skewed} events skewed\n" : "";
            return marks + string.Join('\n', result.Breaches) + ExpectedAlert.Difference(expected, result.Alerts.Select(ExpectedAlert.Of));
        }
        catch (Exception fault) when (fault is not OutOfMemoryException)
        {
            // Whatever the pipeline throws is a finding about the case, which is to be shrunk and shown like any other.
            return $"the pipeline threw {fault}";
        }
    }

    private static Case Shrink(Case c, Variation vary)
    {
        for (var rule = 0; rule < c.Rules.Length && c.Rules.Length > 1;)
        {
            var smaller = c with { Rules = [.. c.Rules.Where((_, i) => i != rule)] };
            (c, rule) = Difference(smaller, vary).Length > 0 ? (smaller, rule) : (c, rule + 1);
        }

        for (var length = c.Events.Length / 2; length >= 1; length /= 2)
        {
            for (var at = 0; at < c.Events.Length;)
            {
                var smaller = c with { Events = [.. c.Events[..at], .. c.Events.Skip(at + length)] };
                (c, at) = smaller.Events.Length > 0 && Difference(smaller, vary).Length > 0 ? (smaller, at) : (c, at + length);
            }
        }

        return c;
    }

    private static string Show(Case c, Variation vary)
    {
        var (delivery, shape) = vary(c, Delivery.InOrder(c.Events, c.Partitions), new Random(c.Seed));
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"horizon {c.Horizon}, {shape}\n{RuleYaml.Write(c.Rules)}\n");
        foreach (var partition in delivery.Write().Partitions)
        {
            text.Append(CultureInfo.InvariantCulture, $"{partition.Name}\n");
            foreach (var line in partition.Lines.Take(60))
            {
                text.Append("  ").Append(Encoding.UTF8.GetString(line)).Append('\n');
            }
        }

        return text.ToString();
    }
}
