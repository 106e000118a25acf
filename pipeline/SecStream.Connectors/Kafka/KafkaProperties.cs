namespace SecStream.Connectors.Kafka;

/// <summary>Which settings of librdkafka a configuration may pass through, and which not. Pure.</summary>
public static class KafkaProperties
{
    private const string Offsets = "positions are part of SecStream's own state";
    private const string Order = "nothing may be lost, doubled or reordered on the way out";
    private const string Memory = "memory is bounded by SecStream itself";

    private static readonly Dictionary<string, string> s_refused = new(StringComparer.Ordinal)
    {
        ["bootstrap.servers"] = "write kafka.brokers",
        ["metadata.broker.list"] = "write kafka.brokers",
        ["group.id"] = "write kafka.group",
        ["group.instance.id"] = "write kafka.member",
        ["group.protocol"] = "members of a group share one brain, which rests on the classic protocol; leave it out",
        ["group.remote.assignor"] = "members of a group share one brain, which rests on the range assignor; leave it out",
        ["partition.assignment.strategy"] = "members of a group share one brain, which rests on the range assignor; leave it out",
        ["auto.offset.reset"] = "a gap must be seen, not jumped over; where reading begins is kafka.start",
        ["enable.auto.commit"] = Offsets + "; leave it out",
        ["auto.commit.enable"] = Offsets + "; leave it out",
        ["auto.commit.interval.ms"] = Offsets + "; leave it out",
        ["enable.auto.offset.store"] = Offsets + "; leave it out",
        ["offset.store.method"] = Offsets + "; leave it out",
        ["offset.store.path"] = Offsets + "; leave it out",
        ["enable.partition.eof"] = "it tells whether a source is caught up; leave it out",
        ["queued.max.messages.kbytes"] = Memory + "; leave it out",
        ["queued.min.messages"] = Memory + "; leave it out",
        ["enable.idempotence"] = Order + "; leave it out",
        ["enable.gapless.guarantee"] = Order + "; leave it out",
        ["acks"] = Order + "; leave it out",
        ["request.required.acks"] = Order + "; leave it out",
        ["retries"] = Order + "; leave it out",
        ["message.send.max.retries"] = Order + "; leave it out",
        ["max.in.flight"] = Order + "; leave it out",
        ["max.in.flight.requests.per.connection"] = Order + "; leave it out",
        ["transactional.id"] = Order + "; leave it out",
        ["partitioner"] = "revisions of an alert must stay in one partition; leave it out",
        ["delivery.report.only.error"] = "every delivery must be known; leave it out",
        ["statistics.interval.ms"] = "nothing reads them; the service has metrics of its own; leave it out",
        ["plugin.library.paths"] = "it loads foreign code into the process; leave it out",
        ["opaque"] = "it is no text; leave it out",
    };

    private static readonly HashSet<string> s_secrets = new(StringComparer.Ordinal)
    {
        "sasl.password", "ssl.key.password", "ssl.keystore.password", "ssl.key.pem", "sasl.oauthbearer.client.secret", "sasl.oauthbearer.config",
    };

    /// <summary>Why a setting may not be passed through, with the mend; null when it may.</summary>
    public static string? WhyRefused(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return s_refused.GetValueOrDefault(name)
            ?? (name.StartsWith("dotnet.", StringComparison.Ordinal) ? "it is a setting of the client library, not of Kafka; leave it out"
                : name.EndsWith("_cb", StringComparison.Ordinal) ? "it is no text; leave it out"
                : null);
    }

    /// <summary>Whether the value is a secret, which has no place in a configuration file.</summary>
    public static bool IsSecret(string name) => s_secrets.Contains(name);

    /// <summary>Everything that is wrong with the settings: which setting, and the mend.</summary>
    public static IReadOnlyList<(string Setting, string Fault)> Faults(KafkaOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var faults = new List<(string, string)>();
        var all = options.Properties.Keys.Concat(options.PropertiesFromEnvironment.Keys).Concat(options.PropertiesFromFiles.Keys);
        foreach (var group in all.GroupBy(name => name, StringComparer.Ordinal))
        {
            if (WhyRefused(group.Key) is { } why)
            {
                faults.Add((group.Key, why));
            }
            else if (IsSecret(group.Key) && options.Properties.ContainsKey(group.Key))
            {
                faults.Add((group.Key, "it is a secret: name the environment variable or the file that has it (kafka.secrets)"));
            }
            else if (group.Count() > 1)
            {
                faults.Add((group.Key, "it is given more than once; keep one"));
            }
        }

        return faults;
    }
}
