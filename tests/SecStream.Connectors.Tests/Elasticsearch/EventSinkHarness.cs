using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using SecStream.Connectors.Elasticsearch;
using SecStream.Connectors.Elasticsearch.Client;
using SecStream.Connectors.Elasticsearch.Events;
using SecStream.Connectors.Elasticsearch.Schema;
using SecStream.Core.Checks;
using SecStream.Core.Events;
using SecStream.Core.Pipeline;
using SecStream.TestParts.Elasticsearch;

namespace SecStream.Connectors.Tests.Elasticsearch;

/// <summary>Keeps refused documents in memory.</summary>
internal sealed class RefusedInMemory : IRefusedDocuments
{
    public ConcurrentQueue<string> Letters { get; } = [];

    public void Add(ReadOnlySpan<byte> letter) => Letters.Enqueue(Encoding.UTF8.GetString(letter));

    public void Flush()
    {
    }
}

/// <summary>An event sink over the strict server, with small sizes and short waits.</summary>
internal sealed class EventSinkHarness : IAsyncDisposable
{
    public static readonly EventSinkTuning Quick = EventSinkTuning.Standard with
    {
        Timings = new SendTimings(TimeSpan.FromMilliseconds(10), TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(30), TimeSpan.Zero),
        Linger = TimeSpan.FromMilliseconds(20),
        RetryInterval = TimeSpan.FromMilliseconds(5),
    };

    private readonly CancellationTokenSource _giveUp = new();
    private readonly List<StrictElasticsearch> _nodes = [];
    private ElasticsearchClient? _client;

    public StrictElasticsearch Server => _nodes[0];

    public ElasticsearchOptions Options { get; private set; } = null!;

    public EventSinkTuning Tuning { get; set; } = Quick;

    public bool FlushesBeforeCommit { get; set; }

    public string Folder { get; } = Directory.CreateTempSubdirectory("spool-").FullName;

    public RefusedInMemory Refused { get; } = new();

    public ConcurrentQueue<string> Reports { get; } = [];

    public ElasticsearchEventSink Sink { get; private set; } = null!;

    public CancellationTokenSource GiveUp => _giveUp;

    public static async Task<EventSinkHarness> StartAsync(
        Func<ElasticsearchOptions, ElasticsearchOptions>? configure = null, StrictElasticsearchOptions? server = null, bool installs = true)
    {
        var harness = new EventSinkHarness();
        harness._nodes.Add(await StrictElasticsearch.StartAsync(server));
        var options = new ElasticsearchOptions
        {
            Hosts = [harness.Server.Url], BulkBytes = 256 << 10, BulkRequests = 3, SpoolBytes = 64 << 20, Timeout = TimeSpan.FromSeconds(10),
        };
        harness.Options = configure?.Invoke(options) ?? options;
        if (installs)
        {
            await harness.InstallAsync();
        }

        harness.Open();
        return harness;
    }

    public async Task InstallAsync()
    {
        using var client = new ElasticsearchClient(Options, TimeProvider.System);
        var steps = await new ElasticsearchBootstrap(client).RunAsync(isDryRun: false, CancellationToken.None);
        Assert.DoesNotContain(steps, step => step.Outcome == BootstrapOutcome.Refused);
    }

    public void Open()
    {
        _client = new ElasticsearchClient(Options, TimeProvider.System);
        Sink = new ElasticsearchEventSink(_client, Options, Folder, "acme", Refused, TimeProvider.System, Reports.Enqueue, Tuning, _giveUp.Token)
        {
            FlushesBeforeCommit = FlushesBeforeCommit,
        };
    }

    /// <summary>Ends the sink as a crash would, opens another, and goes back to a state.</summary>
    public async Task CrashAsync(byte[]? state)
    {
        await Sink.CrashAsync();
        _client!.Dispose();
        Open();
        if (state is not null)
        {
            Restore(state);
        }
    }

    public void Restore(byte[] state)
    {
        using var reader = new BinaryReader(new MemoryStream(state));
        Sink.Restore(reader);
    }

    public byte[] Save()
    {
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream);
        Sink.Save(writer);
        writer.Flush();
        return stream.ToArray();
    }

    public static string IdOf(int i) => i.ToString("x32", CultureInfo.InvariantCulture);

    public static string JsonOf(int i, long time, string? more = null) =>
        $"{{\"@timestamp\":\"{Segments.TestEvent.Iso(time)}\",\"event\":{{\"id\":\"{IdOf(i)}\",\"dataset\":\"system.auth\"}},\"n\":{i}{more}}}";

    /// <summary>Events as the ingest stage hands them over.</summary>
    public static IngestOutput Output(IEnumerable<(int Number, long Time)> events, string? more = null, int days = 30, string dataset = "system.auth", Func<int, string>? id = null)
    {
        var output = new IngestOutput(1);
        foreach (var (number, time) in events)
        {
            Add(output, Encoding.UTF8.GetBytes(id?.Invoke(number) ?? IdOf(number)), Encoding.UTF8.GetBytes(dataset), JsonOf(number, time, more), time, days);
        }

        return output;
    }

    public static void Add(IngestOutput output, byte[] id, byte[] dataset, string json, long time, int days)
    {
        var start = output.Events.Length;
        output.Events.Write(Encoding.UTF8.GetBytes(json + "\n"));
        var names = output.Marks.AddNames(id, dataset);
        output.Marks.Add(new EventMark(start, output.Events.Length - start, time, time, days, 0, 0)
        {
            FirstName = names, IdLength = id.Length, DatasetLength = dataset.Length,
        });
    }

    public static long Now => EventClock.ToMicroseconds(TimeProvider.System.GetUtcNow());

    public void Write(int from, int count, long? time = null, string? more = null)
    {
        var at = time ?? Now;
        foreach (var some in Enumerable.Range(from, count).Chunk(500))
        {
            Sink.Write(Output(some.Select(i => (i, at)), more));
        }
    }

    public Task FlushedAsync() => Sink.FlushedAsync(CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(60));

    /// <summary>Numbers of the events that are there, and asserts that each is there once.</summary>
    public List<int> Numbers()
    {
        var ids = Server.AllDocuments("logs-secstream.*").Select(document => document.Document.Id).ToList();
        Assert.Equal(ids.Count, ids.Distinct().Count());
        return [.. ids.Select(id => int.Parse(id, NumberStyles.HexNumber, CultureInfo.InvariantCulture)).Order()];
    }

    public static async Task UntilAsync(Func<bool> condition, string what)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (!condition())
        {
            Assert.False(limit.IsCancellationRequested, $"waited 60 s for {what}");
            await Task.Delay(5);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Sink.DisposeAsync();
        _client?.Dispose();
        foreach (var node in _nodes)
        {
            await node.DisposeAsync();
        }

        _giveUp.Dispose();
        Directory.Delete(Folder, recursive: true);
    }
}
