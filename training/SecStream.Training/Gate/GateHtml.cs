using System.Globalization;
using System.Net;
using System.Text;
using SecStream.Core.Alerts;
using SecStream.Core.Events;
using SecStream.Stages.Alerting;

namespace SecStream.Training.Gate;

/// <summary>The gate's report as a page that stands alone: no script, nothing fetched. Everything that is not ours is escaped, for keys are what logs say.</summary>
public static class GateHtml
{
    private const string Style =
        "body{font:15px/1.5 system-ui,sans-serif;max-width:75em;margin:2em auto;padding:0 1em;color:#1b1f24;background:#fff}"
        + "h1{font-size:1.5em}h2{font-size:1.15em;margin-top:2em}table{border-collapse:collapse;width:100%}"
        + "th,td{padding:.3em .7em;border-bottom:1px solid #d7dbe0;text-align:left;vertical-align:top}td.n,th.n{text-align:right;font-variant-numeric:tabular-nums}"
        + ".ok{color:#116329}.bad{color:#a40e26}.quiet{color:#57606a}code{font-size:.95em;overflow-wrap:anywhere}"
        + "@media(prefers-color-scheme:dark){body{color:#e6edf3;background:#0d1117}th,td{border-color:#30363d}.ok{color:#56d364}.bad{color:#ff7b72}.quiet{color:#9198a1}}";

    /// <summary>The page.</summary>
    public static string Write(GateReport report)
    {
        var page = new StringBuilder();
        page.Append("<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width\">\n")
            .Append("<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n")
            .Append("<title>Model ").Append(Safe(report.Challenger)).Append("</title>\n<style>").Append(Style).Append("</style>\n</head>\n<body>\n");
        page.Append("<h1>Model <code>").Append(Safe(report.Challenger)).Append("</code>: ")
            .Append(report.Passed ? "<span class=\"ok\">may be promoted</span>" : "<span class=\"bad\">refused</span>").Append("</h1>\n");
        page.Append("<p>").Append(report.Champion is { } champion ? $"Against the champion <code>{Safe(champion)}</code>. " : "There is no champion yet. ")
            .Append(CultureInfo.InvariantCulture, $"{report.Days.Count} days judged again{(report.Days.Count > 0 ? $", {Safe(report.Days[0])} to {Safe(report.Days[^1])}" : "")}; ")
            .Append(CultureInfo.InvariantCulture, $"{report.UnseenDays.Count} of them the model has not learned from.</p>\n");
        List(page, "Why it is refused", report.Reasons, "bad");
        List(page, "To know", report.Notes, "quiet");
        Budget(page, report);
        Days(page, report);
        Changes(page, "Lost alerts", report.Lost);
        Changes(page, "Gained alerts", report.Gained);
        return page.Append("</body>\n</html>\n").ToString();
    }

    private static void List(StringBuilder page, string title, IReadOnlyList<string> lines, string look)
    {
        if (lines.Count == 0)
        {
            return;
        }

        page.Append("<h2>").Append(title).Append("</h2>\n<ul class=\"").Append(look).Append("\">\n");
        foreach (var line in lines)
        {
            page.Append("<li>").Append(Safe(line)).Append("</li>\n");
        }

        page.Append("</ul>\n");
    }

    private static void Budget(StringBuilder page, GateReport report)
    {
        page.Append("<h2>False alerts a day</h2>\n<p class=\"quiet\">Windows at least so severe on days that the model has not learned from, where nothing but a model speaks for an attack.</p>\n");
        page.Append("<table>\n<tr><th>severity</th><th class=\"n\">budget</th><th class=\"n\">expected</th><th class=\"n\">measured</th><th class=\"n\">95 % interval</th><th class=\"n\">champion</th></tr>\n");
        foreach (var row in report.Budget)
        {
            page.Append("<tr><td>").Append(Name(row.Severity)).Append("</td>");
            Number(page, row.Budget);
            Number(page, row.Expected);
            page.Append("<td class=\"n ").Append(row.IsExceeded ? "bad" : "ok").Append("\">").Append(Figure(row.Measured)).Append("</td>");
            page.Append("<td class=\"n\">").Append(Figure(row.Low)).Append('–').Append(Figure(row.High)).Append("</td>");
            Number(page, row.Champion ?? double.NaN);
            page.Append("</tr>\n");
        }

        page.Append("</table>\n");
    }

    private static void Days(StringBuilder page, GateReport report)
    {
        page.Append("<h2>Strange windows by day</h2>\n<table>\n<tr><th>day</th><th></th><th class=\"n\">windows</th>");
        foreach (var severity in Enum.GetValues<Severity>())
        {
            page.Append("<th class=\"n\">").Append(Name(severity)).Append("</th>");
        }

        page.Append("</tr>\n");
        foreach (var day in report.ByDay)
        {
            page.Append("<tr><td>").Append(Safe(day.Day)).Append("</td><td class=\"quiet\">").Append(day.IsUnseen ? "unseen" : "").Append("</td>");
            page.Append(CultureInfo.InvariantCulture, $"<td class=\"n\">{day.Judged:N0}</td>");
            for (var i = 0; i < day.Challenger.Count; i++)
            {
                page.Append(CultureInfo.InvariantCulture, $"<td class=\"n\">{day.Challenger[i]:N0}");
                if (day.Champion is { } champion)
                {
                    page.Append(CultureInfo.InvariantCulture, $" <span class=\"quiet\">({champion[i]:N0})</span>");
                }

                page.Append("</td>");
            }

            page.Append("</tr>\n");
        }

        page.Append("</table>\n");
        if (report.Champion is not null)
        {
            page.Append("<p class=\"quiet\">In brackets: the champion.</p>\n");
        }
    }

    private static void Changes(StringBuilder page, string title, EpisodeChanges changes)
    {
        if (changes.Total == 0)
        {
            return;
        }

        page.Append(CultureInfo.InvariantCulture, $"<h2>{title}: {changes.Total:N0}</h2>\n<table>\n");
        page.Append("<tr><th>time (UTC)</th><th>severity</th><th>instead</th><th>profile</th><th>key</th><th class=\"n\">windows</th><th>confirmed alert</th></tr>\n");
        foreach (var change in changes.Listed)
        {
            var episode = change.Episode;
            page.Append("<tr><td>").Append(EventClock.ToInstant(episode.Start).ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture)).Append("</td><td>")
                .Append(Name(episode.Severity)).Append("</td><td>").Append(change.Instead is { } instead ? Name(instead) : "nothing").Append("</td><td>")
                .Append(Safe(episode.Profile)).Append("</td><td><code>").Append(Safe(episode.KeyText)).Append("</code></td>")
                .Append(CultureInfo.InvariantCulture, $"<td class=\"n\">{episode.Windows:N0}</td>")
                .Append("<td class=\"bad\">").Append(change.ConfirmedAlert is { } alert ? Safe(alert) : "").Append("</td></tr>\n");
        }

        page.Append("</table>\n");
        if (changes.Total > changes.Listed.Count)
        {
            page.Append(CultureInfo.InvariantCulture, $"<p class=\"quiet\">and {changes.Total - changes.Listed.Count:N0} more.</p>\n");
        }
    }

    private static void Number(StringBuilder page, double number) => page.Append("<td class=\"n\">").Append(Figure(number)).Append("</td>");

    private static string Figure(double number) => double.IsFinite(number) ? number.ToString("0.##", CultureInfo.InvariantCulture) : "–";

    private static string Name(Severity severity) => severity.ToString().ToLowerInvariant();

    private static string Safe(string text) => WebUtility.HtmlEncode(SafeText.Show(text, 500));
}
