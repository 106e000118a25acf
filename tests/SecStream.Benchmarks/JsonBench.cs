using System.Diagnostics;
using System.Text.Json;
using SecStream.Core.Events;
using SecStream.Core.Fields;
using SecStream.Stages.Json;

namespace SecStream.Benchmarks;

/// <summary>Parse to field table against the yardstick, a bare token scan, over the same bytes in the same run.</summary>
internal static class JsonBench
{
    private const int Count = 20_000;
    private const int Rounds = 15;

    public static void Run()
    {
        var events = new EcsEvents(Count);
        var catalog = new FieldCatalog();
        var parser = new JsonFieldParser(new JsonFieldMap(catalog));
        var record = new EventRecord(catalog.Count);
        var warm = Stopwatch.StartNew();
        while (warm.ElapsedMilliseconds < 1500)
        {
            Scan(events);
            Parse(events, parser, record, false);
        }

        var scans = new double[Rounds];
        var parses = new double[Rounds];
        var known = new double[Rounds];
        var allocated = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < Rounds; i++)
        {
            scans[i] = Time(() => Scan(events));
            parses[i] = Time(() => Parse(events, parser, record, false));
            known[i] = Time(() => Parse(events, parser, record, true));
        }

        allocated = GC.GetAllocatedBytesForCurrentThread() - allocated;
        Console.WriteLine($"{Count} events, {events.Buffer.Length / Count} bytes each, median of {Rounds} rounds");
        Print("Utf8JsonReader scan", scans, scans);
        Print("parse to field table", parses, scans);
        Print("  UTF-8 known", known, scans);
        Console.WriteLine($"allocated by the parses: {(double)allocated / (2 * Rounds * Count):0.00} bytes/event (measuring included)");
    }

    private static void Print(string name, double[] times, double[] yardstick)
    {
        var median = times.Order().ElementAt(Rounds / 2);
        var ratio = times.Select((time, i) => yardstick[i] / time).Order().ElementAt(Rounds / 2);
        Console.WriteLine($"{name,-24}{median,8:0} ns/event{1000 / median,8:0.00} M/s{ratio,8:0.00} x yardstick");
    }

    private static double Time(Action action)
    {
        var start = Stopwatch.GetTimestamp();
        action();
        return Stopwatch.GetElapsedTime(start).TotalNanoseconds / Count;
    }

    private static long Scan(EcsEvents events)
    {
        var tokens = 0L;
        foreach (var (start, length) in events.Events)
        {
            var reader = new Utf8JsonReader(events.Buffer.AsSpan(start, length));
            while (reader.Read())
            {
                tokens++;
            }
        }

        return tokens;
    }

    private static void Parse(EcsEvents events, JsonFieldParser parser, EventRecord record, bool knownUtf8)
    {
        foreach (var (start, length) in events.Events)
        {
            record.Reset(events.Buffer, start, length);
            var error = parser.Parse(record, knownUtf8);
            if (error != JsonError.None)
            {
                throw new InvalidOperationException($"{error} at {start}");
            }
        }
    }
}
