using SecStream.Core.Alerts;
using SecStream.Core.Features;

namespace SecStream.Models.WindowModels;

/// <summary>The greatest p that reaches each severity: its grade's, or where that would exceed the budget of the whole, budget / N_ref. Immutable.</summary>
internal sealed class SeverityLimits
{
    /// <summary>−log10(p) of grade 1.</summary>
    public const double Decades = 6;

    private const double Rounding = 1e-9;
    private readonly double[] _logs;
    private readonly Severity _most;

    public SeverityLimits(double windowsPerDay, Severity? cap)
    {
        _most = cap ?? Severity.Critical;
        _logs =
        [
            .. Enum.GetValues<Severity>().Select(severity => Math.Min(
                -Decades * Judgement.Threshold(severity) * Math.Log(10),
                windowsPerDay > 0 ? Math.Log(Judgement.Budget(severity) / windowsPerDay) : 0)),
        ];
    }

    /// <summary>The greatest p of a severity.</summary>
    public double MostP(Severity severity) => Math.Exp(_logs[(int)severity]);

    /// <summary>The highest severity that ln p reaches; null: none.</summary>
    public Severity? Of(double logP)
    {
        for (var severity = _most; ; severity--)
        {
            if (logP <= _logs[(int)severity] + Rounding)
            {
                return severity;
            }

            if (severity == Severity.Low)
            {
                return null;
            }
        }
    }

    /// <summary>The grade of ln p.</summary>
    public static double Grade(double logP) => Math.Clamp(-logP / Math.Log(10) / Decades, 0, 1);
}
