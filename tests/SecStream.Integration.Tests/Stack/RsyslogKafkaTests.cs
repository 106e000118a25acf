using System.Diagnostics;
using System.Text;
using SecStream.Connectors.Kafka;
using SecStream.Connectors.Kafka.Source;
using SecStream.Core.Pipeline;
using SecStream.TestParts.Kafka;

namespace SecStream.Integration.Tests.Stack;

/// <summary>An auth log, shipped by a real rsyslog to Kafka and read by our source.</summary>
public sealed class RsyslogKafkaTests
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task Read_AuthLogShippedByRsyslog_EveryLineComesOnce()
    {
        using var kafka = new MockKafka();
        kafka.CreateTopic("auth", partitions: 3);
        using var shipper = new RsyslogKafka(kafka.Brokers, "auth");
        var lines = Enumerable.Range(0, 3000).Select(i => $"Mar  1 12:{i / 60 % 60:00}:{i % 60:00} web1 sshd[{1000 + i}]: Failed password for alice from 203.0.113.{i % 250} port {20000 + i} ssh2").ToList();
        shipper.Append(lines.Take(2000));
        var options = new KafkaOptions { Brokers = kafka.Brokers, Topics = [new KafkaTopicOptions { Topic = "auth" }], Properties = new Dictionary<string, string> { ["reconnect.backoff.max.ms"] = "200" } };
        var topics = await KafkaTopics.ResolveAsync(options, null, TimeProvider.System, CancellationToken.None);
        await using var reader = new KafkaReader(options, topics.Topics, "default", TimeProvider.System);
        reader.Start();
        var read = new List<string>();

        await ReadAsync(reader, read, () => read.Count > 0, shipper);

        // Rotated by copy and truncation it would lose lines of its own; appended to, it goes on.
        shipper.Append(lines.Skip(2000));
        await ReadAsync(reader, read, () => read.Count >= lines.Count && reader.Sources.All(s => s.IsLive), shipper);
        Assert.Equal(lines.Order(StringComparer.Ordinal), read.Order(StringComparer.Ordinal));
    }

    private static async Task ReadAsync(KafkaReader reader, List<string> read, Func<bool> isDone, RsyslogKafka shipper)
    {
        var batch = new RecordBatch();
        for (var watch = Stopwatch.StartNew(); !isDone(); await Task.Delay(10))
        {
            Assert.True(watch.Elapsed < s_patience, $"{read.Count} lines after {watch.Elapsed.TotalSeconds:0} s; {reader.Fault}\n{shipper.Said}");
            foreach (var source in reader.Sources)
            {
                for (batch.Reset(0); source.TryRead(batch); batch.Reset(0))
                {
                    read.AddRange(batch.Records.Select(record => Encoding.UTF8.GetString(batch.Buffer, record.Start, record.Length)));
                }
            }
        }
    }
}
