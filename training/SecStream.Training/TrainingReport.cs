using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using SecStream.Core.Alerts;
using SecStream.Core.Events;
using SecStream.Models.WindowModels.Figures;
using SecStream.Training.Artefacts;
using SecStream.Training.Days;
using SecStream.Training.Gate;

namespace SecStream.Training;

/// <summary>
/// <c>training-report.json</c>: everything of a training that notebooks look at and a judge does not need: all figures of the models, and what the finished set
/// finds on the days that nothing has learned from. Deterministic, as the manifest is.
/// </summary>
internal static class TrainingReport
{
    private const int MostAnomalies = 200;

    private static readonly JsonSerializerOptions s_options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        WriteIndented = true,
        NewLine = "\n",
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower), new FiniteNumbers() },
    };

    public static byte[] ToBytes(ModelManifest manifest, ModelSetFigures figures, ModelFindings findings) =>
    [
        .. JsonSerializer.SerializeToUtf8Bytes(
            new
            {
                manifest.Format,
                manifest.Seed,
                manifest.Days,
                manifest.WindowsPerDay,
                manifest.Excluded,
                manifest.Skipped,
                manifest.Budget,
                Evaluation = findings.JudgedByDay.Keys.Order().Select(day => DayOf(findings, day)),
                Anomalies = Anomalies(findings),
                Figures = figures,
            },
            s_options),
        (byte)'\n',
    ];

    private static object DayOf(ModelFindings findings, long day) => new
    {
        Day = UtcDay.Show(day),
        Windows = findings.JudgedByDay[day],
        Anomalies = BySeverity(ModelFindings.CountsOf(findings.ByDay, day)),
        Unexplained = BySeverity(ModelFindings.CountsOf(findings.UnexplainedByDay, day)),
    };

    private static Dictionary<string, long> BySeverity(long[] counts) =>
        Enum.GetValues<Severity>().ToDictionary(s => JsonNamingPolicy.SnakeCaseLower.ConvertName(s.ToString()), s => counts[(int)s]);

    private static IEnumerable<object> Anomalies(ModelFindings findings) => findings.Keys
        .SelectMany(findings.EpisodesOf)
        .OrderByDescending(e => e.Grade).ThenBy(e => e.Start).ThenBy(e => e.Profile, StringComparer.Ordinal).ThenBy(e => e.KeyText, StringComparer.Ordinal)
        .Take(MostAnomalies)
        .Select(e => new
        {
            e.Profile,
            Key = e.Key.Select(k => new { k.Field, k.Value }),
            e.Severity,
            e.Grade,
            Start = EventClock.ToInstant(e.Start).ToString("O", CultureInfo.InvariantCulture),
            End = EventClock.ToInstant(e.End).ToString("O", CultureInfo.InvariantCulture),
            e.Windows,
        });
}
