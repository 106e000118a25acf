namespace SecStream.Host.Configuration;

/// <summary>
/// What follows for the sources from what is configured. Who reads Kafka did not ask for the logs of this machine; and what a group shares must be
/// readable by each of its members, which local sources are not.
/// </summary>
internal static class SourceChoice
{
    /// <summary>Settles what depends on each other, after the command line.</summary>
    /// <exception cref="ConfigurationException">A group and local sources are asked for at once.</exception>
    public static ServiceOptions Settle(ServiceOptions options, LoadedConfiguration file)
    {
        if (options.Kafka is not { Topics.Count: > 0 } kafka)
        {
            return options;
        }

        var hasSyslog = file.Lines.Keys.Any(key => key.StartsWith("syslog", StringComparison.Ordinal));
        options = options with
        {
            Files = options.Files ?? [],
            Syslog = hasSyslog ? options.Syslog : options.Syslog with { Udp = null, Tcp = null },
        };
        if (kafka.StateTopic is null || Local(options) is not { } local)
        {
            return options;
        }

        if (file.Lines.TryGetValue("kafka.state", out var line))
        {
            throw new ConfigurationException(
                $"{file.Path}:{line}: kafka.state: members of a group take each other's place, and no other member has {local}; ship those to a topic, or write 'state: off' and run one member");
        }

        return options with { Kafka = kafka with { StateTopic = null } };
    }

    private static string? Local(ServiceOptions options) => options switch
    {
        { Files: [var first, ..] } => first.Path,
        { Syslog.Udp: { } udp } => $"what comes to syslog.udp ({udp})",
        { Syslog.Tcp: { } tcp } => $"what comes to syslog.tcp ({tcp})",
        _ => null,
    };
}
