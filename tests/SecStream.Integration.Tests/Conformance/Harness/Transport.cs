namespace SecStream.Integration.Tests.Conformance.Harness;

/// <summary>The ways by which an event gets into the service.</summary>
internal enum Transport
{
    /// <summary>Syslog over TCP, by turns a line each and octet-counted.</summary>
    Tcp,

    /// <summary><c>POST /ingest</c>, by turns lines and arrays.</summary>
    Ingest,

    /// <summary><c>POST /_bulk</c>.</summary>
    Bulk,

    /// <summary>A file that is followed.</summary>
    File,

    /// <summary>Datagrams. They may be lost, so each of their events comes once more by another way.</summary>
    Udp,
}

/// <summary>How a recorded set is delivered.</summary>
internal sealed record DeliveryShape
{
    public int Seed { get; init; } = 1;

    /// <summary>Who carries the events, in equal shares.</summary>
    public IReadOnlyList<Transport> Transports { get; init; } = [Transport.Ingest];

    /// <summary>Share of events that are late.</summary>
    public double LateShare { get; init; }

    /// <summary>How late they are at most.</summary>
    public TimeSpan MostLate { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>Share of events that come twice, the second time by any way.</summary>
    public double AgainShare { get; init; }

    /// <summary>Whether events come out of order by less than the lateness.</summary>
    public bool IsShuffled { get; init; }

    /// <summary>Events sent at once.</summary>
    public int Batch { get; init; } = 500;

    /// <summary>Lanes of the first life of the service; the lives after it have one, two, four by turns.</summary>
    public int Lanes { get; init; } = 2;

    /// <summary>How often the service is killed while events come.</summary>
    public int Kills { get; init; }

    /// <summary>Whether it is killed once more when everything has come, about when it begins to decide by the clock.</summary>
    public bool IsKilledWhenQuiet { get; init; }

    /// <summary>How often it is stopped in order.</summary>
    public int Stops { get; init; }

    /// <summary>How often every followed file is rotated.</summary>
    public int Rotations { get; init; }

    /// <summary>How often the rules change.</summary>
    public int Swaps { get; init; }

    /// <summary>Parts the delivery is cut into; what goes wrong goes wrong at their borders and, a random time later, inside.</summary>
    public int Blocks { get; init; } = 24;
}

/// <summary>One event on its way.</summary>
/// <param name="Due">Its place in the order of delivery, µs.</param>
/// <param name="Event">Number of the event.</param>
/// <param name="By">Who carries it.</param>
internal readonly record struct Delivery(long Due, int Event, Transport By);
