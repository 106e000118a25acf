using SecStream.Core.Features;
using SecStream.Models.Baselines;
using SecStream.Models.Vectors;
using SecStream.Models.WindowModels;

namespace SecStream.Models.Tests.Baselines;

/// <summary>What is usual for a class and its keys.</summary>
public sealed class BaselineTests
{
    private const long Hour = WeekCalendar.Hour;
    private const int Days = 14;
    private static readonly WeekCalendar Calendar = new(Hour, []);
    private static readonly FeatureDefinition Count = new() { Name = "count", Noun = "events", IsCount = true };
    private static readonly FeatureDefinition Share = new() { Name = "share", Noun = "share", Scale = FeatureScale.Linear };

    [Theory]
    [InlineData(4)]
    [InlineData(40)]
    [InlineData(400)]
    public void Expect_PoissonCounts_DeviationsHaveUnitSpread(double rate)
    {
        var baseline = Learn(Count, 40, (draw, key, _) => Poisson(draw, rate * (1 + (key % 5))));
        var draw = new Draw(99);
        var deviations = Enumerable.Range(0, 4000)
            .Select(i => Deviation(baseline, i % 40, 0, (i % (Days * 24)) * Hour, Poisson(draw, rate * (1 + (i % 40 % 5))))).ToArray();
        Assert.InRange(deviations.Average(), -0.25, 0.25);
        Assert.InRange(Math.Sqrt(deviations.Average(d => d * d)), 0.8, 1.25);
    }

    [Fact]
    public void Expect_SeasonOfClassAndKey_IsFollowed()
    {
        double Rate(int key, long hour) => (hour % 24 is >= 8 and < 18 ? 200 : 20) * (key == 3 && hour % 24 == 2 ? 10 : 1);
        var baseline = Learn(Count, 30, (draw, key, hour) => Poisson(draw, Rate(key, hour)));
        double Expected(int key, long hour) =>
            Math.Exp(baseline.Expect(key, 0, Calendar.SlotOf(hour * Hour), SpreadLearner.EventBin(20)).Expected) - 1;
        Assert.InRange(Expected(5, 12), 180, 220);
        Assert.InRange(Expected(5, 2), 17, 23);
        Assert.InRange(Expected(3, 2), 150, 230);
    }

    [Fact]
    public void Expect_WeekendOfTheClass_IsFollowed()
    {
        bool IsWeekend(long hour) => Calendar.IsWeekend(hour / 24);
        var baseline = Learn(Count, 30, (draw, _, hour) => Poisson(draw, IsWeekend(hour) ? 10 : 100));
        // Day 0 was a Thursday.
        Assert.InRange(Math.Exp(baseline.Expect(1, 0, Calendar.SlotOf(((2 * 24) + 5) * Hour), 3).Expected), 9, 13);
        Assert.InRange(Math.Exp(baseline.Expect(1, 0, Calendar.SlotOf(((4 * 24) + 5) * Hour), 3).Expected), 90, 112);
    }

    [Fact]
    public void Learn_TwoPercentAttacks_ExpectationAndSpreadHardlyMove()
    {
        var clean = Learn(Count, 40, (draw, _, _) => Poisson(draw, 50));
        var poisoned = Learn(Count, 40, (draw, _, _) => Poisson(draw, draw.Unit() < 0.02 ? 500 : 50));
        var (a, b) = (clean.Expect(7, 0, 30, 5), poisoned.Expect(7, 0, 30, 5));
        Assert.InRange(b.Expected - a.Expected, -0.08, 0.08);
        Assert.InRange(b.Up / a.Up, 0.9, 1.35);
    }

    [Fact]
    public void Deviation_OneErrorInOneEvent_IsNoWonderAndTenInTenAre()
    {
        var baseline = Learn(Share, 40, (draw, _, _) => draw.Unit() < 0.03 ? 1 : 0, events: _ => 1);
        Assert.InRange(Deviation(baseline, 3, 0, 5 * Hour, 1, events: 1), 1.2, 3);
        Assert.True(Deviation(baseline, 3, 0, 5 * Hour, 1, events: 10) > 5);
    }

    [Fact]
    public void Deviation_TinyChangeOfAConstantSeries_IsNone()
    {
        var feature = new FeatureDefinition { Name = "size", Noun = "bytes", MinAbsolute = 10, MinRelative = 0.05 };
        var baseline = Learn(feature, 20, (_, _, _) => 1000);
        Assert.Equal(0, Deviation(baseline, 3, 0, 5 * Hour, 1049));
        Assert.Equal(0, Deviation(baseline, 3, 0, 5 * Hour, 960));
        Assert.InRange(Deviation(baseline, 3, 0, 5 * Hour, 1100), 1, 4);
        Assert.True(Deviation(baseline, 3, 0, 5 * Hour, 10_000) > 20);
    }

    [Fact]
    public void ValueAt_Deviations_AreTheOnesAsked()
    {
        var baseline = Learn(Count, 40, (draw, key, _) => Poisson(draw, 30 + key));
        var expectation = baseline.Expect(4, 0, 20, 5);
        foreach (var deviations in new[] { -2.0, 0, 2, 4 })
        {
            Assert.Equal(deviations, baseline.Deviation(0, baseline.ValueAt(0, expectation, deviations, 30), expectation, 30), 6);
        }
    }

    [Fact]
    public void Share_OfADeviance_IsItsInverseNearly()
    {
        Assert.InRange(FeatureScaling.Deviance(FeatureScaling.Share(3, 0.05, 100), 0.05, 100), 2.2, 3.5);
        Assert.Equal(0, FeatureScaling.Deviance(0.25, 0.25, 50), 9);
        Assert.True(FeatureScaling.Deviance(0, 0.25, 50) < -4);
    }

    private static double Deviation(ClassBaseline baseline, int key, int feature, long start, double value, long events = 16) =>
        baseline.Deviation(feature, value, baseline.Expect(key, feature, Calendar.SlotOf(start), SpreadLearner.EventBin(events)), events);

    private static ClassBaseline Learn(FeatureDefinition feature, int keys, Func<Draw, int, long, double> value, Func<int, long>? events = null)
    {
        var schema = new FeatureSchema { Profile = "p", Version = "v", KeyNames = ["k"], Windows = [Hour], Features = [feature] };
        var learner = new BaselineLearner(schema.Features, Calendar);
        void Pass(Action<FeatureVector, int> take)
        {
            var draw = new Draw(5);
            var vector = FeatureVector.Of(schema);
            for (var hour = 0L; hour < Days * 24; hour++)
            {
                for (var key = 0; key < keys; key++)
                {
                    (vector.Start, vector.End, vector.Events) = (hour * Hour, (hour + 1) * Hour, events?.Invoke(key) ?? 16);
                    vector.Values[0] = value(draw, key, hour);
                    take(vector, key);
                }
            }
        }

        Pass(learner.Learn);
        learner.Reorder([.. Enumerable.Range(0, keys)], keys);
        learner.Solve();
        Pass(learner.Season);
        learner.Settle();
        Pass(learner.Refine);
        return learner.Build();
    }

    private static double Poisson(Draw draw, double rate) => WindowModels.Fleet.Poisson(draw, rate);
}
