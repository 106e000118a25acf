using System.Diagnostics;
using System.Text;
using System.Text.Json;
using SecStream.Core.Events;
using SecStream.Core.Fields;
using SecStream.Core.Text;
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
        var exact = new double[Rounds];
        var strange = new double[Rounds];
        var spliced = new double[Rounds];
        var nested = new double[Rounds];
        var single = events.Events.Select(e => events.Buffer.AsSpan(e.Start, e.Length).ToArray()).ToArray();
        var renamed = Enumerable.Range(0, Count).Select(Strange).ToArray();
        var writer = new EcsDocumentWriter(catalog);
        var output = new ByteWriter();
        ParseEach(single, parser, record);
        ParseEach(renamed, new JsonFieldParser(new JsonFieldMap(catalog)), record);
        Write(events, parser, record, writer, output, true);
        Write(events, parser, record, writer, output, false);
        var allocated = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < Rounds; i++)
        {
            scans[i] = Time(() => Scan(events));
            parses[i] = Time(() => Parse(events, parser, record, false));
            known[i] = Time(() => Parse(events, parser, record, true));
            exact[i] = Time(() => ParseEach(single, parser, record));
            spliced[i] = Time(() => Write(events, parser, record, writer, output, true)) - parses[i];
            nested[i] = Time(() => Write(events, parser, record, writer, output, false)) - parses[i];
            strange[i] = Time(() => ParseEach(renamed, parser, record));
        }

        allocated = GC.GetAllocatedBytesForCurrentThread() - allocated;
        Console.WriteLine($"{Count} events, {events.Buffer.Length / Count} bytes each, median of {Rounds} rounds");
        Print("Utf8JsonReader scan", scans, scans);
        Print("parse to field table", parses, scans);
        Print("  UTF-8 known", known, scans);
        Print("  exactly sized buffers", exact, scans);
        Print("  12 new keys in each", strange, scans);
        Print("write: splice 4 fields", spliced, scans);
        Print("write: nested", nested, scans);
        Console.WriteLine($"allocated: {(double)allocated / (6 * Rounds * Count):0.00} bytes/event (measuring included)");
    }

    // What hostile or careless senders do: no key ever comes twice.
    private static byte[] Strange(int i) => Encoding.UTF8.GetBytes(
        $"{{{string.Concat(Enumerable.Range(0, 12).Select(k => $"\"k{i}_{k}\":\"some value of this key {k}\","))}\"source\":{{\"ip\":\"192.0.2.1\"}}}}");

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

    private static void ParseEach(byte[][] events, JsonFieldParser parser, EventRecord record)
    {
        foreach (var json in events)
        {
            record.Reset(json, 0, json.Length);
            Check(parser.Parse(record));
        }
    }

    private static void Write(EcsEvents events, JsonFieldParser parser, EventRecord record, EcsDocumentWriter writer, ByteWriter output, bool splice)
    {
        foreach (var (start, length) in events.Events)
        {
            record.Reset(events.Buffer, start, length);
            Check(parser.Parse(record));
            record.IsEcsJson = splice;
            var parsed = record.PresentCount;
            record.SetText(Ecs.SourceAsOrganizationName, "Example Networks"u8);
            record.SetText(Ecs.SourceGeoCountryName, "Germany"u8);
            record.SetInteger(Ecs.SourceAsNumber, 64496);
            record.SetInteger(Ecs.SecstreamRiskScore, 42);
            output.Reset();
            writer.Write(record, parsed, output);
        }
    }

    private static void Parse(EcsEvents events, JsonFieldParser parser, EventRecord record, bool knownUtf8)
    {
        foreach (var (start, length) in events.Events)
        {
            record.Reset(events.Buffer, start, length);
            Check(parser.Parse(record, knownUtf8));
        }
    }

    private static void Check(JsonError error)
    {
        if (error != JsonError.None)
        {
            throw new InvalidOperationException($"The benchmark's own event was refused: {error}.");
        }
    }
}
