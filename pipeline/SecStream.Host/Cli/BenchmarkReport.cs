using SecStream.Host.Benchmark;
using Spectre.Console;

namespace SecStream.Host.Cli;

/// <summary>The result of a benchmark for people.</summary>
internal static class BenchmarkReport
{
    public static void Print(IAnsiConsole console, BenchmarkResult result)
    {
        console.WriteLine(
            $"{result.Machine["cpu"]}, {result.Machine["processors"]} processors, {result.Machine["dotnet"]}, {result.Machine["os"]}; {result.Lanes} lanes, "
            + $"{result.Rules} rules, GeoIP {(result.GeoIp ? "on" : "off")}; {result.Full.Events:N0} events of {result.BytesPerLine:N0} bytes; "
            + $"median of {result.Runs} rounds after one that does not count.");
        if (result.Full.Ratio is not null)
        {
            PrintFigures(console, result);
        }

        PrintFull(console, result);
        PrintStages(console, result);
        PrintTargets(console, result);
        PrintMemory(console, result);
    }

    private static void PrintMemory(IAnsiConsole console, BenchmarkResult result)
    {
        var memory = result.Memory;
        console.WriteLine(
            $"Bound of peak memory: {memory.BoundBytes / 1e6:N0} MB = {memory.BaseBytes / 1e6:N0} runtime, rules and GeoIP + {memory.BufferBytes / 1e6:N0} buffers + "
            + $"{memory.GarbageBytes / 1e6:N0} garbage + {memory.Slack:N1} × {memory.StateCapBytes / 1e6:N0} cap of the state.");
        if (result.Cap is { } cap)
        {
            console.WriteLine($"With a cap of {cap.CapBytes / 1e6:N1} MB the state held at most {cap.StateBytes / 1e6:N1} MB; {cap.Evicted:N0} keys were evicted.");
        }

        if (result.Allocations is { } made)
        {
            console.WriteLine(
                $"Allocated without attacks: {made.QuietBytesPerEvent:N1} bytes per event ({made.QuietAlerts:N0} alerts); "
                + $"each alert of an attack costs some {made.BytesPerAlert / 1e3:N0} KB more.");
        }
    }

    private static void PrintFigures(IAnsiConsole console, BenchmarkResult result)
    {
        var table = New("one thread, CPU time", "events/s", "ns/event", "× yardstick");
        table.AddRow("Utf8JsonReader token scan (yardstick)", $"{result.YardstickPerSecond:N0}", $"{result.YardstickNanoseconds:N0}", "1.00");
        table.AddRow("JSON to field table", $"{1e9 / result.FieldTableNanoseconds:N0}", $"{result.FieldTableNanoseconds:N0}", $"{result.FieldTableRatio:N2}");
        console.Write(table);
    }

    private static void PrintFull(IAnsiConsole console, BenchmarkResult result)
    {
        var table = New("rules, enrichment, output", "events/CPU-s", "× yardstick", "events/s", "B/event steady", "B/event", "alerts", "late", "dead", "state MB", "peak MB");
        AddFull(table, result.Raw is null ? "the file" : "ECS events", result.Full);
        AddFull(table, "… and profiles", result.Profiled);
        if (result.Raw is { } raw)
        {
            AddFull(table, "sshd and Apache lines", raw);
        }

        console.Write(table);
        console.WriteLine("Alerts by rule: " + string.Join(", ", result.Full.AlertsByRule.Select(r => $"{r.Key} {r.Value}")));
        console.WriteLine($"First run, just-in-time compilation included: {result.ColdEventsPerCpuSecond:N0} events per CPU-second.");
    }

    private static void AddFull(Table table, string name, FullFigure full) => table.AddRow(
        name,
        $"{full.EventsPerCpuSecond:N0}",
        full.Ratio is { } ratio ? $"{ratio:N3}" : "",
        $"{full.EventsPerSecond:N0}",
        $"{full.SteadyBytesPerEvent:N1}",
        $"{full.BytesPerEvent:N1}",
        $"{full.Alerts:N0}",
        $"{full.Late:N0}",
        $"{full.DeadLetters:N0}",
        $"{full.StateBytes / 1e6:N0}",
        $"{full.PeakBytes / 1e6:N0}");

    private static void PrintStages(IAnsiConsole console, BenchmarkResult result)
    {
        if (result.Stages is not { } stages)
        {
            return;
        }

        var table = New("cumulative, one thread", "ns/event", "more ns", "yardsticks", "B/event");
        var before = 0.0;
        foreach (var stage in stages)
        {
            table.AddRow(
                stage.Name, $"{stage.Nanoseconds:N0}", $"{stage.Nanoseconds - before:N0}", $"{stage.Yardsticks:N2}", $"{stage.AllocatedBytes:N1}");
            before = stage == stages[0] ? 0 : stage.Nanoseconds;
        }

        console.Write(table);
    }

    private static void PrintTargets(IAnsiConsole console, BenchmarkResult result)
    {
        var table = New("target", "measured", "wanted", "");
        foreach (var target in result.Targets)
        {
            var format = target.Bound < 10 ? "N3" : target.Bound < 1000 ? "N1" : "N0";
            table.AddRow(
                new Text(target.Name),
                new Text($"{target.Value.ToString(format, null)} {target.Unit}"),
                new Text($"{target.Comparison} {target.Bound.ToString(format, null)}"),
                new Markup(target.Met ? "[green]✓[/]" : "[red]✗[/]"));
        }

        console.Write(table);
    }

    private static Table New(params string[] columns)
    {
        var table = new Table().Border(TableBorder.Simple);
        for (var i = 0; i < columns.Length; i++)
        {
            table.AddColumn(new TableColumn(columns[i]) { Alignment = i == 0 ? Justify.Left : Justify.Right });
        }

        return table;
    }
}
