using Confluent.Kafka;

namespace SecStream.Connectors.Kafka.Source;

/// <summary>What an error of the cluster means, and the mend. Pure.</summary>
internal static class KafkaFaultText
{
    /// <summary>A sentence for people; the reason that librdkafka gives is in it.</summary>
    public static string Of(Error error, KafkaOptions options, string? topic = null)
    {
        var mend = Mend(error.Code, options, topic);
        return $"kafka {string.Join(',', options.Brokers)}: {(topic is null ? "" : $"topic {topic}: ")}{error.Reason} ({error.Code}){(mend is null ? "" : $"; {mend}")}";
    }

    /// <summary>Whether it is about the way to the brokers: it is over as soon as one answers.</summary>
    public static bool IsConnection(ErrorCode code) =>
        code is ErrorCode.Local_Transport or ErrorCode.Local_AllBrokersDown or ErrorCode.Local_Resolve or ErrorCode.Local_Ssl or ErrorCode.Local_Authentication
            or ErrorCode.Local_TimedOut or ErrorCode.SaslAuthenticationFailed or ErrorCode.Local_CritSysResource;

    private static string? Mend(ErrorCode code, KafkaOptions options, string? topic) => code switch
    {
        ErrorCode.Local_Resolve => "check the names in kafka.brokers, and the advertised.listeners of the brokers",
        ErrorCode.Local_AllBrokersDown or ErrorCode.Local_Transport => "it goes on by itself when a broker can be reached",
        ErrorCode.Local_Ssl => "check kafka.properties: security.protocol, ssl.ca.location",
        ErrorCode.Local_Authentication or ErrorCode.SaslAuthenticationFailed => "check kafka.properties: sasl.mechanisms, sasl.username, and the secret sasl.password",
        ErrorCode.TopicAuthorizationFailed =>
            $"give the right: kafka-acls.sh --bootstrap-server {options.Brokers[0]} --add --allow-principal User:NAME --operation Read --operation Describe --topic {topic ?? "TOPIC"}",
        ErrorCode.GroupAuthorizationFailed =>
            $"give the right: kafka-acls.sh --bootstrap-server {options.Brokers[0]} --add --allow-principal User:NAME --operation Read --group {options.Group}",
        ErrorCode.UnknownTopicOrPart or ErrorCode.Local_UnknownTopic => "create the topic, or take it out of kafka.topics",
        ErrorCode.FencedInstanceId or ErrorCode.Local_Fenced =>
            $"another process runs under the member name {options.Member ?? "of this data folder"}; stop it, or give each its own kafka.member, then restart",
        ErrorCode.UnsupportedForMessageFormat or ErrorCode.UnsupportedVersion => "brokers from 0.11 on are needed",
        _ => null,
    };
}
