using SecStream.Connectors.Kafka;
using SecStream.Connectors.Kafka.Source;
using SecStream.Core.Pipeline;

namespace SecStream.Connectors.Tests.Kafka.Source;

/// <summary>A member of the group, and a pump that takes what its sources give when the test asks for it.</summary>
internal sealed class TestReader : IAsyncDisposable
{
    private readonly RecordBatch _batch = new();

    public TestReader(
        KafkaOptions options, IReadOnlyList<KafkaTopic> topics, IReadOnlyDictionary<string, byte[]>? saved = null, KafkaReaderOptions? bounds = null)
    {
        Reader = new KafkaReader(options, topics, "default", TimeProvider.System, bounds);
        foreach (var source in Reader.Sources.Where(s => saved?.ContainsKey(s.Name) == true))
        {
            using var state = new BinaryReader(new MemoryStream(saved![source.Name]));
            source.Restore(state);
        }
    }

    public KafkaReader Reader { get; }

    /// <summary>All that was taken, in order.</summary>
    public List<TakenRecord> Taken { get; } = [];

    /// <summary>What this member has at present.</summary>
    public IEnumerable<KafkaPartitionStatus> Assigned => Reader.Status().Partitions.Where(p => p.IsAssigned);

    public static TestReader Started(
        KafkaOptions options, IReadOnlyList<KafkaTopic> topics, IReadOnlyDictionary<string, byte[]>? saved = null, KafkaReaderOptions? bounds = null)
    {
        var reader = new TestReader(options, topics, saved, bounds);
        reader.Reader.Start();
        return reader;
    }

    public KafkaPartitionSource Source(string topic, int partition = 0) => Reader.Sources.Single(s => s.Name == KafkaPartitionSource.NameOf(topic, partition));

    /// <summary>Takes what is there now; at most so many batches.</summary>
    public void Pump(int batches = int.MaxValue)
    {
        Assert.False(Reader.Completion.IsFaulted, Reader.Completion.Exception?.ToString());
        foreach (var source in Reader.Sources)
        {
            _batch.Reset(0);
            for (; batches > 0 && source.TryRead(_batch); _batch.Reset(0), batches--)
            {
                Assert.Equal(source.SourceHash, _batch.SourceHash);
                Assert.Equal(source.Position, _batch.EndPosition);
                Taken.AddRange(_batch.Records.Select(r =>
                    new TakenRecord(source.Name, r.Position, _batch.Buffer.AsSpan(r.Start, r.Length).ToArray(), r.Arrival, r.Sent)));
            }
        }
    }

    /// <summary>Takes until it is so.</summary>
    public Task PumpUntilAsync(Func<bool> isSo, string what) => SourceCluster.UntilAsync(
        () =>
        {
            Pump();
            return isSo();
        },
        () => $"{what}; {Taken.Count} taken, {Describe()}");

    public string Describe() => $"{Reader.Status() with { Partitions = [] }} {string.Join(' ', Reader.Status().Partitions)}";

    public Task PumpUntilAsync(int count) => PumpUntilAsync(() => Taken.Count >= count, $"{count} records");

    /// <summary>The positions, as a snapshot has them.</summary>
    public Dictionary<string, byte[]> Save() => Reader.Sources.ToDictionary(
        s => s.Name,
        s =>
        {
            using var state = new MemoryStream();
            using var writer = new BinaryWriter(state);
            s.Save(writer);
            writer.Flush();
            return state.ToArray();
        });

    public ValueTask DisposeAsync() => Reader.DisposeAsync();
}
