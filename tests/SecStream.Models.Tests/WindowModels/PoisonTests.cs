using SecStream.Core.Features;
using SecStream.Models.Vectors;
using SecStream.Models.WindowModels;
using Xunit.Abstractions;

namespace SecStream.Models.Tests.WindowModels;

/// <summary>Attacks among the days that are learned from and calibrated on.</summary>
public sealed class PoisonTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData(0.005, 11)]
    [InlineData(0.02, 12)]
    public void Train_AttacksAmongTheDays_StillDetectsOrRefusesAndSaysSo(double share, ulong seed)
    {
        Fleet fleet = null!;
        fleet = new Fleet(FleetKind.Poisson, 200, TrainedFleet.Days, seed)
        {
            Poison = (vector, key, hour) =>
            {
                var draw = new Draw(Draw.Seed(seed ^ 77, (key * 10_000) + (int)hour));
                if (hour >= 21 * 24 || draw.Unit() >= share)
                {
                    return false;
                }

                Attacks.Make(fleet, vector, draw.Unit() < 0.5 ? Attack.RateTimesFive : Attack.ErrorBurst, key, hour, draw);
                return true;
            },
        };
        var set = TrainedFleet.Train(fleet, seed);
        BudgetTable.Print(output, $"{share * 100} % poisoned", set.Figures);
        var judge = set.JudgeOf(Fleet.Schema, Fleet.Hour);
        if (judge is null || set.Figures.Classes[0].Own.Refusal is not null)
        {
            output.WriteLine("refused");
            Assert.NotEmpty(set.Figures.Classes[0].Notes);
            return;
        }

        foreach (var attack in new[] { Attack.RateTimesFive, Attack.ErrorBurst })
        {
            var d = Attacks.Run(fleet, judge, attack, 60, 21, 14, seed);
            output.WriteLine($"  {attack,-20} {d.Count} low {d.Low:0.00} medium {d.Medium:0.00} high {d.High:0.00} delay {d.Delay:0.0} explained {d.Explained:0.00}");
            Assert.True(d.Medium >= 0.5);
        }
    }
}
