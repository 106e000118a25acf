using System.CommandLine;
using SecStream.Connectors.Segments;
using SecStream.Core.Events;
using SecStream.Host.Alerts;
using SecStream.Host.Configuration;
using SecStream.Host.Serve;
using Spectre.Console;

namespace SecStream.Host.Cli;

/// <summary><c>retention</c>: what is kept how long, and removes what has had its time.</summary>
internal static class RetentionCommand
{
    public static Command Make(TimeProvider time)
    {
        var data = new Option<string?>("--data") { Description = "Data folder of serve. Default: that of the configuration, else ./data." };
        var dryRun = new Option<bool>("--dry-run") { Description = "Only say what would be removed." };
        var json = new Option<bool>("--json") { Description = "Print JSON." };
        var command = new Command("retention", "Show how long events and dead letters are kept, and remove those that have had their time.") { data, dryRun, json };
        command.SetAction(result =>
        {
            var faults = new Reports();
            var directory = SegmentFolder.Find(result.GetValue(data), "events");
            var retention = new Retention(directory, KeptDays.Of(ServiceOptionsReader.Load(null).Options.Events), new SegmentOptions(), faults.Add);
            var isDry = result.GetValue(dryRun);
            var now = time.GetUtcNow();
            var classes = isDry ? retention.Plan(now) : retention.Apply(now);
            if (result.GetValue(json))
            {
                JsonOutput.Print(new { DryRun = isDry, Classes = classes.Select(Describe) });
            }
            else
            {
                Print(classes, isDry);
            }

            return faults.Print();
        });
        return command;
    }

    private static object Describe(RetentionClass c) => new
    {
        Class = c.Name,
        c.KeptDays,
        c.Segments,
        c.Events,
        c.Bytes,
        Oldest = c.Oldest is { } oldest ? EventClock.ToInstant(oldest) : (DateTimeOffset?)null,
        Newest = c.Newest is { } newest ? EventClock.ToInstant(newest) : (DateTimeOffset?)null,
        c.ExpiredSegments,
        c.ExpiredEvents,
        c.ExpiredBytes,
    };

    private static void Print(IReadOnlyList<RetentionClass> classes, bool isDry)
    {
        var table = new Table().Border(TableBorder.Simple);
        table.AddColumn("class");
        Array.ForEach(["kept (days)", "segments", "events", "MiB"], name => table.AddColumn(new TableColumn(name).RightAligned()));
        Array.ForEach(["oldest (UTC)", "newest (UTC)", isDry ? "would be removed" : "removed"], name => table.AddColumn(name));
        foreach (var c in classes)
        {
            table.AddRow(
                c.Name,
                $"{c.KeptDays:N0}",
                $"{c.Segments:N0}",
                $"{c.Events:N0}",
                $"{c.Bytes / 1048576.0:N1}",
                c.Oldest is { } oldest ? AlertTable.Time(oldest) : "",
                c.Newest is { } newest ? AlertTable.Time(newest) : "",
                c.ExpiredSegments == 0 ? "nothing" : $"{c.ExpiredSegments:N0} segments, {c.ExpiredEvents:N0} events, {c.ExpiredBytes / 1048576.0:N1} MiB");
        }

        Terminal.WriteTable(Terminal.Out, table);
    }
}
