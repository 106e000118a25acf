using System.Text;
using Confluent.Kafka;
using SecStream.Connectors.Kafka;
using SecStream.Connectors.Kafka.Output;
using SecStream.TestParts.Kafka;

namespace SecStream.Connectors.Tests.Kafka.Output;

/// <summary>A cluster with a topic of alerts.</summary>
internal sealed class AlertTopic : IDisposable
{
    public const string Name = "alerts";
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("secstream-kafka-");

    public AlertTopic(int brokers = 1, int partitions = 4)
    {
        Cluster = new MockKafka(brokers);
        Cluster.CreateTopic(Name, partitions, brokers);
    }

    public MockKafka Cluster { get; }

    public List<string> Reports { get; } = [];

    public string Folder => _folder.FullName;

    public KafkaClientSettings Client => KafkaClientSettings.Of(new KafkaOptions
    {
        Brokers = Cluster.Brokers,
        Properties = new Dictionary<string, string> { ["reconnect.backoff.ms"] = "20", ["reconnect.backoff.max.ms"] = "100", ["retry.backoff.ms"] = "20" },
    });

    public KafkaAlertSink Sink(KafkaWriterOptions? options = null) => new(Name, Client, Path.Combine(Folder, "oversize"), Reports.Add, options);

    public List<ConsumeResult<byte[]?, byte[]?>> Read() => KafkaTopicTraffic.ReadAll(Cluster.Bootstraps, Name);

    public static string? Header(ConsumeResult<byte[]?, byte[]?> record, string name) =>
        record.Message.Headers.TryGetLastBytes(name, out var value) ? Encoding.UTF8.GetString(value) : null;

    public void Dispose()
    {
        Cluster.Dispose();
        _folder.Delete(recursive: true);
    }
}
