using SecStream.Core.Events;

namespace SecStream.Host.Benchmark;

/// <summary>
/// The incidents hidden in the input, about one event in a hundred: bursts of failed logins (some succeed), slow guessing, scanners, clients
/// without back-off, one API key over its rate, changes of configuration, reads of sensitive data, users far from home. Some hundred alerts in
/// 500 000 events, as on a busy day; the number scales with the size of the input.
/// </summary>
internal sealed class AttackPlan(Draw draw, Population population, long start, long span, double scale)
{
    private static readonly string[] s_attacks =
    [
        "/search?q=1%27%20UNION%20SELECT%20password%20FROM%20users--", "/item?id=1%20OR%201%3D1", "/comment?text=%3Cscript%3Ealert(1)%3C/script%3E",
        "/download?file=../../../../etc/passwd", "/upload/shell.php?cmd=id", "/index.php?page=..%2f..%2fetc%2fshadow",
    ];

    private readonly List<PlannedEvent> _events = [];

    /// <summary>All of it, by time.</summary>
    public PlannedEvent[] Make()
    {
        Repeat(60, () => BruteForce(draw.Between(6, 60), draw.Between(1, 12) * EventClock.Second));
        Repeat(10, () => BruteForce(25, 2 * EventClock.Minute));
        Repeat(15, () => Burst(Shape.Web, draw.Between(10, 40), 4 * EventClock.Second, draw.Pick(s_attacks)));
        Repeat(6, () => Burst(Shape.Violation, draw.Between(120, 200), 6 * EventClock.Second, "rate_limit_exceeded"));
        Repeat(1, () => Burst(Shape.Api, 1300, 30_000, "ak_burst"));
        Repeat(25, () => Burst(Shape.Audit, 1, 0, "configuration_change"));
        Repeat(5, () => Burst(Shape.Audit, 1, 0, "privilege_escalation_attempt"));
        Repeat(4, () => Burst(Shape.Audit, 1, 0, "encryption_key_access_denied"));
        Repeat(30, () => Burst(Shape.Audit, 10, EventClock.Minute, "data_export"));
        Repeat(20, () => Burst(Shape.Audit, 1, 0, "access_denied"));
        Repeat(25, Journey);
        _events.Sort((a, b) => a.Time.CompareTo(b.Time));
        return [.. _events];
    }

    private void Repeat(int times, Action what)
    {
        for (var left = Math.Max(1, (int)(times * scale)); left > 0; left--)
        {
            what();
        }
    }

    private long Moment() => start + (long)(draw.Unit() * span * 0.95);

    /// <summary>Guesses from one address at one user, an administrator or many users; one time in ten the last one succeeds.</summary>
    private void BruteForce(int attempts, long pause)
    {
        var (time, address, target) = (Moment(), population.AnyAddress(), draw.Below(Population.Users));
        var kind = draw.Below(3);
        for (var i = 0; i < attempts; i++, time += pause)
        {
            var user = kind == 0 ? target : kind == 1 ? -1 : draw.Below(Population.Users);
            var action = kind == 2 && draw.Chance(0.5) ? "login_failed_user_not_found" : "login_failed";
            Add(new PlannedEvent(time, Shape.LoginFailure, address, user, action));
        }

        if (draw.Chance(0.1))
        {
            Add(new PlannedEvent(time, Shape.Login, address, target, "login_success"));
        }
    }

    private void Burst(Shape shape, int count, long pause, string detail)
    {
        var (time, address, user) = (Moment(), population.AnyAddress(), draw.Below(Population.Users));
        for (var i = 0; i < count; i++, time += pause)
        {
            Add(new PlannedEvent(time, shape, address, user, detail));
        }
    }

    /// <summary>A user logs in at home and minutes later from somewhere else.</summary>
    private void Journey()
    {
        var (time, user) = (Moment(), draw.Below(Population.Users));
        Add(new PlannedEvent(time, Shape.Login, population.HomeOf(user), user, "login_success"));
        Add(new PlannedEvent(time + (10 * EventClock.Minute), Shape.Login, population.AnyAddress(), user, "login_success"));
    }

    private void Add(PlannedEvent planned)
    {
        if (planned.Time < start + span)
        {
            _events.Add(planned);
        }
    }
}
