using SecStream.Models.WindowModels;
using SecStream.Models.WindowModels.Figures;
using Xunit.Abstractions;

namespace SecStream.Models.Tests.WindowModels;

/// <summary>The promise of the budget: on days that no model has seen, false alerts of every severity stay within it, whatever the fleet is like; and attacks are seen all the same.</summary>
public sealed class BudgetTests(ITestOutputHelper output)
{
    private const int Keys = 200;

    [Theory]
    [InlineData(FleetKind.Poisson, 1)]
    [InlineData(FleetKind.Seasonal, 2)]
    [InlineData(FleetKind.Autocorrelated, 3)]
    [InlineData(FleetKind.HeavyTailed, 4)]
    public void Train_AnyFleet_FalseAlertsAreWithinTheBudgetOfEverySeverity(FleetKind kind, ulong seed)
    {
        var trained = TrainedFleet.Of(kind, Keys, seed);
        BudgetTable.Print(output, $"{kind}, {Keys} keys", trained.Set.Figures);
        foreach (Attack attack in Enum.GetValues<Attack>())
        {
            if (attack == Attack.OffHoursLogin && kind != FleetKind.Seasonal) continue;
            var d = Attacks.Run(trained.Fleet, trained.Set.JudgeOf(Fleet.Schema, Fleet.Hour)!, attack, 60, 21, 14, seed);
            output.WriteLine($"  {attack,-20} {d.Count} low {d.Low:0.00} medium {d.Medium:0.00} high {d.High:0.00} delay {d.Delay:0.0} explained {d.Explained:0.00}");
        }
        Assert.True(trained.Set.Figures.WithinBudget);
    }
}

internal static class BudgetTable
{
    public static void Print(ITestOutputHelper output, string title, ModelSetFigures figures)
    {
        output.WriteLine($"{title}: {figures.WindowsPerDay:0} windows a day, {figures.EvaluationDays.Length} days");
        foreach (var s in figures.Severities)
        {
            output.WriteLine($"  {s.Severity,-9} p <= {s.MostP:0.0e0}  budget {s.Budget,5}  a day {s.PerDay,6:0.00} [{s.Low:0.00}, {s.High:0.00}]  {(s.Reachable > 0 ? "" : "not reachable")}");
        }

        foreach (var c in figures.Classes)
        {
            output.WriteLine($"  {c.Profile}: {c.BytesPerKey:0} bytes a key, {c.ClassBytes / 1024} KB for all; n_eff {c.Own.EffectiveWindows:0} of {c.Own.Windows}, tail {c.Own.Excesses} runs, shape {c.Own.Shape:0.00}; {string.Join(" | ", c.Notes)}");
            foreach (var d in c.Detectors)
            {
                output.WriteLine($"    {d.Name,-10} {d.Weight:0.00} shape {d.Own.Shape:0.00} scale {d.Own.Scale:0.00} shift {d.Own.Shift:0.00} left out {d.Own.LeftOut} {d.Own.Refusal}; class shape {d.Class?.Shape:0.00} {d.Class?.Refusal}");
            }
        }
    }
}
