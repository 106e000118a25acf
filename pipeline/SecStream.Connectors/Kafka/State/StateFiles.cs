using System.Security.Cryptography;
using Confluent.Kafka;

namespace SecStream.Connectors.Kafka.State;

/// <summary>Puts files into the state topic, part by part, and takes them out again. One call at a time.</summary>
/// <param name="client">Settings of the cluster.</param>
/// <param name="topic">The state topic.</param>
/// <param name="partitions">Its partitions; with one only, parts lie between the records of the log.</param>
/// <param name="time">The clock.</param>
public sealed class StateFiles(KafkaClientSettings client, string topic, int partitions, TimeProvider time) : IDisposable
{
    private const int PartBytes = 512 << 10;
    private const int PartsAtOnce = 8;

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    private readonly StateProducer _producer = new(client, topic);
    private int _turn;

    /// <summary>Writes a file; completes when the brokers have all of it.</summary>
    /// <param name="name">Its path below the data folder, with slashes.</param>
    /// <param name="content">Its content, from the beginning.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="Output.KafkaWriteException">It could not be written.</exception>
    public async Task<StateFile> WriteAsync(string name, Stream content, CancellationToken cancellation)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var parts = new List<StatePart>();
        var group = new List<(int Partition, StateRecord Record)>();
        var length = 0L;
        while (true)
        {
            var part = new byte[PartBytes];
            var read = await content.ReadAtLeastAsync(part, PartBytes, throwOnEndOfStream: false, cancellation).ConfigureAwait(false);
            length += read;
            hash.AppendData(part, 0, read);
            if (read > 0)
            {
                group.Add((NextPartition(), new StateRecord(StateKind.Part, 0, 0, read == PartBytes ? part : part[..read])));
            }

            if (group.Count == PartsAtOnce || (read < PartBytes && group.Count > 0))
            {
                var offsets = await _producer.SendAsync(group, cancellation).ConfigureAwait(false);
                parts.AddRange(group.Zip(offsets, (g, offset) => new StatePart(g.Partition, offset)));
                group.Clear();
            }

            if (read < PartBytes)
            {
                return new StateFile(name, length, Convert.ToHexStringLower(hash.GetHashAndReset()), parts, time.GetUtcNow());
            }
        }
    }

    /// <summary>Reads a file.</summary>
    /// <exception cref="InvalidDataException">The topic no longer holds all of it, or it is damaged.</exception>
    public async Task ReadAsync(StateFile file, Stream target, CancellationToken cancellation)
    {
        using var consumer = new ConsumerBuilder<byte[]?, byte[]?>(client.Consumer()).SetLogHandler((_, _) => { }).SetErrorHandler((_, _) => { }).Build();
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var part in file.Parts)
        {
            var bytes = await Task.Run(() => Read(consumer, part, file.Name, cancellation), cancellation).ConfigureAwait(false);
            hash.AppendData(bytes);
            await target.WriteAsync(bytes, cancellation).ConfigureAwait(false);
        }

        if (Convert.ToHexStringLower(hash.GetHashAndReset()) != file.Sha256)
        {
            throw new InvalidDataException($"{topic}: {file.Name} is not what was written there");
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _producer.Dispose();

    private int NextPartition() => partitions == 1 ? 0 : 1 + (_turn++ % (partitions - 1));

    private byte[] Read(IConsumer<byte[]?, byte[]?> consumer, StatePart part, string name, CancellationToken cancellation)
    {
        consumer.Assign(new TopicPartitionOffset(topic, part.Partition, part.Offset));
        var began = time.GetTimestamp();
        while (time.GetElapsedTime(began) < s_patience)
        {
            cancellation.ThrowIfCancellationRequested();
            try
            {
                if (consumer.Consume(TimeSpan.FromMilliseconds(500)) is not { } result)
                {
                    continue;
                }

                return !result.IsPartitionEOF && result.Offset.Value == part.Offset && StateRecord.Of(result.Message) is { Kind: StateKind.Part } record
                    ? record.Value
                    : throw new InvalidDataException($"{topic}: a part of {name} is not there any more (partition {part.Partition}, offset {part.Offset})");
            }
            catch (ConsumeException fault) when (fault.Error.Code is ErrorCode.Local_AutoOffsetReset or ErrorCode.OffsetOutOfRange)
            {
                throw new InvalidDataException($"{topic}: a part of {name} was let go of (partition {part.Partition}, offset {part.Offset})", fault);
            }
            catch (KafkaException)
            {
                // Brokers come and go; the part is asked for again until the patience is over.
            }
        }

        throw new InvalidDataException($"{topic}: a part of {name} could not be read within {s_patience.TotalSeconds:0} s (partition {part.Partition}, offset {part.Offset})");
    }
}
