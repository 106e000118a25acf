using Confluent.Kafka;

namespace SecStream.Connectors.Kafka.Output;

/// <summary>Says why Kafka did not do what was asked, in words a person can act on: name, address, TLS, sign-in and rights are told apart.</summary>
internal static class KafkaFault
{
    /// <summary>A failed write.</summary>
    /// <param name="topic">Topic.</param>
    /// <param name="error">What was reported.</param>
    /// <param name="said">What the client said last of its connections.</param>
    public static string Describe(string topic, Error error, string? said)
    {
        var cause = said is null || error.Code is ErrorCode.TopicAuthorizationFailed or ErrorCode.UnknownTopicOrPart ? "" : $"; the client says: {said}";
        var mend = Mend(error.Code, said, topic, "Write");
        return $"kafka topic {topic}: {error.Reason}{cause}{(mend is null ? "" : $". {mend}")}";
    }

    /// <summary>What mends it; null when there is nothing to do but to wait.</summary>
    /// <param name="code">What was reported.</param>
    /// <param name="said">What the client said of its connections.</param>
    /// <param name="topic">The topic concerned; null: none.</param>
    /// <param name="right">The right that was used on it: Read, Write, Describe …</param>
    public static string? Mend(ErrorCode code, string? said, string? topic, string right) => code switch
    {
        ErrorCode.TopicAuthorizationFailed => $"Give the right: {KafkaCommands.AllowTopic(topic ?? "TOPIC", right)}",
        ErrorCode.ClusterAuthorizationFailed => $"Give the right: {KafkaCommands.AllowCluster("IdempotentWrite")}",
        ErrorCode.UnknownTopicOrPart or ErrorCode.Local_UnknownTopic => $"Make the topic: {KafkaCommands.Create(topic ?? "TOPIC", null)}",
        ErrorCode.NotEnoughReplicas or ErrorCode.NotEnoughReplicasAfterAppend =>
            "Fewer copies are in sync than the topic's min.insync.replicas asks for: start the brokers that are down, or lower it",
        ErrorCode.Local_Resolve => "Check the name in kafka.brokers, and that this machine can resolve it (getent hosts NAME)",
        ErrorCode.Local_Ssl => OfTls(said),
        ErrorCode.Local_Authentication or ErrorCode.SaslAuthenticationFailed or ErrorCode.UnsupportedSaslMechanism => OfSignIn(said),
        _ => said is null ? null : OfWords(said),
    };

    /// <summary>What is wrong with a connection, when the client's words tell more than its code.</summary>
    public static ErrorCode Refine(ErrorCode code, string said)
    {
        if (code is not (ErrorCode.Local_Transport or ErrorCode.Local_AllBrokersDown or ErrorCode.Local_TimedOut or ErrorCode.Local_MsgTimedOut or ErrorCode.NoError or ErrorCode.Local_Fail))
        {
            return code;
        }

        return Has(said, "resolve") ? ErrorCode.Local_Resolve
            : Has(said, "SSL handshake") || Has(said, "SSL_HANDSHAKE") || Has(said, "certificate") || Has(said, "ssl.") ? ErrorCode.Local_Ssl
            : Has(said, "SASL") && !Has(said, "might require") ? ErrorCode.Local_Authentication
            : code;
    }

    private static string? OfWords(string said)
    {
        var code = Refine(ErrorCode.Local_Transport, said);
        if (code != ErrorCode.Local_Transport)
        {
            return Mend(code, said, null, "");
        }

        return Has(said, "security.protocol") || Has(said, "might require") ? "The broker speaks another protocol: set security.protocol in kafka.properties (PLAINTEXT, SSL, SASL_PLAINTEXT, SASL_SSL)"
            : Has(said, "refused") ? "Nothing listens there: check host and port in kafka.brokers, and that the broker runs"
            : Has(said, "timed out") || Has(said, "unreachable") ? "The broker does not answer: check host and port in kafka.brokers, firewalls, and the broker's advertised.listeners"
            : null;
    }

    private static string OfTls(string? said) =>
        said is not null && (Has(said, "verif") || Has(said, "unknown ca"))
            ? "The broker's certificate is not signed by a known authority: set ssl.ca.location in kafka.properties to the file of its CA"
            : said is not null && Has(said, "match")
                ? "The broker's certificate is for another name: use that name in kafka.brokers"
                : said is not null && (Has(said, "PLAINTEXT") || Has(said, "wrong version") || (Has(said, "Disconnected") && Has(said, "SSL_HANDSHAKE")))
                    ? "The port does not speak TLS: use the broker's TLS port, or security.protocol PLAINTEXT in kafka.properties"
                    : "Check ssl.ca.location, ssl.certificate.location and ssl.key.location in kafka.properties";

    private static string OfSignIn(string? said) =>
        said is not null && (Has(said, "supported mechanisms") || Has(said, "Unsupported SASL"))
            ? "The broker offers other mechanisms: set sasl.mechanism in kafka.properties to one of them"
            : "User or password are not accepted: check sasl.username in kafka.properties, and where kafka.secrets takes sasl.password from";

    private static bool Has(string text, string part) => text.Contains(part, StringComparison.OrdinalIgnoreCase);
}
