using System.Diagnostics;
using System.Net.Sockets;

namespace SecStream.Integration.Tests.Conformance.Harness;

/// <summary>
/// Delivers a recorded set to a running service as its shape says: by several ways at once, out of order, twice, late, while the service is killed,
/// stopped and given other rules.
/// </summary>
internal sealed class LiveRun : IAsyncDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(2);
    private static readonly int[] s_lanes = [1, 2, 4];

    private readonly RecordedSet _set;
    private readonly DeliveryShape _shape;
    private readonly Random _random;
    private readonly Dictionary<Transport, IEventSender> _senders;
    private readonly FileSender _events;
    private readonly FileSender _auth;
    private int _lines;

    public LiveRun(RecordedSet set, DeliveryShape shape)
    {
        (_set, _shape, _random) = (set, shape, new Random(shape.Seed ^ 0x5eed));
        Folder = new ServiceFolder();
        Service = new ServiceProcess(Folder);
        (_events, _auth) = (new FileSender(Folder.EventFile), new FileSender(Folder.AuthFile));
        _senders = new()
        {
            [Transport.Tcp] = new TcpSender(Service, Folder.SyslogPort, shape.Batch),
            [Transport.Ingest] = new IngestSender(Service),
            [Transport.Bulk] = new BulkSender(Service),
            [Transport.File] = _events,
            [Transport.Udp] = new UdpSender(Folder.SyslogPort),
        };
    }

    public ServiceFolder Folder { get; }

    public ServiceProcess Service { get; }

    /// <summary>Starts the service and delivers everything. What is accepted when it returns is durable, not necessarily evaluated.</summary>
    public async Task DeliverAsync()
    {
        var plan = DeliveryPlan.Make(_set, _shape);
        var swaps = Enumerable.Range(1, _shape.Swaps).Select(i => _set.Events[_set.Events.Count * i / (_shape.Swaps + 1)].Time).ToList();
        Folder.Configure(_shape.Lanes);
        await Service.StartAsync();
        var blocks = _shape.Blocks;
        var (kills, stops, rotations) = (Pick(_shape.Kills, blocks), Pick(_shape.Stops, blocks), Pick(_shape.Rotations, blocks));
        for (int block = 0, done = 0; block < blocks; block++)
        {
            var end = (int)((long)plan.Length * (block + 1) / blocks);
            var trouble = kills.Contains(block) ? KillAsync() : stops.Contains(block) ? StopAsync() : Task.CompletedTask;
            while (done < end)
            {
                var part = plan[done..end].TakeWhile(d => swaps.Count == 0 || d.Due < swaps[0]).ToList();
                await SendLinesAsync(part.Count > 0 ? part[^1].Due : long.MinValue);
                await Task.WhenAll(part.GroupBy(d => d.By).Select(group => SendAsync(_senders[group.Key], [.. group.Select(d => _set.Events[d.Event].Line)])));
                done += part.Count;
                if (done < end)
                {
                    await trouble;
                    await RuleChanges.SwapAsync(this, _shape.Swaps - swaps.Count + 1, swaps[0]);
                    swaps.RemoveAt(0);
                }
            }

            await trouble;
            if (rotations.Contains(block))
            {
                _events.Rotate();
                _auth.Rotate();
            }
        }

        Assert.Empty(swaps);
        await SendLinesAsync(long.MaxValue);
        if (_shape.IsKilledWhenQuiet)
        {
            await Task.Delay(_random.Next(4_000, 9_000));
            await KillAsync();
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var sender in _senders.Values)
        {
            sender.Dispose();
        }

        await Service.DisposeAsync();
        Folder.Dispose();
    }

    /// <summary>SIGKILL at some moment, and another life soon after.</summary>
    public async Task KillAsync()
    {
        await Task.Delay(_random.Next(400));
        await Service.KillAsync();
        Folder.Configure(NextLanes());
        await Task.Delay(_random.Next(300));
        await Service.StartAsync();
    }

    private async Task StopAsync()
    {
        await Task.Delay(_random.Next(400));
        await Service.StopAsync();
        Folder.Configure(NextLanes());
        await Service.StartAsync();
    }

    private int NextLanes() => s_lanes[(Array.IndexOf(s_lanes, _shape.Lanes) + Service.Starts) % s_lanes.Length];

    private HashSet<int> Pick(int count, int blocks)
    {
        var picked = new HashSet<int>();
        while (picked.Count < count)
        {
            picked.Add(_random.Next(blocks));
        }

        return picked;
    }

    /// <summary>The daemon of the followed file goes with the events: what it had to say before a time.</summary>
    private async Task SendLinesAsync(long until)
    {
        var lines = _set.AuthLines.Skip(_lines).TakeWhile(line => line.Time < until).Select(line => line.Line).ToList();
        _lines += lines.Count;
        await _auth.SendAsync(lines);
    }

    private async Task SendAsync(IEventSender sender, string[] lines)
    {
        // Who is told only in the end what was taken sends the whole again.
        foreach (var batch in sender is TcpSender ? [lines] : lines.Chunk(_shape.Batch))
        {
            var started = Stopwatch.GetTimestamp();
            while (!await TrySendAsync(sender, batch))
            {
                Assert.True(Stopwatch.GetElapsedTime(started) < s_patience, $"{sender.GetType().Name}: not accepted within {s_patience}");
                await Task.Delay(100);
            }
        }
    }

    private static async Task<bool> TrySendAsync(IEventSender sender, string[] batch)
    {
        try
        {
            await sender.SendAsync(batch);
            return true;
        }
        catch (Exception fault) when (fault is HttpRequestException or IOException or SocketException)
        {
            // The service is down or was killed before it answered: whether it has the events nobody knows, so they are sent again.
            return false;
        }
    }
}
