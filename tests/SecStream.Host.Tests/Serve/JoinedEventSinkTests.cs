using SecStream.Core.Pipeline;
using SecStream.Host.Serve;
using Xunit;

namespace SecStream.Host.Tests.Serve;

public sealed class JoinedEventSinkTests
{
    [Fact]
    public void Restore_SinksCameAndWent_EachGetsItsOwnState()
    {
        var before = new JoinedEventSink(new CountingSink { Place = 7 }, [("gone", new CountingSink { Place = 8 }), ("stays", new CountingSink { Place = 9 })]);
        var state = Save(before);

        var (local, stays, added) = (new CountingSink(), new CountingSink(), new CountingSink { Place = 1 });
        Restore(new JoinedEventSink(local, [("added", added), ("stays", stays)]), state);

        Assert.Equal((7, 9, 1), (local.Place, stays.Place, added.Place));
    }

    [Fact]
    public void Restore_StateOfASingleSink_IsThatOfTheLocalOne()
    {
        var (local, other) = (new CountingSink(), new CountingSink { Place = 5 });

        Restore(new JoinedEventSink(local, [("other", other)]), Save(new CountingSink { Place = 3 }));

        Assert.Equal((3, 5), (local.Place, other.Place));
    }

    [Fact]
    public async Task MakeDurable_OneFails_Fails()
    {
        var joined = new JoinedEventSink(new CountingSink(), [("bad", new CountingSink { Fault = new IOException("full") })]);

        await Assert.ThrowsAsync<IOException>(() => joined.MakeDurableAsync(CancellationToken.None));
    }

    private static byte[] Save(IEventSink sink)
    {
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream);
        sink.Save(writer);
        writer.Flush();
        return stream.ToArray();
    }

    private static void Restore(IEventSink sink, byte[] state)
    {
        using var reader = new BinaryReader(new MemoryStream(state));
        sink.Restore(reader);
    }

    private sealed class CountingSink : IEventSink
    {
        public int Place { get; set; }

        public Exception? Fault { get; init; }

        public void Write(IngestOutput output) => Place++;

        public void Save(BinaryWriter writer) => writer.Write(Place);

        public Task MakeDurableAsync(CancellationToken cancellation) => Fault is null ? Task.CompletedTask : Task.FromException(Fault);

        public void Restore(BinaryReader reader) => Place = reader.ReadInt32();
    }
}
