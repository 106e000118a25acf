using Confluent.Kafka;
using SecStream.Connectors.Kafka.Output;
using SecStream.Connectors.Kafka.Topics;

namespace SecStream.Connectors.Tests.Kafka.Topics;

/// <summary>A cluster's administration in memory: what the mock brokers don't know (creating, settings, groups) follows rights that a test sets.</summary>
internal sealed class FakeKafkaAdmin : IKafkaAdmin
{
    public List<string> Brokers { get; } = ["b1:9092", "b2:9092", "b3:9092"];

    public Dictionary<string, KafkaTopicState> Topics { get; } = new(StringComparer.Ordinal);

    public Dictionary<string, Dictionary<string, string>> Settings { get; } = new(StringComparer.Ordinal);

    /// <summary>What creating a topic is answered with; null: it is made.</summary>
    public Func<string, Error?> OnCreate { get; set; } = _ => null;

    /// <summary>What is answered when settings are asked for; null: they are told.</summary>
    public Error? SettingsFault { get; set; }

    public KafkaGroupState? Group { get; set; }

    public List<string> Made { get; } = [];

    public string? LastSaid => null;

    public void Add(string topic, int copies = 3, int inSync = 3, params (string Name, string Value)[] settings)
    {
        Topics[topic] = new KafkaTopicState(topic, 6, copies, inSync, null);
        Settings[topic] = settings.ToDictionary(s => s.Name, s => s.Value, StringComparer.Ordinal);
    }

    public Task<KafkaClusterView> LookAsync(IEnumerable<string> names, CancellationToken cancellation) =>
        Task.FromResult(new KafkaClusterView(Brokers, Topics.ToDictionary(StringComparer.Ordinal)));

    public Task<Error?> CreateAsync(KafkaTopicPlan plan, bool isTrial, CancellationToken cancellation)
    {
        var error = OnCreate(plan.Topic);
        if (error is null && !isTrial)
        {
            Made.Add(plan.Topic);
            Add(plan.Topic, plan.Replication ?? 1, plan.Replication ?? 1, [.. plan.Settings.Select(s => (s.Key, s.Value))]);
            Topics[plan.Topic] = Topics[plan.Topic] with { Partitions = plan.Partitions };
        }

        return Task.FromResult(error);
    }

    public Task<(IReadOnlyDictionary<string, string> Settings, Error? Fault)> SettingsAsync(string topic, CancellationToken cancellation) =>
        Task.FromResult<(IReadOnlyDictionary<string, string>, Error?)>((Settings.GetValueOrDefault(topic) ?? [], SettingsFault));

    public Task<KafkaGroupState?> GroupAsync(string group, CancellationToken cancellation) => Task.FromResult(Group);

    public void Dispose()
    {
    }
}
