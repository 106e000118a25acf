using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using SecStream.Core.Text;

namespace SecStream.Integration.Tests.Load;

/// <summary>An attack that was sent.</summary>
/// <param name="Number">Its number.</param>
/// <param name="Sent">When sending of the event that makes the last rule fire began.</param>
internal readonly record struct Probe(int Number, DateTime Sent);

/// <summary>
/// Sends over HTTP and TCP at a rate, or as fast as it is taken. What HTTP refuses for want of room is sent again until it is taken, as shippers do.
/// </summary>
internal sealed class LoadSenders(LoadService service, LoadEvents events) : IDisposable
{
    private const int Connections = 3;
    private const int BatchCount = 500;

    /// <summary>One batch in so many goes over TCP.</summary>
    private const int TcpShare = 8;

    private readonly HttpClient _http = new(new SocketsHttpHandler { MaxConnectionsPerServer = Connections, UseProxy = false }) { Timeout = TimeSpan.FromSeconds(90) };
    private readonly List<Probe> _probes = [];
    private long _refused;
    private long _batches;
    private long _probeBatches;
    private long _worstWait;

    /// <summary>Events of answers that said "later".</summary>
    public long Refused => Interlocked.Read(ref _refused);

    /// <summary>The longest a request waited for its answer.</summary>
    public TimeSpan LongestAnswer => TimeSpan.FromTicks(Interlocked.Read(ref _worstWait));

    /// <summary>Attacks sent, oldest first.</summary>
    public IReadOnlyList<Probe> Probes
    {
        get
        {
            lock (_probes)
            {
                return [.. _probes];
            }
        }
    }

    /// <summary>No sending while true: lets a measurement keep the queue short.</summary>
    public volatile bool Hold;

    /// <summary>Sends until told to stop.</summary>
    /// <param name="mix">What.</param>
    /// <param name="rate">Events a second over all connections; null: as fast as possible.</param>
    /// <param name="probeEvery">Time between attacks; null: none.</param>
    /// <param name="until">Ends it.</param>
    /// <param name="limit">Longest time until it has ended, all taken.</param>
    public async Task RunAsync(Mix mix, double? rate, TimeSpan? probeEvery, Func<bool> until, TimeSpan limit)
    {
        var began = Stopwatch.GetTimestamp();
        var schedule = new Schedule(this, began, rate, probeEvery, until);
        var http = Enumerable.Range(0, Connections).Select(_ => Task.Run(() => HttpAsync(mix, schedule)));
        await Task.WhenAll([.. http, Task.Run(() => TcpAsync(schedule))]).WaitAsync(limit);
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    private async Task HttpAsync(Mix mix, Schedule schedule)
    {
        var body = new ByteWriter(1 << 20);
        while (await schedule.NextAsync(isTcp: false))
        {
            body.Reset();
            var count = BatchCount;
            Probe? probe = null;
            if (schedule.TakeProbe() is { } number)
            {
                probe = new Probe(number, DateTime.UtcNow);
                count += events.WriteProbe(body, number, probe.Value.Sent);
            }

            events.WriteBulk(body, BatchCount, mix, DateTime.UtcNow);
            await PostAsync(body, count);
            Note(probe);
        }
    }

    private async Task PostAsync(ByteWriter body, int count)
    {
        while (true)
        {
            using var content = new ByteArrayContent(body.Buffer, 0, body.Length);
            content.Headers.ContentType = new MediaTypeHeaderValue("application/x-ndjson");
            var began = Stopwatch.GetTimestamp();
            using var answer = await _http.PostAsync(new Uri(service.Url + "/_bulk?filter_path=errors"), content);
            var took = Stopwatch.GetElapsedTime(began).Ticks;
            for (var worst = Interlocked.Read(ref _worstWait); took > worst; worst = Interlocked.Read(ref _worstWait))
            {
                Interlocked.CompareExchange(ref _worstWait, took, worst);
            }

            if (answer.StatusCode == HttpStatusCode.OK)
            {
                Assert.Contains("\"errors\":false", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
                return;
            }

            Assert.True(
                answer.StatusCode is HttpStatusCode.TooManyRequests or HttpStatusCode.ServiceUnavailable,
                $"{answer.StatusCode}: {await answer.Content.ReadAsStringAsync()}\n{service.Said}");
            Interlocked.Add(ref _refused, count);
            await Task.Delay(200);
        }
    }

    private async Task TcpAsync(Schedule schedule)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPAddress.Loopback, service.TcpPort);
        var lines = new ByteWriter(1 << 18);
        while (await schedule.NextAsync(isTcp: true))
        {
            lines.Reset();
            Probe? probe = null;
            if (schedule.TakeProbe() is { } number)
            {
                probe = new Probe(number, DateTime.UtcNow);
                events.WriteSyslogProbe(lines, number, probe.Value.Sent);
            }

            events.WriteSyslog(lines, BatchCount, DateTime.UtcNow);
            for (var at = 0; at < lines.Length;)
            {
                at += await socket.SendAsync(lines.Buffer.AsMemory(at, lines.Length - at));
            }

            Note(probe);
        }

        // An orderly end: the listener reads all before it sees it.
        socket.Shutdown(SocketShutdown.Send);
        await socket.ReceiveAsync(new byte[1]);
    }

    private void Note(Probe? probe)
    {
        if (probe is { } sent)
        {
            lock (_probes)
            {
                _probes.Add(sent);
            }
        }
    }

    /// <summary>When the next batch is due.</summary>
    private sealed class Schedule(LoadSenders senders, long began, double? rate, TimeSpan? probeEvery, Func<bool> until)
    {
        private long _http;
        private long _tcp;
        private long _nextProbe;

        public async Task<bool> NextAsync(bool isTcp)
        {
            while (senders.Hold && !until())
            {
                await Task.Delay(2);
            }

            if (until())
            {
                return false;
            }

            Interlocked.Increment(ref senders._batches);
            if (rate is { } events)
            {
                var share = isTcp ? 1.0 / TcpShare : 1 - (1.0 / TcpShare);
                var due = TimeSpan.FromSeconds((isTcp ? Interlocked.Increment(ref _tcp) : Interlocked.Increment(ref _http)) * BatchCount / (events * share));
                if (due - Stopwatch.GetElapsedTime(began) is var wait && wait > TimeSpan.Zero)
                {
                    await Task.Delay(wait);
                }
            }
            else if (isTcp)
            {
                // Unbounded: HTTP sets the pace, TCP has its share of it.
                while (Interlocked.Read(ref _http) / (TcpShare - 1) <= _tcp && !until())
                {
                    await Task.Delay(1);
                }

                _tcp++;
            }
            else
            {
                Interlocked.Increment(ref _http);
            }

            return true;
        }

        public int? TakeProbe()
        {
            if (probeEvery is not { } every)
            {
                return null;
            }

            var (next, now) = (Interlocked.Read(ref _nextProbe), Stopwatch.GetElapsedTime(began).Ticks);
            return now >= next && Interlocked.CompareExchange(ref _nextProbe, now + every.Ticks, next) == next
                ? (int)Interlocked.Increment(ref senders._probeBatches)
                : null;
        }
    }
}
