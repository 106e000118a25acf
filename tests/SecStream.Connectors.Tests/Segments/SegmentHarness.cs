using System.Text;
using System.Text.Json;
using SecStream.Connectors.Segments;
using SecStream.Core.Events;
using SecStream.Core.Pipeline;
using SecStream.Core.Queries;
using SecStream.Core.Text;

namespace SecStream.Connectors.Tests.Segments;

/// <summary>An event as the tests think of it.</summary>
internal sealed record TestEvent(string Id, long Time, int Days, string Ip, string User)
{
    public string Json => $"{{\"@timestamp\":\"{Iso(Time)}\",\"event\":{{\"id\":\"{Id}\"}},\"source.ip\":\"{Ip}\",\"user\":{{\"name\":{JsonSerializer.Serialize(User)}}},\"note\":\"{new string('x', 40)}\"}}";

    public static string Iso(long time)
    {
        Span<byte> text = stackalloc byte[IsoTimestamp.Length];
        IsoTimestamp.Write(time, text);
        return Encoding.ASCII.GetString(text);
    }
}

/// <summary>A clock that stands until it is moved.</summary>
internal sealed class StandingClock(DateTimeOffset now) : TimeProvider
{
    public DateTimeOffset Now { get; set; } = now;

    public override DateTimeOffset GetUtcNow() => Now;
}

/// <summary>A data folder with a sink that writes it, small segments and blocks.</summary>
internal sealed class SegmentHarness : IAsyncDisposable
{
    public static readonly long Start = EventClock.ToMicroseconds(new DateTimeOffset(2026, 3, 2, 10, 0, 0, TimeSpan.Zero));
    private readonly CancellationTokenSource _stop = new();

    public SegmentHarness(SegmentOptions? options = null)
    {
        Options = options ?? new SegmentOptions
        {
            SegmentBytes = 64 << 10, DeadLetterSegmentBytes = 64 << 10, BlockBytes = 4 << 10, RetryInterval = TimeSpan.FromMilliseconds(2),
        };
        Sink = Open();
    }

    public SegmentOptions Options { get; }

    public string Folder { get; } = Directory.CreateTempSubdirectory("segments-").FullName;

    public string Events => Path.Combine(Folder, "events");

    public StandingClock Clock { get; } = new(EventClock.ToInstant(Start));

    public List<string> Reports { get; } = [];

    public SegmentEventSink Sink { get; private set; }

    /// <summary>Stands in for the disk.</summary>
    public WriteAt Disk { get; set; } = RandomAccess.Write;

    public CancellationTokenSource Stop => _stop;

    public static IngestOutput Output(IEnumerable<TestEvent> events, params string[] deadLetters)
    {
        var output = new IngestOutput(1);
        foreach (var e in events)
        {
            var first = output.Marks.HashCount;
            output.Marks.AddHash(EventHash.OfId(Encoding.UTF8.GetBytes(e.Id)));
            output.Marks.AddHash(EventHash.OfValue(Index("source.ip"), Encoding.UTF8.GetBytes(e.Ip)));
            output.Marks.AddHash(EventHash.OfValue(Index("user.name"), Encoding.UTF8.GetBytes(e.User)));
            var start = output.Events.Length;
            output.Events.Write(Encoding.UTF8.GetBytes(e.Json + "\n"));
            output.Marks.Add(new EventMark(start, output.Events.Length - start, e.Time, e.Time, e.Days, first, 3));
        }

        foreach (var letter in deadLetters)
        {
            output.DeadLetters.Write(Encoding.UTF8.GetBytes(letter + "\n"));
        }

        return output;
    }

    /// <summary>Events in some disorder, of several classes, of few addresses and users.</summary>
    public static List<TestEvent> Generate(int seed, int count, int from = 0)
    {
        var random = new Random(seed);
        int[] days = [7, 30, 30, 30, 90, 1095];
        return [.. Enumerable.Range(from, count).Select(i => new TestEvent(
            $"{seed}-{i}",
            Start + (i * EventClock.Second) - (random.Next(0, 600) * EventClock.Second),
            days[random.Next(days.Length)],
            $"203.0.113.{random.Next(0, 40)}",
            random.Next(20) == 0 ? "CORP\\änne \"x\"" : $"user{random.Next(0, 200)}"))];
    }

    public void Write(IEnumerable<TestEvent> events)
    {
        foreach (var batch in events.Chunk(50))
        {
            Sink.Write(Output(batch));
        }
    }

    public byte[] Save()
    {
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream);
        Sink.Save(writer);
        writer.Flush();
        return stream.ToArray();
    }

    /// <summary>What the service does every ten seconds.</summary>
    public async Task<byte[]> SnapshotAsync()
    {
        var state = Save();
        await Sink.MakeDurableAsync(CancellationToken.None);
        Sink.Committed();
        await Sink.WhenCompressedAsync();
        return state;
    }

    /// <summary>Ends the sink as a crash would (its files as they are), and makes another that goes back to a state.</summary>
    public async Task RestartAsync(byte[]? state)
    {
        await Sink.DisposeAsync();
        Sink = Open();
        if (state is not null)
        {
            using var reader = new BinaryReader(new MemoryStream(state));
            Sink.Restore(reader);
        }
    }

    /// <summary>Another process's look at the folder.</summary>
    public SegmentEventStore OtherStore() => new(Events, Options, report => { lock (Reports) { Reports.Add(report); } });

    public static async Task<List<string>> AllAsync(IEventStore store, EventQuery query)
    {
        var found = new List<string>();
        string? after = null;
        do
        {
            var page = await store.FindAsync(query with { After = after }, CancellationToken.None);
            found.AddRange(page.Items.Select(item => Encoding.UTF8.GetString(item.Span)));
            after = page.Next;
        }
        while (after is not null);
        return found;
    }

    public string[] Files(string pattern) => Directory.GetFiles(Events, pattern, SearchOption.AllDirectories);

    public async ValueTask DisposeAsync()
    {
        await Sink.DisposeAsync();
        _stop.Dispose();
        Directory.Delete(Folder, recursive: true);
    }

    private static int Index(string field) => EventQuery.IndexedFields.ToList().IndexOf(field);

    private SegmentEventSink Open() =>
        new(Folder, Options, Clock, report => { lock (Reports) { Reports.Add(report); } }, (file, bytes, offset) => Disk(file, bytes, offset), _stop.Token);
}
