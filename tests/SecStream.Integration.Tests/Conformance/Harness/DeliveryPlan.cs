using SecStream.Core.Events;

namespace SecStream.Integration.Tests.Conformance.Harness;

/// <summary>Who carries which event when; the same shape gives the same plan.</summary>
internal sealed class DeliveryPlan
{
    private const double InOrderWithin = 4.9;
    private static readonly Transport[] s_sure = [Transport.Tcp, Transport.Ingest, Transport.Bulk, Transport.File];

    private readonly Random _random;
    private readonly DeliveryShape _shape;

    private DeliveryPlan(DeliveryShape shape) => (_shape, _random) = (shape, new Random(shape.Seed));

    public static Delivery[] Make(RecordedSet set, DeliveryShape shape) => new DeliveryPlan(shape).Make(set.Events);

    private Delivery[] Make(IReadOnlyList<RecordedEvent> events)
    {
        var plan = new List<Delivery>();
        for (var i = 0; i < events.Count; i++)
        {
            var due = events[i].Time + (_shape.IsShuffled ? Seconds(0, InOrderWithin) : 0);
            due += _random.NextDouble() < _shape.LateShare ? Seconds(InOrderWithin, _shape.MostLate.TotalSeconds) : 0;
            var by = _shape.Transports[_random.Next(_shape.Transports.Count)];
            plan.Add(new Delivery(due, i, by));
            if (by == Transport.Udp || _random.NextDouble() < _shape.AgainShare)
            {
                plan.Add(new Delivery(due + Seconds(0, 60), i, s_sure[_random.Next(s_sure.Length)]));
            }
        }

        return [.. plan.OrderBy(d => d.Due)];
    }

    private long Seconds(double from, double to) => (long)((from + (_random.NextDouble() * (to - from))) * EventClock.Second);
}
