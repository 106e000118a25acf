using SecStream.Training.Days;
using Xunit;

namespace SecStream.Training.Tests.Days;

public sealed class DaySplitTests
{
    private static readonly DaySplitOptions s_defaults = new();

    [Theory]
    [InlineData(14, 8, 3, 3)]
    [InlineData(28, 14, 7, 7)]
    [InlineData(31, 17, 7, 7)]
    public void Of_EnoughDays_LastQuarterEvaluatesTheOneBeforeCalibrates(int days, int fit, int calibrate, int evaluate)
    {
        var all = Days(days);
        var split = DaySplit.Of(all, s_defaults, "api-key");
        Assert.Equal((fit, calibrate, evaluate), (split.Fit.Count, split.Calibrate.Count, split.Evaluate.Count));
        Assert.Equal(all, split.All);
    }

    [Fact]
    public void Of_TooFewDays_SaysUntilWhenItLearns()
    {
        var first = UtcDay.Read("2026-03-01")!.Value;
        var fault = Assert.Throws<TrainingRefusedException>(() => DaySplit.Of([.. Enumerable.Range(0, 9).Select(i => first + i)], s_defaults, "api-key"));
        Assert.Equal("api-key: learning until 2026-03-14: 9 of 14 days of windows are stored", fault.Message);
    }

    [Fact]
    public void Of_TodayIsNotOver_DoesNotCount()
    {
        var first = UtcDay.Read("2026-03-01")!.Value;
        long[] days = [.. Enumerable.Range(0, 14).Select(i => first + i)];
        var now = new DateTimeOffset(2026, 3, 14, 12, 0, 0, TimeSpan.Zero);
        var fault = Assert.Throws<TrainingRefusedException>(() => DaySplit.Of(days, new DaySplitOptions { LastWhole = UtcDay.LastWhole(now) }, "api-key"));
        Assert.Contains("learning until 2026-03-14: 13 of 14 days", fault.Message, StringComparison.Ordinal);
        Assert.Equal(days, DaySplit.Of(days, new DaySplitOptions { LastWhole = UtcDay.LastWhole(now.AddDays(1)) }, "api-key").All);
    }

    [Fact]
    public void Of_NoDays_SaysWhereTheyComeFrom() =>
        Assert.Contains("no windows of a whole day", Assert.Throws<TrainingRefusedException>(() => DaySplit.Of([], s_defaults, "api-key")).Message, StringComparison.Ordinal);

    [Fact]
    public void Of_RangeTooNarrow_SaysToWidenIt()
    {
        var all = Days(28);
        var fault = Assert.Throws<TrainingRefusedException>(() => DaySplit.Of(all, new DaySplitOptions { From = all[20] }, "api-key"));
        Assert.Contains("8 days of windows", fault.Message, StringComparison.Ordinal);
        Assert.Contains("widen the range", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Of_Range_KeepsToIt()
    {
        var all = Days(40);
        var split = DaySplit.Of(all, new DaySplitOptions { From = all[5], Until = all[24] }, "api-key");
        Assert.Equal(all[5..25], split.All);
    }

    [Fact]
    public void Of_DaysMissing_CountsThoseThatAreThere()
    {
        long[] days = [.. Days(19).Where(d => d % 3 != 0)];
        Assert.Throws<TrainingRefusedException>(() => DaySplit.Of(days, s_defaults, "api-key"));
    }

    [Fact]
    public void Of_HeldOutDaysLeaveNone_IsRefused() =>
        Assert.Throws<TrainingRefusedException>(() => DaySplit.Of(Days(14), new DaySplitOptions { HeldOutDays = 7 }, "api-key"));

    [Theory]
    [InlineData("2026-02-30")]
    [InlineData("28.3.2026")]
    [InlineData("")]
    public void Read_NoDay_IsNull(string text) => Assert.Null(UtcDay.Read(text));

    [Fact]
    public void Show_Read_AreInverse() => Assert.Equal("2026-03-28", UtcDay.Show(UtcDay.Read("2026-03-28")!.Value));

    private static long[] Days(int count) => [.. Enumerable.Range(0, count).Select(i => 20_500L + i)];
}
