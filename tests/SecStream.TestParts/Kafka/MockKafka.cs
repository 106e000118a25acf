using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using Confluent.Kafka;

namespace SecStream.TestParts.Kafka;

/// <summary>
/// A Kafka cluster of librdkafka's mock brokers on loopback, in this process: topics, groups, committed offsets, idempotent and transactional
/// producers. It keeps nothing on disk, a partition keeps its last 5 MB only (older records are gone, as by retention), it knows no
/// <c>CreateTopics</c>, no ACLs, no TLS, and makes topics that are asked for by name. Brokers are numbered from 1. Thread-safe.
/// </summary>
public sealed class MockKafka : IDisposable
{
    private const int Producer = 0;

    private readonly nint _client;
    private readonly Dictionary<int, HeldPort?> _held = [];
    private nint _cluster;

    /// <summary>Starts a cluster on free ports.</summary>
    /// <param name="brokers">1 to 10 brokers.</param>
    public MockKafka(int brokers = 1)
    {
        // Confluent.Kafka picks the library; the mock must come from the same one.
        _ = Library.Version;
        Span<byte> error = stackalloc byte[512];
        var conf = MockNative.ConfNew();
        Check(MockNative.ConfSet(conf, "client.id", "mock", error, error.Length) == 0, error);
        Check(MockNative.ConfSet(conf, "log_level", "2", error, error.Length) == 0, error);
        _client = MockNative.New(Producer, conf, error, error.Length);
        Check(_client != 0, error);
        BrokerCount = brokers;
        _cluster = MockNative.ClusterNew(_client, brokers);
        if (_cluster == 0)
        {
            MockNative.Destroy(_client);
            throw new InvalidOperationException("the mock cluster of librdkafka could not be started");
        }

        Bootstraps = Marshal.PtrToStringUTF8(MockNative.Bootstraps(_cluster))!;
    }

    /// <summary>Its brokers, <c>host:port,…</c>.</summary>
    public string Bootstraps { get; }

    /// <summary>The same as a list.</summary>
    public IReadOnlyList<string> Brokers => Bootstraps.Split(',');

    /// <summary>How many brokers there are.</summary>
    public int BrokerCount { get; }

    /// <summary>Makes a topic.</summary>
    public void CreateTopic(string topic, int partitions = 1, int replication = 1) =>
        Check(MockNative.TopicCreate(_cluster, topic, partitions, replication), $"topic {topic}");

    /// <summary>Metadata requests for the topic fail with this error from now on; <see cref="ErrorCode.NoError"/>: no more.</summary>
    public void SetTopicError(string topic, ErrorCode error) => MockNative.TopicSetError(_cluster, topic, (int)error);

    /// <summary>Moves the leadership of a partition; broker -1: it has none.</summary>
    public void SetLeader(string topic, int partition, int broker) =>
        Check(MockNative.PartitionSetLeader(_cluster, topic, partition, broker), $"leader of {topic}/{partition}");

    /// <summary>Closes a broker's connections and takes no new ones.</summary>
    public void SetDown(int broker)
    {
        Check(MockNative.BrokerSetDown(_cluster, broker), $"broker {broker}");
        lock (_held)
        {
            // The mock ends the whole process when its port is not free any more, so nobody else may have it meanwhile.
            _held.TryAdd(broker, HeldPort.TryTake(PortOf(broker)));
        }
    }

    /// <summary>Lets a broker take connections again.</summary>
    public void SetUp(int broker)
    {
        lock (_held)
        {
            if (_held.Remove(broker, out var held))
            {
                (held ?? HeldPort.Take(PortOf(broker))).Dispose();
            }
        }

        Check(MockNative.BrokerSetUp(_cluster, broker), $"broker {broker}");
    }

    /// <summary>All brokers down.</summary>
    public void SetAllDown() => ForAll(SetDown);

    /// <summary>All brokers up.</summary>
    public void SetAllUp() => ForAll(SetUp);

    /// <summary>How long a broker takes for an answer.</summary>
    public void SetRoundTrip(int broker, TimeSpan time) => Check(MockNative.BrokerSetRtt(_cluster, broker, (int)time.TotalMilliseconds), $"broker {broker}");

    /// <summary>The next requests of a kind, to whichever broker, are answered with these errors, one each (<see cref="ErrorCode.NoError"/> lets one pass).</summary>
    public void PushErrors(KafkaApi api, params ErrorCode[] errors) =>
        MockNative.PushErrors(_cluster, (short)api, errors.Length, Array.ConvertAll(errors, e => (int)e));

    /// <summary>The next request of a kind to a broker is answered with an error after a time; <see cref="ErrorCode.Local_Transport"/> closes the connection.</summary>
    public void PushError(int broker, KafkaApi api, ErrorCode error, TimeSpan after) =>
        Check(MockNative.PushErrorRtt(_cluster, broker, (short)api, 1, (int)error, (int)after.TotalMilliseconds), $"broker {broker}");

    /// <summary>Forgets the errors not answered yet.</summary>
    public void ClearErrors(KafkaApi api) => MockNative.ClearErrors(_cluster, (short)api);

    /// <summary>Makes a broker the coordinator of a group.</summary>
    public void SetCoordinator(string group, int broker) => Check(MockNative.CoordinatorSet(_cluster, "group", group, broker), $"coordinator of {group}");

    /// <summary>Takes a request away, or limits its versions; -1, -1: the brokers don't know it.</summary>
    public void SetVersions(KafkaApi api, short min, short max) => Check(MockNative.SetApiVersion(_cluster, (short)api, min, max), $"versions of {api}");

    /// <inheritdoc/>
    public void Dispose()
    {
        var cluster = Interlocked.Exchange(ref _cluster, 0);
        if (cluster != 0)
        {
            foreach (var held in _held.Values)
            {
                held?.Dispose();
            }

            MockNative.ClusterDestroy(cluster);
            MockNative.Destroy(_client);
        }
    }

    private int PortOf(int broker) => int.Parse(Brokers[broker - 1].Split(':')[^1], CultureInfo.InvariantCulture);

    private void ForAll(Action<int> act)
    {
        for (var broker = 1; broker <= BrokerCount; broker++)
        {
            act(broker);
        }
    }

    private static void Check(int error, string what)
    {
        if (error != 0)
        {
            throw new KafkaException(new Error((ErrorCode)error, $"mock cluster: {what}: {(ErrorCode)error}"));
        }
    }

    private static void Check(bool isWell, ReadOnlySpan<byte> error)
    {
        if (!isWell)
        {
            throw new InvalidOperationException($"mock cluster: {Encoding.UTF8.GetString(error[..Math.Max(0, error.IndexOf((byte)0))])}");
        }
    }
}
