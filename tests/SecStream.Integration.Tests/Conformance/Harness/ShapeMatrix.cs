namespace SecStream.Integration.Tests.Conformance.Harness;

/// <summary>All ways to deliver, and few of them that hold every pair of values of any two factors.</summary>
internal static class ShapeMatrix
{
    private const int Candidates = 60;

    private static readonly Func<DeliveryShape, DeliveryShape>[][] s_factors =
    [
        [
            s => s with { Transports = [Transport.Tcp] },
            s => s with { Transports = [Transport.Ingest, Transport.Bulk] },
            s => s with { Transports = [Transport.File] },
            s => s with { Transports = [Transport.Tcp, Transport.Ingest, Transport.Bulk, Transport.File, Transport.Udp] },
        ],
        [
            s => s,
            s => s with { IsShuffled = true, AgainShare = 0.2 },
            s => s with { IsShuffled = true, LateShare = 0.05, AgainShare = 0.05 },
        ],
        [s => s with { Batch = 100 }, s => s with { Batch = 5000 }],
        [s => s with { Lanes = 1 }, s => s with { Lanes = 2 }, s => s with { Lanes = 4 }],
        [s => s, s => s with { Kills = 2 }, s => s with { Stops = 1, Rotations = 2 }],
        [s => s, s => s with { Swaps = 2 }],
    ];

    /// <summary>Every combination.</summary>
    public static IReadOnlyList<DeliveryShape> Full()
    {
        IEnumerable<int[]> rows = [[]];
        foreach (var factor in s_factors)
        {
            rows = rows.SelectMany(row => Enumerable.Range(0, factor.Length).Select(value => (int[])[.. row, value])).ToList();
        }

        return [.. rows.Select(Shape)];
    }

    /// <summary>Every pair of values of two factors at least once; always the same rows.</summary>
    public static IReadOnlyList<DeliveryShape> Pairwise()
    {
        var random = new Random(1);
        var open = Pairs().ToHashSet();
        var rows = new List<int[]>();
        while (open.Count > 0)
        {
            var first = open.First();
            var best = Enumerable.Range(0, Candidates).Select(_ => Candidate(random, first)).MaxBy(row => PairsOf(row).Count(open.Contains))!;
            open.ExceptWith(PairsOf(best));
            rows.Add(best);
        }

        return [.. rows.Select(Shape)];
    }

    private static int[] Candidate(Random random, (int Factor, int Value, int Other, int OtherValue) pair)
    {
        int[] row = [.. s_factors.Select(factor => random.Next(factor.Length))];
        (row[pair.Factor], row[pair.Other]) = (pair.Value, pair.OtherValue);
        return row;
    }

    private static IEnumerable<(int Factor, int Value, int Other, int OtherValue)> Pairs() =>
        from a in Enumerable.Range(0, s_factors.Length)
        from b in Enumerable.Range(a + 1, s_factors.Length - a - 1)
        from x in Enumerable.Range(0, s_factors[a].Length)
        from y in Enumerable.Range(0, s_factors[b].Length)
        select (a, x, b, y);

    private static IEnumerable<(int Factor, int Value, int Other, int OtherValue)> PairsOf(int[] row) =>
        from a in Enumerable.Range(0, row.Length)
        from b in Enumerable.Range(a + 1, row.Length - a - 1)
        select (a, row[a], b, row[b]);

    private static DeliveryShape Shape(int[] row, int number) =>
        row.Select((value, factor) => s_factors[factor][value]).Aggregate(new DeliveryShape { Seed = number + 1, Blocks = 6 }, (shape, change) => change(shape));
}
