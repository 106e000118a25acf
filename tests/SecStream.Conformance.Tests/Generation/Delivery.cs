using SecStream.Conformance.Tests.Harness;
using SecStream.Conformance.Tests.Reference;
using SecStream.Core.Events;

namespace SecStream.Conformance.Tests.Generation;

/// <summary>Which events come through which partition, in which order. Operations return a new delivery; each keeps what it promises to keep.</summary>
internal sealed record Delivery(List<SourceEvent>[] Partitions)
{
    /// <summary>Every event in order of time, each host through one partition.</summary>
    public static Delivery InOrder(IEnumerable<SourceEvent> events, int partitions)
    {
        var delivery = new Delivery([.. Enumerable.Range(0, partitions).Select(_ => new List<SourceEvent>())]);
        foreach (var e in events)
        {
            delivery.Partitions[e.Host[^1] % partitions].Add(e);
        }

        return delivery;
    }

    /// <summary>The same events in the same order through other partitions, whatever their host.</summary>
    public Delivery Split(Random random, int partitions)
    {
        var delivery = new Delivery([.. Enumerable.Range(0, partitions).Select(_ => new List<SourceEvent>())]);
        foreach (var e in Partitions.SelectMany(p => p).OrderBy(e => e.Time))
        {
            delivery.Partitions[random.Next(partitions)].Add(e);
        }

        return delivery;
    }

    /// <summary>Out of order, but by less than <paramref name="lateness"/>.</summary>
    public Delivery Shuffle(Random random, long lateness) =>
        Each(p => [.. p.Select(e => (Key: e.Time + random.NextInt64(lateness), Event: e)).OrderBy(x => x.Key).Select(x => x.Event)]);

    /// <summary>Some events come later in their partition, yet at most <paramref name="horizon"/> behind what has come by then.</summary>
    public Delivery Delay(Random random, double share, long horizon) => Each(p =>
    {
        var list = p.ToList();
        for (var i = 0; i < list.Count; i++)
        {
            if (random.NextDouble() < share)
            {
                var moved = list[i];
                var last = i;
                while (last + 1 < list.Count && list[last + 1].Time <= moved.Time + horizon)
                {
                    last++;
                }

                var to = random.Next(2) == 0 ? last : random.Next(i, last + 1);
                list.RemoveAt(i);
                list.Insert(to, moved);
            }
        }

        return list;
    });

    /// <summary>Stretches come again, at once or later, at most <paramref name="horizon"/> behind what has come by then.</summary>
    public Delivery Redeliver(Random random, long horizon) => Each(p =>
    {
        var list = new List<SourceEvent>();
        var highest = long.MinValue;
        foreach (var e in p)
        {
            list.Add(e);
            highest = Math.Max(highest, e.Time);
            if (list.Count < 3 * p.Count && random.Next(15) == 0)
            {
                var from = random.Next(3) == 0 ? 0 : random.Next(list.Count);
                list.AddRange(list[from..].Where(x => x.Time >= highest - horizon).ToArray());
            }
        }

        list.AddRange(list.Where(x => x.Time >= highest - horizon).Distinct().ToArray());
        return list;
    });

    /// <summary>Every event also through partitions of another delivery.</summary>
    public Delivery And(Delivery other) => new([.. Partitions, .. other.Partitions]);

    /// <summary>Now and then an event hours ahead of its time, of which nothing is said but its host; two in a row would vouch for each other.</summary>
    public Delivery Skew(Random random) => Each(p =>
    {
        var list = new List<SourceEvent>();
        var since = random.Next(10);
        foreach (var e in p)
        {
            if (since > 8 && random.Next(4) == 0)
            {
                list.Add(Noise(e.Host, e.Time + random.NextInt64(2 * EventClock.Hour, 20 * EventClock.Hour), $"noise-{random.Next()}"));
                since = 0;
            }

            list.Add(e);
            since++;
        }

        return list;
    });

    /// <summary>An event that says nothing but its host.</summary>
    public static SourceEvent Noise(string host, long time, string id) => new() { Time = time, Shape = EventShape.Ecs, Host = host, Action = "noise", GivenId = id };

    /// <summary>Lines as sources hold them, and the events with the places that these lines give them.</summary>
    public (Partition[] Partitions, List<PlacedEvent> Events) Write()
    {
        var placed = new List<PlacedEvent>();
        var partitions = new Partition[Partitions.Length];
        for (var p = 0; p < Partitions.Length; p++)
        {
            var name = $"/logs/p{p}.log";
            var lines = new List<byte[]>();
            var position = 0L;
            foreach (var e in Partitions[p])
            {
                var line = EventLines.Write(e);
                var located = e.Shape == EventShape.Line ? e with { File = name, Offset = position } : e;
                var (source, place, id) = located.Locate(line);
                placed.Add(new PlacedEvent(located, source, place, id));
                lines.Add(line);
                position += line.Length + 1;
            }

            partitions[p] = new Partition(name, lines, Times: [.. Partitions[p].Select(e => e.Time)]);
        }

        return (partitions, placed);
    }

    private Delivery Each(Func<List<SourceEvent>, List<SourceEvent>> change) => new([.. Partitions.Select(change)]);
}
