using System.Globalization;
using System.Text;

namespace SecStream.Connectors.Kafka.Output;

/// <summary>The commands of a Kafka distribution that an administrator runs, word for word save what SecStream can't know.</summary>
internal static class KafkaCommands
{
    private const string Server = "--bootstrap-server BROKER:PORT";

    /// <summary>Makes a topic.</summary>
    public static string Create(string topic, KafkaTopicPlan? plan)
    {
        var command = new StringBuilder($"kafka-topics.sh {Server} --create --if-not-exists --topic {topic}");
        if (plan is not null)
        {
            command.Append(CultureInfo.InvariantCulture, $" --partitions {plan.Partitions}");
            if (plan.Replication is { } copies)
            {
                command.Append(CultureInfo.InvariantCulture, $" --replication-factor {copies}");
            }

            foreach (var (key, value) in plan.Settings)
            {
                command.Append(CultureInfo.InvariantCulture, $" --config {key}={value}");
            }
        }

        return command.ToString();
    }

    /// <summary>Gives a right on a topic.</summary>
    public static string AllowTopic(string topic, string right) =>
        topic.StartsWith('^')
            ? $"kafka-acls.sh {Server} --add --allow-principal User:NAME --operation {right} --topic PREFIX --resource-pattern-type prefixed"
            : $"kafka-acls.sh {Server} --add --allow-principal User:NAME --operation {right} --topic {topic}";

    /// <summary>Gives a right on a group.</summary>
    public static string AllowGroup(string group) => $"kafka-acls.sh {Server} --add --allow-principal User:NAME --operation Read --group {group}";

    /// <summary>Gives a right on the cluster.</summary>
    public static string AllowCluster(string right) => $"kafka-acls.sh {Server} --add --allow-principal User:NAME --operation {right} --cluster";
}
