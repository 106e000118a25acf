using SecStream.Models.WindowModels.Figures;
using Xunit.Abstractions;

namespace SecStream.Models.Tests.WindowModels;

/// <summary>Prints figures of a set.</summary>
internal static class BudgetTable
{
    public static void Print(ITestOutputHelper output, string title, ModelSetFigures figures)
    {
        output.WriteLine($"{title}: {figures.WindowsPerDay:0} windows a day, evaluated on {figures.EvaluationDays.Length} days");
        foreach (var s in figures.Severities)
        {
            var reach = s.Reachable > 0 ? "" : "  not reachable";
            output.WriteLine($"  {s.Severity,-9} p <= {s.MostP:0.0e0}  budget {s.Budget,5}  a day {s.PerDay,6:0.00} [{s.Low:0.00}, {s.High:0.00}]{reach}");
        }

        foreach (var c in figures.Classes)
        {
            output.WriteLine($"  {c.BytesPerKey:0} bytes a key, {c.ClassBytes / 1024} KB for all");
            output.WriteLine(
                $"  calibrated on {c.Own.Windows} windows worth {c.Own.EffectiveWindows:0}, {c.Own.Excesses} runs, shape {c.Own.Shape:0.00}, shift {c.Own.Shift:0.000}");
            foreach (var d in c.Detectors)
            {
                output.WriteLine($"    {d.Name,-10} weight {d.Weight:0.00}  shape {d.Own.Shape:0.00} scale {d.Own.Scale:0.00}  left out {d.Own.LeftOut} {d.Own.Refusal}");
            }

            foreach (var note in c.Notes)
            {
                output.WriteLine($"    {note}");
            }
        }
    }
}
