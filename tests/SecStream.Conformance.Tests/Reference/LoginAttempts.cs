using SecStream.Core.Observations;

namespace SecStream.Conformance.Tests.Reference;

/// <summary>
/// REQUIREMENTS, "Login attempts": within one (host, process id) session, in order, a line counts iff the lines of its kind there outnumber the
/// attempts counted so far. A line that stands for N occurrences is N lines. A session without a line for an hour is over.
/// </summary>
internal static class LoginAttempts
{
    private const long Hour = 3_600_000_000;

    /// <summary>For every login line the number of attempts it counts as. <paramref name="ordered"/> is in the order of events.</summary>
    public static Dictionary<EventId, int> Count(IEnumerable<PlacedEvent> ordered)
    {
        var counts = new Dictionary<EventId, int>();
        foreach (var session in ordered.Where(e => e.Event.IsLoginLine).GroupBy(e => (e.Event.Host, e.Event.Pid)))
        {
            var lines = new Dictionary<LineKind, int>();
            var (attempts, last) = (0, long.MinValue / 2);
            foreach (var placed in session)
            {
                if (placed.Event.Time >= last + Hour)
                {
                    lines.Clear();
                    attempts = 0;
                }

                last = placed.Event.Time;
                counts[placed.Id] = 0;
                var kind = placed.Event.Line == LineKind.PamMore ? LineKind.Pam : placed.Event.Line;
                for (var i = 0; i < placed.Event.Count; i++)
                {
                    lines[kind] = lines.GetValueOrDefault(kind) + 1;
                    if (lines[kind] > attempts)
                    {
                        attempts++;
                        counts[placed.Id]++;
                    }
                }
            }
        }

        return counts;
    }
}
