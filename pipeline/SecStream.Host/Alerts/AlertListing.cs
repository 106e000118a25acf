using System.Text;
using Spectre.Console;

namespace SecStream.Host.Alerts;

/// <summary>Prints the alerts of a file that a filter lets through, once or as they come.</summary>
internal sealed class AlertListing(AlertFile file, AlertFilter filter, IAnsiConsole console, TextWriter output, TextWriter errors)
{
    private static readonly TimeSpan s_poll = TimeSpan.FromMilliseconds(500);
    private int _reported;

    /// <summary>Documents instead of a table.</summary>
    public bool Json { get; init; }

    /// <summary>The file holds incidents.</summary>
    public bool Incidents { get; init; }

    /// <summary>The newest so many.</summary>
    public int Limit { get; init; } = int.MaxValue;

    /// <summary>Prints what is there. Returns the exit code: 1 when a line could not be read.</summary>
    public int Print()
    {
        file.Read();
        ReportBadLines();
        var (shown, total) = Newest();
        if (Json)
        {
            shown.ForEach(PrintDocument);
        }
        else if (total == 0)
        {
            console.WriteLine(file.All.Any() ? "Nothing matches; leave out some of the filters, or try --status all." : $"No {(Incidents ? "incidents" : "alerts")}.");
        }
        else
        {
            AlertTable.Print(console, shown, Incidents);
            console.WriteLine(
                (shown.Count < total ? $"The newest {shown.Count:N0} of {total:N0}; --limit N shows more. " : $"{total:N0} {Noun(total)}. ")
                + (Incidents ? "./run alerts --entity NAME lists the alerts of one." : "./run explain ID shows why."));
        }

        return _reported > 0 ? 1 : 0;
    }

    /// <summary>Prints the newest, then everything that comes, until cancelled.</summary>
    public async Task<int> FollowAsync(TimeProvider time, CancellationToken cancellation)
    {
        file.Read();
        ReportBadLines();
        Newest().Shown.ForEach(PrintOne);
        try
        {
            while (true)
            {
                await Task.Delay(s_poll, time, cancellation).ConfigureAwait(false);
                foreach (var (before, now) in file.Read())
                {
                    if (IsNews(before, now))
                    {
                        PrintOne(now);
                    }
                }

                ReportBadLines();
            }
        }
        catch (OperationCanceledException)
        {
            // Ctrl-C is how following ends.
            return 0;
        }
    }

    /// <summary>Programs get every revision; people only what is new to the list or has left it.</summary>
    private bool IsNews(StoredAlert? before, StoredAlert now)
    {
        if (Json)
        {
            return filter.MatchesContent(now);
        }

        var was = before is not null && filter.Matches(before);
        return filter.Matches(now) ? !was || before!.Status != now.Status : was;
    }

    private (List<StoredAlert> Shown, int Total) Newest()
    {
        var found = file.All.Where(filter.Matches).ToList();
        return (found.Count > Limit ? found[^Limit..] : found, found.Count);
    }

    private void PrintOne(StoredAlert alert)
    {
        if (Json)
        {
            PrintDocument(alert);
        }
        else
        {
            AlertTable.PrintLine(console, alert);
        }
    }

    private void PrintDocument(StoredAlert alert)
    {
        output.WriteLine(Encoding.UTF8.GetString(alert.Document));
        output.Flush();
    }

    private void ReportBadLines()
    {
        for (; _reported < file.BadLines.Count; _reported++)
        {
            errors.WriteLine($"secstream: {file.BadLines[_reported]}");
        }
    }

    private string Noun(int count) => (Incidents, count) switch
    {
        (true, 1) => "incident",
        (true, _) => "incidents",
        (_, 1) => "alert",
        _ => "alerts",
    };
}
