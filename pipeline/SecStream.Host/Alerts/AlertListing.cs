using System.Text;
using Spectre.Console;

namespace SecStream.Host.Alerts;

/// <summary>Prints the alerts that a filter lets through, once or as they come.</summary>
internal sealed class AlertListing(IAlertSource alerts, AlertFilter filter, IAnsiConsole console, TextWriter output, TextWriter errors)
{
    private int _reported;

    /// <summary>Documents instead of a table.</summary>
    public bool Json { get; init; }

    /// <summary>They are incidents.</summary>
    public bool Incidents { get; init; }

    /// <summary>The newest so many.</summary>
    public int Limit { get; init; } = int.MaxValue;

    /// <summary>Time between two looks at what has come. Default 0.5 s.</summary>
    public TimeSpan Poll { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>Prints what is there. Returns the exit code: 1 when a line could not be read.</summary>
    public async Task<int> PrintAsync(CancellationToken cancellation)
    {
        var (shown, total, isEmpty) = await alerts.NewestAsync(filter, Limit, cancellation).ConfigureAwait(false);
        ReportBadLines();
        if (Json)
        {
            foreach (var alert in shown)
            {
                PrintDocument(alert);
            }
        }
        else if (total == 0)
        {
            console.WriteLine(!isEmpty ? "Nothing matches; leave out some of the filters, or try --status all." : $"No {(Incidents ? "incidents" : "alerts")}.");
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
        var newest = await alerts.NewestAsync(filter, Limit, cancellation).ConfigureAwait(false);
        ReportBadLines();
        foreach (var alert in newest.Shown)
        {
            PrintOne(alert);
        }

        try
        {
            while (true)
            {
                await Task.Delay(Poll, time, cancellation).ConfigureAwait(false);
                foreach (var (before, now) in await alerts.ReadAsync(cancellation).ConfigureAwait(false))
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
        for (; _reported < alerts.BadLines.Count; _reported++)
        {
            errors.WriteLine($"secstream: {alerts.BadLines[_reported]}");
        }
    }

    private string Noun(long count) => (Incidents, count) switch
    {
        (true, 1) => "incident",
        (true, _) => "incidents",
        (_, 1) => "alert",
        _ => "alerts",
    };
}
