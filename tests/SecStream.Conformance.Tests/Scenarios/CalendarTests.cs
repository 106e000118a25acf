using SecStream.Core.Events;
using SecStream.Stages.Parsing;
using static SecStream.Conformance.Tests.Scenarios.Scenario;

namespace SecStream.Conformance.Tests.Scenarios;

/// <summary>Years that lines do not carry, hours that come twice, midnights.</summary>
public sealed class CalendarTests
{
    [Fact]
    public void YearRollover_AttackAcrossNewYear_IsOneAttackCutAtMidnight()
    {
        var options = new SourceOptions { Zone = TimeZoneInfo.Utc, Year = 2025 };
        var lines = Enumerable.Range(0, 10).Select(i => Sshd(new DateTime(2025, 12, 31, 23, 55, 0).AddMinutes(i), i));
        var alerts = Run(Lines("a", lines, options)).Of("C1");
        Assert.Equal([Utc(2025, 12, 31, 23, 59), Utc(2026, 1, 1, 0, 0)], alerts.Select(a => EventClock.ToInstant(a.Opened)));

        // The window goes on counting over midnight: the second alert shows the failures of the old year that are in its window too.
        Assert.Equal([5L, 10L], alerts.Select(a => a.Total));
        Assert.Equal(Utc(2025, 12, 31, 23, 55), EventClock.ToInstant(alerts[1].Start));
    }

    [Fact]
    public void YearRollover_LateLineOfDecemberAfterNewYear_BelongsToTheOldYear()
    {
        var options = new SourceOptions { Zone = TimeZoneInfo.Utc, Year = 2025 };
        DateTime[] times =
        [
            new(2025, 12, 31, 23, 58, 0), new(2025, 12, 31, 23, 59, 0), new(2026, 1, 1, 0, 0, 1), new(2025, 12, 31, 23, 59, 59),
            new(2026, 1, 1, 0, 0, 2), new(2026, 1, 1, 0, 0, 3),
        ];
        var alert = Assert.Single(Run(Lines("a", times.Select((t, i) => Sshd(t, i)), options)).Of("C1"));
        Assert.Equal((Utc(2026, 1, 1, 0, 0).AddSeconds(2), 6L), (EventClock.ToInstant(alert.Opened), alert.Total));
    }

    [Fact]
    public void EndOfSummerTime_LinesOfBothPasses_AreOneAttackOverTwelveMinutes()
    {
        var options = new SourceOptions { Zone = TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin"), Year = 2026 };
        var day = new DateTime(2026, 10, 25);
        int[] minutes = [172, 173, 174, 123, 124];
        var lines = minutes.Select((m, i) => Sshd(day.AddMinutes(m), i));
        var alert = Assert.Single(Run(Lines("a", lines, options)).Of("C1"));
        Assert.Equal(Utc(2026, 10, 25, 0, 52), EventClock.ToInstant(alert.Start));
        Assert.Equal(TimeSpan.FromMinutes(12), EventClock.ToInstant(alert.End) - EventClock.ToInstant(alert.Start));
        Assert.Equal(5, alert.Total);
    }

    private static DateTimeOffset Utc(int year, int month, int day, int hour, int minute) => new(year, month, day, hour, minute, 0, TimeSpan.Zero);
}
