using System.Globalization;
using System.Text;
using SecStream.Core.Events;
using SecStream.Core.Features;

namespace SecStream.Host.Features;

/// <summary>Which windows to write.</summary>
/// <param name="Schema">The profile.</param>
/// <param name="Window">Length of the windows, µs.</param>
/// <param name="From">Windows that end after this, µs; null: from the first.</param>
/// <param name="Until">Windows that end up to this, µs; null: to the last.</param>
internal sealed record FeatureRange(FeatureSchema Schema, long Window, long? From, long? Until);

/// <summary>
/// Writes stored windows as CSV for notebooks and spreadsheets: start, end, the parts of the key, events, the features (empty: not known), the categories
/// (<c>NL=12;DE=1</c>), and where a model judges, state, p and grade. Values are what they are in the logs, quoted as RFC 4180 has it.
/// </summary>
internal static class FeatureCsv
{
    /// <summary>Writes them; gives their number.</summary>
    /// <param name="writer">Where to.</param>
    /// <param name="store">Stored windows.</param>
    /// <param name="range">Which.</param>
    /// <param name="judge">Judges them; null: nothing does.</param>
    /// <param name="cancellation">Ends it.</param>
    public static long Write(TextWriter writer, IFeatureStore store, FeatureRange range, IWindowJudge? judge, CancellationToken cancellation)
    {
        writer.Write(Line(Heads(range.Schema, judge is not null)));
        var count = 0L;
        foreach (var day in store.Days(range.Schema).Where(day => Touches(range, day)))
        {
            foreach (var window in store.Read(range.Schema, range.Window, day))
            {
                cancellation.ThrowIfCancellationRequested();
                if ((range.From is { } from && window.End <= from) || (range.Until is { } until && window.End > until))
                {
                    continue;
                }

                writer.Write(Line(Fields(window, judge)));
                count++;
            }
        }

        return count;
    }

    private static bool Touches(FeatureRange range, long day) =>
        (range.From is not { } from || (day + 1) * EventClock.Day > from) && (range.Until is not { } until || day * EventClock.Day < until);

    private static IEnumerable<string> Heads(FeatureSchema schema, bool isJudged) =>
    [
        "start", "end", .. schema.KeyNames, "events", .. schema.Features.Select(f => f.Name), .. schema.Categories.Select(c => c.Name),
        .. isJudged ? (string[])["state", "p", "grade"] : [],
    ];

    private static IEnumerable<string> Fields(FeatureVector window, IWindowJudge? judge)
    {
        yield return Time(window.Start);
        yield return Time(window.End);
        foreach (var part in Encoding.UTF8.GetString(window.Key).Split('\0'))
        {
            yield return part;
        }

        yield return window.Events.ToString(CultureInfo.InvariantCulture);
        foreach (var value in window.Values)
        {
            yield return Number(value);
        }

        foreach (var category in window.Categories)
        {
            yield return string.Join(';', category.Select(c => $"{c.Text}={c.Count.ToString(CultureInfo.InvariantCulture)}"));
        }

        if (judge is not null)
        {
            var judgement = judge.Judge(window);
            var isJudged = judgement.State == JudgementState.Judged;
            yield return System.Text.Json.JsonNamingPolicy.SnakeCaseLower.ConvertName(judgement.State.ToString());
            yield return isJudged ? Number(judgement.P) : "";
            yield return isJudged ? Number(judgement.Grade) : "";
        }
    }

    private static string Number(double value) => double.IsFinite(value) ? value.ToString("R", CultureInfo.InvariantCulture) : "";

    private static string Time(long time) => EventClock.ToInstant(time).ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture);

    private static string Line(IEnumerable<string> fields) => string.Join(',', fields.Select(Quoted)) + "\n";

    private static string Quoted(string field) =>
        field.AsSpan().IndexOfAny(",\"\r\n") < 0 ? field : $"\"{field.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}
