using System.Diagnostics;
using SecStream.Core.Alerts;
using SecStream.Core.Features;
using SecStream.Models.WindowModels;
using Xunit.Abstractions;

namespace SecStream.Models.Tests.WindowModels;

/// <summary>The promise of the budget, on fleets.</summary>
public sealed class BudgetSuite(ITestOutputHelper output)
{
    [Theory]
    [InlineData(FleetKind.Poisson)]
    [InlineData(FleetKind.Seasonal)]
    [InlineData(FleetKind.Autocorrelated)]
    [InlineData(FleetKind.HeavyTailed)]
    public void Train_AFleet_KeepsTheBudgetOfEverySeverity(FleetKind kind)
    {
        var watch = Stopwatch.StartNew();
        var fleet = new Fleet(kind, 300, 35, 1);
        var set = new ModelSetTrainer(new WindowModelOptions { SampleWindows = 20_000 }).Train([new TrainingClass(Fleet.Schema, Fleet.Hour, fleet, Fleet.Split(14, 7, 14))], 1, null, default);
        var figures = set.Figures;
        output.WriteLine($"{kind}: N_ref {figures.WindowsPerDay:0}, {watch.Elapsed.TotalSeconds:0.0} s");
        foreach (var s in figures.Severities)
        {
            output.WriteLine($"  {s.Severity}: p<= {s.MostP:0.0e0} budget {s.Budget} per day {s.PerDay:0.00} [{s.Low:0.00}, {s.High:0.00}]");
        }

        foreach (var d in figures.Classes[0].Detectors)
        {
            output.WriteLine($"  {d.Name} w {d.Weight:0.00} {d.Own}");
            output.WriteLine($"      {d.Class}");
        }

        output.WriteLine($"  own {figures.Classes[0].Own}");
        output.WriteLine($"  class {figures.Classes[0].Class}");
        output.WriteLine($"  bytes/key {figures.Classes[0].BytesPerKey:0} notes {string.Join(" | ", figures.Classes[0].Notes)}");
        var h = figures.Classes[0].Reference[^1];
        output.WriteLine($"  p {string.Join(' ', h.Edges)} : {string.Join(' ', h.Counts)}");
        Assert.True(figures.WithinBudget);
    }
}
