using System.Globalization;
using System.Text;

namespace SecStream.Connectors.Kafka.Output;

/// <summary>The commands of a Kafka distribution that an administrator runs, word for word save what SecStream can't know.</summary>
internal static class KafkaCommands
{
    private const string AnyServer = "BROKER:PORT";
    private const string AnyUser = "User:NAME";
    private const string Server = "--bootstrap-server " + AnyServer;

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

    /// <summary>Changes a setting of a topic.</summary>
    public static string Set(string topic, string setting) => $"kafka-configs.sh {Server} --alter --entity-type topics --entity-name {topic} --add-config {setting}";

    /// <summary>Commands with the names of a cluster in their places, as far as the configuration has them.</summary>
    public static string For(KafkaOptions options, string commands)
    {
        var named = commands.Replace(AnyServer, options.Brokers[0], StringComparison.Ordinal);
        return options.Properties.GetValueOrDefault("sasl.username") is { } user && user.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-' or '@')
            ? named.Replace(AnyUser, "User:" + user, StringComparison.Ordinal)
            : named;
    }

    /// <summary>Gives a right on the cluster.</summary>
    public static string AllowCluster(string right) => $"kafka-acls.sh {Server} --add --allow-principal User:NAME --operation {right} --cluster";
}
