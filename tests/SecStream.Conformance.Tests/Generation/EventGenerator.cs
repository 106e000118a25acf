using SecStream.Conformance.Tests.Reference;
using SecStream.Core.Events;

namespace SecStream.Conformance.Tests.Generation;

/// <summary>What a generated event set is made of.</summary>
/// <param name="Declared">Every event's identity is declared: it may come in any order and more than once.</param>
/// <param name="Count">Number of events.</param>
/// <param name="Spread">Seconds between bursts, at most.</param>
internal sealed record EventMix(bool Declared, int Count, int Spread);

/// <summary>Random events over few keys: bursts, equal times, whole seconds, midnights, quiet hours, repetitions, login sessions.</summary>
internal sealed class EventGenerator(Random random, EventMix mix)
{
    private static readonly string[] Addresses =
        ["203.0.113.7", "203.0.113.7", "198.51.100.20", "2001:db8:0:7::1", "2001:db8:0:7::9", "::ffff:203.0.113.7", "192.0.2.77"];

    private static readonly string[] Users = ["root", "u1", "u2", "u\"},{", "admin"];
    private static readonly string[] LineUsers = ["root", "u1", "u2", "u 3"];
    private static readonly string[] Services = ["web", "webshop", "mail"];
    private static readonly string[] Countries = ["DE", "FR", "JP", "US"];
    private static readonly string[] Actions = ["login_failed", "login_failed_invalid_password", "login_success", "login_success", "data_access", "data_access", "configuration_change"];
    private static readonly (double, double)[] Places = [(52.52, 13.40), (48.85, 2.35), (35.68, 139.69), (52.40, 13.06)];

    /// <summary>The events in order of time.</summary>
    public List<SourceEvent> Generate()
    {
        var time = EventClock.ToMicroseconds(new DateTimeOffset(2026, 3, 10, random.Next(2) == 0 ? 23 : random.Next(24), random.Next(60), random.Next(60), TimeSpan.Zero));
        var events = new List<SourceEvent>();
        while (events.Count < mix.Count)
        {
            time += Step();
            events.Add(random.Next(3) == 0 ? Document(time) : Login(time));
        }

        return Identify([.. events.OrderBy(e => e.Time)]);
    }

    private long Step() => random.Next(20) switch
    {
        < 7 => 0,
        < 13 => random.Next(0, 3_000_000),
        < 17 => random.NextInt64(0, 30 * EventClock.Second),
        < 19 => random.NextInt64(0, mix.Spread * EventClock.Second),
        _ => mix.Spread > 600 && random.Next(4) == 0 ? random.NextInt64(EventClock.Hour, 4 * EventClock.Hour) : EventClock.Second,
    };

    private SourceEvent Document(long time) => new()
    {
        Time = random.Next(2) == 0 ? time : Whole(time),
        Shape = EventShape.Ecs,
        Host = Host(),
        Action = Of(Actions),
        User = random.Next(6) == 0 ? null : Of(Users),
        TargetUser = random.Next(3) == 0 ? Of(Users) : null,
        Address = random.Next(6) == 0 ? null : Of(Addresses),
        Service = random.Next(2) == 0 ? Of(Services) : null,
        Country = random.Next(2) == 0 ? Of(Countries) : null,
        Place = random.Next(2) == 0 ? Places[random.Next(Places.Length)] : null,
    };

    private SourceEvent Login(long time)
    {
        var line = (LineKind)random.Next(1, 6);
        return new SourceEvent
        {
            Time = Whole(time),
            Shape = mix.Declared || random.Next(2) == 0 ? EventShape.Envelope : EventShape.Line,
            Host = Host(),
            Line = line,
            Pid = random.Next(100, 104),
            User = line is LineKind.Pam or LineKind.PamMore && random.Next(2) == 0 ? null : Of(LineUsers),
            Address = Of(Addresses),
            Count = line == LineKind.PamMore ? random.Next(2, 5) : random.Next(8) == 0 ? random.Next(2, 5) : 1,
        };
    }

    private static List<SourceEvent> Identify(List<SourceEvent> events)
    {
        var offsets = new Dictionary<string, long>();
        for (var i = 0; i < events.Count; i++)
        {
            var e = events[i];
            var file = $"fp-{e.Host}";
            offsets[file] = offsets.GetValueOrDefault(file) + 100;
            events[i] = e.Shape == EventShape.Ecs ? e with { GivenId = $"id-{i}" } : e.Shape == EventShape.Envelope ? e with { File = file, Offset = offsets[file] } : e;
        }

        return events;
    }

    private string Host() => $"h{random.Next(3)}";

    private string Of(string[] values) => values[random.Next(values.Length)];

    private static long Whole(long time) => time / EventClock.Second * EventClock.Second;
}
