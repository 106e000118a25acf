using SecStream.Core.Events;
using SecStream.Core.Text;

namespace SecStream.Host.Benchmark;

/// <summary>What may differ from the input of the benchmark, for tests that need other times or identities.</summary>
internal sealed record InputShape
{
    /// <summary>Event time of the first event.</summary>
    public long Start { get; init; } = EventInput.Start;

    /// <summary>Event time covered.</summary>
    public long Span { get; init; } = EventInput.Span;

    /// <summary>Share of events that bring their <c>event.id</c>.</summary>
    public double IdShare { get; init; } = 0.5;

    /// <summary>Incidents, as a multiple of those of the benchmark.</summary>
    public double Attacks { get; init; } = 1;

    /// <summary>Distinct source addresses; 0: as many as suit the number of events.</summary>
    public int Addresses { get; init; }
}

/// <summary>
/// The mixed input of the benchmark: ECS events, one a line, six hours of event time (histories are kept for two, so state turns over). Times rise with a jitter below the lateness; a few events
/// are late by up to twenty minutes. Addresses and users are skewed, 40 % of the events (200 000 of 500 000) bring an address not seen before.
/// The same number of events and seed give the same bytes.
/// </summary>
internal sealed class EventInput
{
    /// <summary>Event time of the first event: 2026-03-02T09:00:00Z.</summary>
    public const long Start = 1_772_442_000 * EventClock.Second;

    /// <summary>Event time covered.</summary>
    public const long Span = 6 * EventClock.Hour;

    private const int MaxAddresses = 200_000;
    private const double AddressesPerEvent = 0.4;
    private const double LateShare = 0.003;
    private const int FlushBytes = 1 << 20;

    /// <summary>Shares of the kinds of event, in thousandths.</summary>
    private static readonly (Shape Shape, int Share)[] s_mix =
    [
        (Shape.Web, 320), (Shape.Flow, 260), (Shape.Process, 120), (Shape.Application, 120), (Shape.Api, 90),
        (Shape.LoginFailure, 35), (Shape.Login, 30), (Shape.Violation, 20), (Shape.Audit, 5),
    ];

    private readonly Draw _draw;
    private readonly Population _population;
    private readonly EventShapes _shapes;
    private readonly int _events;
    private readonly InputShape _shape;
    private readonly Shape[] _shapeOf;

    private EventInput(int events, ulong seed, InputShape shape)
    {
        _events = events;
        _shape = shape;
        _draw = new Draw(seed);
        _population = new Population(_draw, shape.Addresses > 0 ? shape.Addresses : Addresses(events));
        _shapes = new EventShapes(_draw, shape.IdShare);
        _shapeOf = [.. s_mix.SelectMany(m => Enumerable.Repeat(m.Shape, m.Share))];
    }

    /// <summary>Distinct source addresses in an input of a size.</summary>
    public static int Addresses(int events) => Math.Clamp((int)(events * AddressesPerEvent), 1, MaxAddresses);

    /// <summary>Writes an input, with or without <see cref="AttackPlan"/>.</summary>
    public static void Write(Stream stream, int events, ulong seed, bool attacks, InputShape? shape = null) =>
        new EventInput(events, seed, shape ?? new InputShape()).Write(stream, attacks);

    private void Write(Stream stream, bool withAttacks)
    {
        var attacks = withAttacks ? new AttackPlan(_draw, _population, _shape.Start, _shape.Span, _shape.Attacks * _events / 500_000.0).Make() : [];
        var output = new ByteWriter(FlushBytes * 2);
        var next = 0;
        for (var i = 0; i < _events; i++)
        {
            var now = _shape.Start + (_shape.Span * i / _events);
            var planned = next < attacks.Length && attacks[next].Time <= now ? attacks[next++] : Ordinary(now);
            _shapes.Write(in planned, output);
            if (output.Length > FlushBytes)
            {
                stream.Write(output.Written);
                output.Reset();
            }
        }

        stream.Write(output.Written);
    }

    private PlannedEvent Ordinary(long now)
    {
        var time = now - _draw.Below((int)(4 * EventClock.Second));
        if (_draw.Chance(LateShare))
        {
            time -= _draw.Between(6, 1200) * EventClock.Second;
        }

        var shape = _shapeOf[_draw.Below(_shapeOf.Length)];

        // Failures are spread evenly: a forgotten password is no attack. Successes are not: people log in again and again.
        var user = shape == Shape.LoginFailure ? _draw.Below(Population.Users) : _draw.Zipf(Population.Users, 0.7);
        var address = shape switch
        {
            Shape.Login or Shape.LoginFailure or Shape.Audit => _population.HomeOf(user),
            Shape.Violation => _population.AnyAddress(),
            Shape.Process or Shape.Application => 0,
            _ => _population.NextAddress(),
        };
        return new PlannedEvent(time, shape, address, user, Detail(shape));
    }

    private string Detail(Shape shape) => shape switch
    {
        Shape.Login => "login_success",
        Shape.LoginFailure => _draw.Chance(0.3) ? "login_failed_user_not_found" : "login_failed",
        Shape.Violation => _draw.Chance(0.5) ? "rate_limit_exceeded" : "input_validation_failed",
        Shape.Audit => "role_view",
        Shape.Api => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"ak_{_draw.Zipf(400, 0.9):x4}"),
        _ => "",
    };
}
