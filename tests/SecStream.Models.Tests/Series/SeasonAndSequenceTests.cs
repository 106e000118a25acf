using SecStream.Models.SeasonalBaseline;
using SecStream.Models.SequenceModel;
using SecStream.Models.SeriesEnsemble;

namespace SecStream.Models.Tests.Series;

public sealed class SeasonAndSequenceTests
{
    private const long Hour = 3_600_000_000;

    /// <summary>Monday 5 January 2026, 00:00 UTC.</summary>
    private const long Monday = 1_767_571_200_000_000;

    [Fact]
    public void SeasonalBaseline_NightValueByDay_StandsOut()
    {
        var detector = Trained(new SeasonalBaselineOptions(), weeks: 6);
        Assert.InRange(detector.Next(Monday + (At(6, 1, 12) * Hour), 1010), 0, 3);
        Assert.True(detector.Next(Monday + (At(6, 2, 12) * Hour), 100) > 5);
        Assert.True(detector.Next(Monday + (At(6, 2, 3) * Hour), 1000) > 5);
    }

    [Fact]
    public void SeasonalBaseline_WeekendValueOnAWorkday_StandsOut()
    {
        var detector = Trained(new SeasonalBaselineOptions(), weeks: 6);
        Assert.InRange(detector.Next(Monday + (At(6, 5, 12) * Hour), 200), 0, 3);
        Assert.True(detector.Next(Monday + (At(6, 0, 12) * Hour), 200) > 5);
    }

    [Fact]
    public void SeasonalBaseline_Holiday_IsADayOfItsOwn()
    {
        // A Wednesday: its values are neither compared with workdays' slots nor learned by them.
        var holiday = new DateOnly(2026, 2, 18);
        var detector = Trained(new SeasonalBaselineOptions { Holidays = new HashSet<DateOnly> { holiday } }, weeks: 6);
        var plain = Trained(new SeasonalBaselineOptions(), weeks: 6);
        var noon = Monday + (At(6, 2, 12) * Hour);
        Assert.Equal(new DateTime(2026, 2, 18, 12, 0, 0), DateTime.UnixEpoch.AddMicroseconds(noon));
        Assert.True(detector.Next(noon, 200) < 3);
        Assert.True(plain.Next(noon, 200) > 5);
        Assert.InRange(detector.Next(noon + (7 * 24 * Hour), 1000), 0, 3);
    }

    [Fact]
    public void SeasonalBaseline_UtcOffset_ShiftsTheHours()
    {
        var detector = Trained(new SeasonalBaselineOptions { UtcOffset = TimeSpan.FromHours(5) }, weeks: 6, shift: -5);
        Assert.InRange(detector.Next(Monday + ((At(6, 1, 12) - 5) * Hour), 1010), 0, 3);
        Assert.True(detector.Next(Monday + ((At(6, 2, 12) - 5) * Hour), 100) > 5);
    }

    [Fact]
    public void DayProfile_TimesBefore1970_HaveAHalfHour()
    {
        Assert.Equal(47, DayProfile.SlotOf(-1));
        Assert.Equal(0, DayProfile.SlotOf(0));
        Assert.Equal(25, DayProfile.SlotOf((12 * Hour) + (Hour / 2)));
    }

    [Fact]
    public void Sequence_KnownOrder_IsNoSurpriseAndABrokenOneIs()
    {
        var detector = new SequenceModelDetector(new SequenceModelOptions { MaxOrder = 3 });
        double[] cycle = [0, 1, 2, 0, 1, 3];
        double[] scores = Detectors.Run(detector, [.. Enumerable.Range(0, 1200).Select(i => cycle[i % 6])]);

        // After "2 0 1" comes 3, after "3 0 1" comes 2: two symbols of context would not do.
        Assert.True(scores[600..].Max() < 0.2, $"{scores[600..].Max()}");
        Assert.True(detector.Next(0, 2) > 5);
        Assert.True(detector.Next(0, 999) > 7);
    }

    [Fact]
    public void Sequence_ProbabilitiesOfAllSymbols_AddUpToOne()
    {
        var random = new Random(21);
        double[] values = [.. Enumerable.Range(0, 700).Select(i => i % 5 == 0 ? random.Next(6) : (double)(i % 3))];
        var sum = 0.0;
        for (var symbol = 0; symbol <= 6; symbol++)
        {
            // 6 was never seen: it stands for all new ones.
            var detector = new SequenceModelDetector(new SequenceModelOptions { MaxOrder = 4 });
            Detectors.Run(detector, values);
            sum += Math.Pow(2, -detector.Next(0, symbol));
        }

        Assert.Equal(1, sum, 9);
    }

    [Fact]
    public void Sequence_EndlessNewSymbols_HoldsItsCap()
    {
        var detector = new SequenceModelDetector(new SequenceModelOptions { MaxEntryCount = 500, MaxOrder = 10 });
        for (var i = 0; i < 20_000; i++)
        {
            var score = detector.Next(i, i);
            Assert.True(double.IsNaN(score) || (score >= 0 && double.IsFinite(score)));
        }

        Assert.InRange(detector.StateBytes, 1000, 30_000);
    }

    [Fact]
    public void Sequence_NewSequence_ForgetsTheLastSymbolsOnly()
    {
        var detector = new SequenceModelDetector(new SequenceModelOptions { MaxOrder = 2 });
        for (var session = 0; session < 100; session++)
        {
            detector.StartSequence();
            Detectors.Run(detector, [1, 2, 3, 4]);
        }

        detector.StartSequence();
        Assert.True(detector.Next(0, 1) < 0.3);
        detector.StartSequence();
        Assert.True(detector.Next(0, 3) > 4);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(0.5)]
    [InlineData(2_147_483_647)]
    public void Sequence_NoSymbol_IsNaN(double value) => Assert.True(double.IsNaN(new SequenceModelDetector(new SequenceModelOptions()).Next(0, value)));

    private static int At(int week, int day, int hour) => (((week * 7) + day) * 24) + hour;

    private static SeasonalBaselineDetector Trained(SeasonalBaselineOptions options, int weeks, int shift = 0)
    {
        var detector = new SeasonalBaselineDetector(options);
        var random = new Random(20);
        for (var i = 0; i < weeks * 7 * 24; i++)
        {
            var level = (i / 24 % 7) >= 5 ? 200 : i % 24 is >= 8 and < 18 ? 1000 : 100;
            detector.Next(Monday + ((i + shift) * Hour), level + (level * 0.1 * random.NextDouble()) - (level * 0.05));
        }

        return detector;
    }
}
