using System.Diagnostics;
using System.Globalization;
using System.Text;
using Xunit.Abstractions;

namespace SecStream.Integration.Tests.Load;

/// <summary>Tests that measure, and that nothing else may run beside.</summary>
[CollectionDefinition(nameof(Alone), DisableParallelization = true)]
public sealed class Alone;

/// <summary>
/// The service under load without profiles (their memory has no such bound yet; the README says so), as a process of its own: overdriven against a small journal; filled with a million entities, restarted with them, driven as fast as it
/// evaluates, then for two minutes (thirty with <c>SECSTREAM_LONG=1</c>) at four fifths of that. Whatever was accepted is stored exactly once, every attack is told of
/// once for each rule it breaks, and nothing else is; memory stays level.
/// </summary>
[Collection(nameof(Alone))]
public sealed class LoadTests(ITestOutputHelper output)
{
    private const double Share = 0.8;

    /// <summary>What may come on top of lateness and two seconds when a machine is shared with its own load generator.</summary>
    private static readonly TimeSpan s_latency = TimeSpan.FromSeconds(7);
    private static readonly TimeSpan s_worstLatency = TimeSpan.FromSeconds(15);

    private static readonly TimeSpan s_overdriven = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(3);

    private readonly StringBuilder _table = new();

    private static TimeSpan Steady => Environment.GetEnvironmentVariable("SECSTREAM_LONG") == "1" ? TimeSpan.FromMinutes(30) : TimeSpan.FromMinutes(2);

