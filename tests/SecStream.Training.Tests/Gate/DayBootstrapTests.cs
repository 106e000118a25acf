using SecStream.Training.Gate;
using Xunit;

namespace SecStream.Training.Tests.Gate;

public sealed class DayBootstrapTests
{
    [Fact]
    public void Interval_EqualDays_IsAPoint() => Assert.Equal((4, 4, 4), DayBootstrap.Interval([4, 4, 4], 1));

    [Fact]
    public void Interval_Days_HoldsTheMeanAndIsRepeatable()
    {
        double[] days = [0, 1, 5, 2, 0, 9, 3];
        var (mean, low, high) = DayBootstrap.Interval(days, 7);
        Assert.Equal((mean, low, high), DayBootstrap.Interval(days, 7));
        Assert.InRange(mean, low, high);
        Assert.InRange(low, 0, 2);
        Assert.InRange(high, 4, 9);
    }

    [Fact]
    public void Interval_NoDays_IsNoNumber() => Assert.True(double.IsNaN(DayBootstrap.Interval([], 1).Low));
}
