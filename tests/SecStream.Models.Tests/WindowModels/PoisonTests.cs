using SecStream.Models.Vectors;
using Xunit.Abstractions;

namespace SecStream.Models.Tests.WindowModels;

/// <summary>Attacks among the days that are learned from and calibrated on; and what only looks like them.</summary>
public sealed class PoisonTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData(0.005, 11)]
    [InlineData(0.02, 12)]
    [InlineData(0.02, 63)]
    public void Train_AttacksAmongTheDays_AreLeftOutAndTheLikeIsSeen(double share, ulong seed)
    {
        Fleet fleet = null!;
        fleet = new Fleet(FleetKind.Poisson, 200, TrainedFleet.Days, seed)
        {
            Poison = (vector, key, hour) =>
            {
                var draw = new Draw(Draw.Seed(seed ^ 77, (key * 10_000) + (int)hour));
                if (hour >= (TrainedFleet.FitDays + TrainedFleet.CalibrationDays) * 24 || draw.Unit() >= share)
                {
                    return false;
                }

                Attacks.Make(fleet, vector, draw.Unit() < 0.5 ? Attack.RateTimesFive : Attack.ErrorBurst, key, hour, draw);
                return true;
            },
        };
        var set = TrainedFleet.Train(fleet, seed);
        BudgetTable.Print(output, $"{share * 100} % of windows are attacks", set.Figures);
        var figures = set.Figures.Classes[0];
        if (figures.Own.Refusal is not null || figures.Notes.Any(n => n.Contains("train again", StringComparison.Ordinal)))
        {
            // Refused, or warned of, is right as well, as long as it is said.
            Assert.Contains(figures.Notes, n => n.Contains(figures.Own.Refusal ?? "attacks on them", StringComparison.Ordinal));
            return;
        }

        Assert.InRange(figures.LeftOut, 0.5 * share * figures.Own.Windows, 1.3 * share * figures.Own.Windows);
        Assert.Contains(figures.Notes, n => n.Contains("left out as attacks", StringComparison.Ordinal));
        Assert.True(set.Figures.WithinBudget);
        var judge = set.JudgeOf(Fleet.Schema, Fleet.Hour)!;
        foreach (var attack in new[] { Attack.RateTimesFive, Attack.ErrorBurst })
        {
            var seen = Attacks.Run(fleet, judge, attack, 100, TrainedFleet.FitDays + TrainedFleet.CalibrationDays, TrainedFleet.EvaluationDays, seed);
            output.WriteLine($"  {attack,-20} {seen.Low,5:0.00} {seen.Medium,5:0.00} {seen.High,5:0.00}  {seen.Delay,4:0.0}  {seen.Explained,5:0.00}");
            Assert.True(seen.Medium >= 0.6, $"{attack}: {seen.Medium}");
        }
    }

    [Fact]
    public void Train_KeysOfWildHabits_AreNotTakenForAttacks()
    {
        var fleet = new Fleet(FleetKind.Poisson, 200, TrainedFleet.Days, 13)
        {
            Poison = (vector, key, hour) =>
            {
                if (key >= 5 || new Draw(Draw.Seed(5, (key * 10_000) + (int)hour)).Unit() > 0.15)
                {
                    return false;
                }

                vector.Values[2] *= 3000;
                vector.Values[4] *= 40;
                return true;
            },
        };
        var set = TrainedFleet.Train(fleet, 13);
        BudgetTable.Print(output, "five keys of wild habits", set.Figures);
        Assert.True(set.Figures.Classes[0].Own.Refusal is not null || set.Figures.WithinBudget);
        Assert.Contains(set.Figures.Classes[0].Notes, n => n.Contains("habit", StringComparison.Ordinal));
    }
}