    [Fact]
    public async Task Service_UnderLoad_LosesNothingAndStaysLevel()
    {
        var folder = Directory.CreateTempSubdirectory("secstream-load-").FullName;
        try
        {
            var events = new LoadEvents();
            await FillAsync(folder, events);
            await CarryAsync(folder, events);
            var (found, doubled, strange) = StoredEvents.Count(Path.Combine(folder, "data"), events.Count);
            Say($"stored                        {found,12:N0} of {events.Count:N0} events, {doubled} twice, {strange} unknown");
            Assert.Equal((events.Count, 0L, 0L), (found, doubled, strange));
        }
        finally
        {
            await TellAsync("load");
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>Into a journal that holds little, as fast as can be: senders have to wait, and nothing else happens.</summary>
    [Fact]
    public async Task Service_Overdriven_LetsSendersWait()
    {
        var folder = Directory.CreateTempSubdirectory("secstream-load-").FullName;
        try
        {
            var events = new LoadEvents();
            using var service = await LoadService.StartAsync(folder, "64MiB", "1s");
            using var senders = new LoadSenders(service, events);
            var waited = new Highest();
            var (start, isOver) = (Stopwatch.GetTimestamp(), false);
            var watch = Task.Run(() => waited.WatchAsync(service, () => Volatile.Read(ref isOver)));
            await senders.RunAsync(Mix.Daily, null, null, () => Stopwatch.GetElapsedTime(start) > s_overdriven, s_patience);
            Volatile.Write(ref isOver, true);
            await watch;
            var done = await service.CatchUpAsync(events.Count, TimeSpan.FromMinutes(1));
            Assert.Equal((events.Count, events.Count, 0L), (done.Accepted, done.Evaluated, done.DeadLetters));
            await service.StopAsync();
            Say($"overdriven for {s_overdriven.TotalSeconds:0} s             {events.Count,12:N0} events; {senders.Refused:N0} refused and sent again; journal full in {waited.Full} of {waited.Looks} looks; at most {waited.Backlog:N0} waited, {waited.Resident >> 20} MiB resident; longest answer {senders.LongestAnswer.TotalSeconds:0.0} s");

            // Without the bound there would be several times as much in it.
            Assert.True(waited.Full > 0, "the journal was never full: nothing was shown");
            Assert.True(waited.Resident < 1L << 30, $"{waited.Resident:N0} bytes were resident");
            Assert.True(senders.LongestAnswer < TimeSpan.FromSeconds(30), $"a request waited {senders.LongestAnswer}");
            Assert.Equal((events.Count, 0L, 0L), StoredEvents.Count(Path.Combine(folder, "data"), events.Count));
        }
        finally
        {
            await TellAsync("overdriven");
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>All entities log in, as fast as they are taken.</summary>
    private async Task FillAsync(string folder, LoadEvents events)
    {
        using var service = await LoadService.StartAsync(folder, "8GiB", "10s");
        using var senders = new LoadSenders(service, events);
        var began = await service.SampleAsync();
        await senders.RunAsync(Mix.Fill, null, null, () => events.Met >= LoadEvents.Entities, s_patience);
        var done = await service.CatchUpAsync(events.Count, TimeSpan.FromMinutes(2));
        Assert.Equal((events.Count, events.Count, 0L), (done.Accepted, done.Evaluated, done.DeadLetters));
        Say($"logins of new entities        {Rate(began, done),12:N0} events/s, {PerCpu(began, done):N0} per second of CPU");
        Say($"entities                      {events.Met,12:N0}; state {done.StateBytes >> 20:N0} MiB = {done.StateBytes / (double)events.Met:N0} bytes each; resident {done.Resident >> 20:N0} MiB");
        Say($"orderly end                   {(await service.StopAsync()).TotalSeconds,12:0.0} s; snapshots on disk {FolderBytes(Path.Combine(folder, "data", "state", "snapshots")) >> 20:N0} MiB");
    }

    private async Task CarryAsync(string folder, LoadEvents events)
    {
        var before = events.Count;
        using var service = await LoadService.StartAsync(folder, "8GiB", "10s");
        Say($"start with that state         {service.StartUp.TotalSeconds,12:0.0} s");
        using var senders = new LoadSenders(service, events);
        var rate = await MeasureAsync(service, senders);
        await service.CatchUpAsync(events.Count - before, TimeSpan.FromMinutes(1));
        await SteadyAsync(service, senders, rate * Share);
        var done = await service.CatchUpAsync(events.Count - before, TimeSpan.FromMinutes(1));
        Assert.Equal((events.Count - before, events.Count - before, 0L), (done.Accepted, done.Evaluated, done.DeadLetters));
        Say($"late, evicted                 {done.Late,12:N0}, {done.Evicted:N0}");
        await AlertsAsync(service, senders.Probes);
        Figures(await service.MetricsAsync());
        Say($"orderly end                   {(await service.StopAsync()).TotalSeconds,12:0.0} s");
    }

    /// <summary>As fast as it goes while something always waits and not much does: what is accepted is also evaluated and stored.</summary>
    private async Task<double> MeasureAsync(LoadService service, LoadSenders senders)
    {
        var isDone = false;
        var driving = senders.RunAsync(Mix.Daily, null, null, () => Volatile.Read(ref isDone), s_patience);
        var from = await HoldAsync(service, senders, TimeSpan.FromSeconds(4));
        var to = await HoldAsync(service, senders, TimeSpan.FromSeconds(10));
        Volatile.Write(ref isDone, true);
        await driving;
        var rate = Rate(from, to);
        Say($"highest sustained rate        {rate,12:N0} events/s, {PerCpu(from, to):N0} per second of CPU ({Cores(from, to):0.00} cores)");
        return rate;
    }

    private static async Task<LoadSample> HoldAsync(LoadService service, LoadSenders senders, TimeSpan length)
    {
        var began = Stopwatch.GetTimestamp();
        while (true)
        {
            var sample = await service.SampleAsync();
            senders.Hold = sample.Backlog > 60_000;
            if (Stopwatch.GetElapsedTime(began) >= length)
            {
                senders.Hold = false;
                return sample;
            }

            await Task.Delay(50);
        }
    }

    private async Task SteadyAsync(LoadService service, LoadSenders senders, double rate)
    {
        var latency = new AlertLatency(service);
        var samples = new List<LoadSample>();
        var began = Stopwatch.GetTimestamp();
        bool IsOver(TimeSpan more) => Stopwatch.GetElapsedTime(began) >= Steady + more;
        var driving = senders.RunAsync(Mix.Daily, rate, TimeSpan.FromSeconds(1), () => IsOver(TimeSpan.Zero), Steady + s_patience);
        var looking = Task.Run(() => latency.RunAsync(() => IsOver(s_worstLatency) || (IsOver(TimeSpan.Zero) && latency.HasAll(senders.Probes))));
        while (!IsOver(TimeSpan.Zero))
        {
            samples.Add(await service.SampleAsync());
            await Task.Delay(1000);
        }

        await driving;
        await looking;
        Say($"steady for {Steady.TotalSeconds:0} s at 80 %       {Rate(samples[0], samples[^1]),12:N0} events/s wanted {rate:N0}, {PerCpu(samples[0], samples[^1]):N0} per second of CPU ({Cores(samples[0], samples[^1]):0.00} cores); at most {samples.Max(s => s.Backlog):N0} waited");
        Assert.True(samples.TakeLast(5).Min(s => s.Backlog) < rate * 5, $"it does not keep up: {samples[^1].Backlog:N0} records wait");
        Memory(samples);
        Latencies(latency, senders.Probes);
    }

    private void Memory(List<LoadSample> samples)
    {
        // A third of the time to settle; then the middle third against the last, so that neither start nor a single collection decides.
        var (early, late) = (samples.GetRange(samples.Count / 3, samples.Count / 3), samples.GetRange(samples.Count * 2 / 3, samples.Count / 3));
        // Of the resident memory the floor: it goes up and down by a quarter with every collection, and what is kept raises the floor.
        var (resident, state) = (Floor(late) - Floor(early), Median(late, s => s.StateBytes) - Median(early, s => s.StateBytes));
        Say($"resident memory, floors       {Floor(early) >> 20,12:N0} -> {Floor(late) >> 20:N0} MiB");
        Say($"resident memory, medians      {Median(early, s => s.Resident) >> 20,12:N0} -> {Median(late, s => s.Resident) >> 20:N0} MiB; state {Median(early, s => s.StateBytes) >> 20:N0} -> {Median(late, s => s.StateBytes) >> 20:N0} MiB; highest {samples.Max(s => s.Resident) >> 20:N0} MiB");

        // Histories of new logins are state, and bounded by state.max_memory, profiles by profiles.max_memory; everything else has to be level.
        var allowed = (2 * Math.Max(0, state)) + (Floor(early) / 10);
        Assert.True(resident <= allowed, $"resident memory grew by {resident:N0} bytes, the state by {state:N0}");
    }

    /// <summary>Resident memory that a tenth of the samples lie below: right after collections.</summary>
    private static long Floor(List<LoadSample> samples) => samples.Select(s => s.Resident).Order().ElementAt(samples.Count / 10);

    private void Latencies(AlertLatency latency, IReadOnlyList<Probe> probes)
    {
        foreach (var rule in AlertLatency.Rules)
        {
            var times = latency.Of(rule, probes);
            Assert.True(times.All(t => t is not null), $"{rule}: {times.Count(t => t is null)} of {probes.Count} attacks were not told of within {s_worstLatency}");
            var sorted = times.Select(t => t!.Value).Order().ToList();
            var (p50, p99) = (sorted[sorted.Count / 2], sorted[Math.Min(sorted.Count - 1, (int)(sorted.Count * 0.99))]);
            Say($"alert latency {rule}              {p50.TotalSeconds,12:0.00} s p50, {p99.TotalSeconds:0.00} s p99, {sorted[^1].TotalSeconds:0.00} s at most, of {sorted.Count}");
            Assert.True(p50 <= s_latency, $"{rule}: p50 is {p50}");
        }
    }

    /// <summary>Each attack has its three alerts, once, and nothing else has any.</summary>
    private async Task AlertsAsync(LoadService service, IReadOnlyList<Probe> probes)
    {
        var expected = probes.SelectMany(p => AlertLatency.Rules.Select(rule => (rule, LoadEvents.ProbeAddress(p.Number)))).Order().ToList();
        var found = new List<(string, string)>();
        for (var after = ""; ;)
        {
            var page = await service.GetAsync("/api/v1/alerts?limit=1000" + after);
            found.AddRange(page.GetProperty("alerts").EnumerateArray().Select(AlertLatency.KeyOf));
            if (page.GetProperty("next").GetString() is not { } next)
            {
                break;
            }

            after = "&after=" + Uri.EscapeDataString(next);
        }

        Say($"alerts                        {found.Count,12:N0} of {expected.Count:N0} expected");
        Assert.Equal(expected, found.Order());
    }

    private void Figures(string metrics)
    {
        Say($"standstill for a snapshot     {Bound(metrics, "standstill", 0.5),12} s p50 at most, {Bound(metrics, "standstill", 0.99)} s p99 at most");
        Say($"writing a snapshot            {Bound(metrics, "duration", 0.5),12} s p50 at most, {Bound(metrics, "duration", 0.99)} s p99 at most");
    }

    /// <summary>Upper bound of the bucket that a share of the snapshots ends in.</summary>
    private static string Bound(string metrics, string figure, double share)
    {
        var buckets = metrics.Split('\n').Where(l => l.StartsWith($"secstream_snapshot_{figure}_seconds_bucket", StringComparison.Ordinal))
            .Select(l => (Le: l.Split('"')[1], Count: long.Parse(l[(l.LastIndexOf(' ') + 1)..], CultureInfo.InvariantCulture))).ToList();
        Assert.True(buckets[^1].Count > 0, "there was no snapshot");
        return buckets.First(bucket => bucket.Count >= buckets[^1].Count * share).Le;
    }

    private async Task TellAsync(string name)
    {
        output.WriteLine(_table.ToString());
        await File.WriteAllTextAsync(Path.Combine(AppContext.BaseDirectory, name + "-figures.txt"), _table.ToString());
    }

    private void Say(string line) => _table.AppendLine(CultureInfo.InvariantCulture, $"{line}");

    private static long FolderBytes(string folder) => new DirectoryInfo(folder).EnumerateFiles("*", SearchOption.AllDirectories).Sum(f => f.Length);

    private static double Rate(LoadSample from, LoadSample to) => (to.Evaluated - from.Evaluated) / (to.At - from.At).TotalSeconds;

    private static double PerCpu(LoadSample from, LoadSample to) => (to.Evaluated - from.Evaluated) / (to.Cpu - from.Cpu).TotalSeconds;

    private static double Cores(LoadSample from, LoadSample to) => (to.Cpu - from.Cpu) / (to.At - from.At);

    private static long Median(List<LoadSample> samples, Func<LoadSample, long> figure) => samples.Select(figure).Order().ElementAt(samples.Count / 2);

    /// <summary>The most that was seen.</summary>
    private sealed class Highest
    {
        public long Backlog { get; private set; }

        public long Resident { get; private set; }

        public int Full { get; private set; }

        public int Looks { get; private set; }

        public async Task WatchAsync(LoadService service, Func<bool> until)
        {
            while (!until())
            {
                var sample = await service.SampleAsync();
                (Backlog, Resident, Full, Looks) = (Math.Max(Backlog, sample.Backlog), Math.Max(Resident, sample.Resident), Full + (sample.IsFull ? 1 : 0), Looks + 1);
                await Task.Delay(100);
            }
        }
    }
}
