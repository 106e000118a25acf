using System.Diagnostics;
using System.Text;
using SecStream.Core.Events;
using SecStream.Core.Features;
using SecStream.Core.Fields;
using SecStream.Core.Observations;
using SecStream.Stages.Profiles.Rows;
using SecStream.Stages.Profiles.Windows;
using SecStream.Stages.Rules;
using SecStream.Stages.Rules.Matching;
using SecStream.Stages.Rules.Routing;

namespace SecStream.Benchmarks;

/// <summary>Profiles of the pack on one core: making rows of events, and taking them to windows in 64 shards.</summary>
internal static class ProfileBench
{
    private const int Batch = 2_000;
    private const long Start = 1_700_006_400_000_000;

    public static void Run(string rules, int eventCount, int users)
    {
        var catalog = new FieldCatalog();
        var set = RuleLoader.Load(rules, catalog);
        var matcher = new SelectionMatcher(new SelectionIndex(set.Detections, catalog));
        var emitter = new ProfileEmitter(set, "default");
        var matched = new int[set.Detections.Count];
        var record = new EventRecord(catalog.Count);
        var buffer = new RowBuffer();
        RowBuffer[] buffers = [.. Enumerable.Repeat(buffer, Row.ShardCount)];
        var sink = new CountingSink();
        var shards = Enumerable.Range(0, Row.ShardCount).Select(_ => new ProfileShard(set.Profiles, new ProfileShardOptions(), sink, 1)).ToArray();
        long rows = 0, bytes = 0, allocated = 0;
        TimeSpan matching = default, emitting = default, taking = default, closing = default;
        for (var done = 0; done < eventCount; done += Batch)
        {
            // Twice the same, without and with rows: the difference is what rows cost.
            var begun = Cpu();
            Make(record, matcher, matched, done, users, null);
            var between = Cpu();
            buffer.Clear();
            rows += Make(record, matcher, matched, done, users, emit: (number, count) =>
                emitter.Emit(record, matched.AsSpan(0, count), new RowStamp(Time(number), 9, number, new EventId(9, (ulong)number << 24), false), buffers));
            matching += between - begun;
            emitting += Cpu() - between;
            bytes += buffer.Length;
            var before = GC.GetAllocatedBytesForCurrentThread();
            var start = Cpu();
            for (var at = 0; at < buffer.Length; at += new Row(buffer.Bytes[at..]).Bytes.Length)
            {
                var row = new Row(buffer.Bytes[at..]);
                shards[row.Header.Shard].Accept(row);
            }

            var taken = Cpu();
            foreach (var shard in shards)
            {
                shard.Advance(Time(done + Batch) - (5 * EventClock.Second));
            }

            taking += taken - start;
            closing += Cpu() - taken;
            allocated += done > eventCount / 2 ? GC.GetAllocatedBytesForCurrentThread() - before : 0;
        }

        emitting -= matching;
        var counters = new ProfileCounters();
        Array.ForEach(shards, shard => counters.Add(shard.Counters));
        var keys = shards.Sum(s => s.Keys);
        Console.WriteLine($"{eventCount} events, {(double)rows / eventCount:F2} rows each of {bytes / rows} bytes, {set.Profiles.Count} profiles, {(Time(eventCount) - Start) / EventClock.Minute} min of event time");
        Console.WriteLine($"emit        {emitting.TotalNanoseconds / rows,8:F0} ns a row  {emitting.TotalNanoseconds / eventCount,8:F0} ns an event");
        Console.WriteLine($"take        {taking.TotalNanoseconds / rows,8:F0} ns a row");
        Console.WriteLine($"close       {closing.TotalNanoseconds / rows,8:F0} ns a row  {closing.TotalMicroseconds / (counters.Closed + counters.Final),8:F1} µs a window, twice each");
        Console.WriteLine($"together    {(taking + closing).TotalNanoseconds / rows,8:F0} ns a row  {rows / (taking + closing).TotalSeconds / 1e6,8:F2} M rows/s");
        Console.WriteLine($"{counters.Closed} windows closed, {counters.Final} final, {counters.Evicted} keys evicted; {keys} keys, {shards.Sum(s => s.StateBytes) / Math.Max(1, keys)} bytes each");
        Console.WriteLine($"allocated in the second half: {allocated / (eventCount / 2.0):F1} bytes an event");
    }

    private static int Make(EventRecord record, SelectionMatcher matcher, int[] matched, int from, int users, Func<int, int, int>? emit)
    {
        var random = new Random(from);
        var rows = 0;
        for (var number = from; number < from + Batch; number++)
        {
            Fill(record, random, users);
            var count = matcher.Match(record, matched);
            rows += emit?.Invoke(number, count) ?? 0;
        }

        return rows;
    }

    // Time of the processor, for the machine may have other things to do.
    private static TimeSpan Cpu() => Environment.CpuUsage.TotalTime;

    // 500 events a second: a middling installation.
    private static long Time(long number) => Start + (number * 2000);

    private static void Fill(EventRecord record, Random random, int users)
    {
        record.Reset([], 0, 0);
        var user = (int)(users * Math.Pow(random.NextDouble(), 3));
        record.SetText(Ecs.UserName, Encoding.ASCII.GetBytes($"user{user}"));
        record.SetText(Ecs.SourceAddress, Encoding.ASCII.GetBytes($"10.{user % 7}.{user % 200}.{random.Next(3)}"));
        record.SetText(Ecs.ServiceName, Encoding.ASCII.GetBytes($"service{random.Next(10)}"));
        record.SetText(Ecs.HostName, Encoding.ASCII.GetBytes($"host{random.Next(50)}"));
        record.SetText(Ecs.EventAction, random.Next(10) == 0 ? "login_failed"u8 : random.Next(2) == 0 ? "http_request"u8 : "data_access"u8);
        record.SetText(Ecs.EventOutcome, random.Next(10) == 0 ? "failure"u8 : "success"u8);
        record.SetText(Ecs.UrlPath, Encoding.ASCII.GetBytes($"/api/v1/things/{(int)(100 * Math.Pow(random.NextDouble(), 2))}"));
        record.SetText(Ecs.UserAgentOriginal, Encoding.ASCII.GetBytes($"Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/1{user % 20}.0"));
        record.SetText(Ecs.SourceGeoCountryIsoCode, user % 3 == 0 ? "NL"u8 : "DE"u8);
        record.SetFloat(Ecs.SourceGeoLocationLat, 50 + (user % 5));
        record.SetFloat(Ecs.SourceGeoLocationLon, 4 + (user % 7));
        record.SetInteger(Ecs.EventDuration, (long)(Math.Exp(random.NextDouble() * 8) * 1e6));
        record.SetInteger(Ecs.HttpResponseBodyBytes, random.Next(100_000));
        record.SetInteger(Ecs.HttpResponseStatusCode, 200);
    }

    private sealed class CountingSink : IWindowSink
    {
        public void Closed(FeatureVector window, bool revised)
        {
            // What is done with windows is timed elsewhere.
        }

        public void Final(FeatureVector window)
        {
            // Likewise.
        }
    }
}
