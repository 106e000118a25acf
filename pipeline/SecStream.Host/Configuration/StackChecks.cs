using SecStream.Connectors.Elasticsearch;
using SecStream.Connectors.Kafka;
using YamlDotNet.RepresentationModel;

namespace SecStream.Host.Configuration;

/// <summary>What must fit together in the sections of Kafka, Elasticsearch and Redis.</summary>
internal static class StackChecks
{
    /// <summary>Adds what does not fit.</summary>
    public static void Check(ConfigurationSection root, ServiceOptions options, ConfigurationIssues issues)
    {
        if (options.Kafka is { } kafka)
        {
            Kafka(root.Section("kafka"), kafka, issues);
        }

        if (options.Elasticsearch is { } elasticsearch)
        {
            Elasticsearch(root.Section("elasticsearch"), elasticsearch, issues);
        }

        if (options.Redis is not null)
        {
            var redis = root.Section("redis");
            NotEmpty(redis, "endpoints", "names no server", "write host:6379, or take the section out", issues);
            OneOf(redis, "password", issues);
            if (redis.Has("username", out var user) && !Mentions(redis, "password_env") && !Mentions(redis, "password_file"))
            {
                issues.Add(user.Node, user.Key, "a user without a password", "add password_env or password_file");
            }
        }

        if (options.Store == StoreChoice.Elasticsearch && options.Elasticsearch is not { Events: true, Alerts: true } && root.Has("store", out var store))
        {
            issues.Add(
                store.Node, store.Key,
                options.Elasticsearch is null ? "there is no section elasticsearch" : "elasticsearch.events or elasticsearch.alerts is off, so not all is there",
                "write 'store: auto', or let Elasticsearch have both");
        }
    }

    private static void Kafka(ConfigurationSection section, KafkaOptions options, ConfigurationIssues issues)
    {
        NotEmpty(section, "brokers", "names no server", "write host:9092, or take the section out", issues);
        Topics(section, options, issues);
        Outputs(section, options, issues);
        foreach (var (name, value) in section.Map("properties").Concat(section.Map("secrets")))
        {
            if (KafkaProperties.WhyRefused(name) is { } why)
            {
                issues.Add(value.Node, value.Key, $"'{name}' can't be set here", why);
            }
        }

        foreach (var (name, value) in section.Map("properties"))
        {
            if (IsSecret(name))
            {
                issues.Add(value.Node, value.Key, "a secret is never written here", $"write kafka.secrets: {{{name}: {{env: VARIABLE}}}} or {{file: PATH}}");
            }
            else if (section.Map("secrets").ContainsKey(name))
            {
                issues.Add(value.Node, value.Key, "stands in kafka.secrets as well", "keep one");
            }
        }

        foreach (var value in section.Map("secrets").Values)
        {
            var place = (ConfigurationSection)value.Value;
            if (Mentions(place, "env") == Mentions(place, "file"))
            {
                issues.Add(value.Node, value.Key, Mentions(place, "env") ? "names two places" : "names no place", "give it one of env and file");
            }
        }
    }

    /// <summary>Beyond the secrets known, what is called one: settings of other clients (<c>ssl.truststore.password</c>) are put into files by habit.</summary>
    private static bool IsSecret(string name) =>
        KafkaProperties.IsSecret(name) || name.Contains("password", StringComparison.Ordinal) || name.Contains("secret", StringComparison.Ordinal);

    private static void Topics(ConfigurationSection section, KafkaOptions options, ConfigurationIssues issues)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        string?[] written = [options.AlertTopic, options.ActionTopic, options.StateTopic];
        foreach (var at in section.List("topics") ?? [])
        {
            var topic = (ConfigurationSection)at.Value;
            if (topic.Has("topic", out var named) == topic.Has("pattern", out var pattern) && Mentions(topic, "topic") == Mentions(topic, "pattern"))
            {
                issues.Add(at.Node, at.Key, named is null ? "names no topic" : "names a topic and a pattern", "give it one of topic and pattern");
            }

            var (name, place) = named is not null ? (((TopicShape.Value)named.Value).Topic!, named) : ((string?)pattern?.Value ?? "", pattern);
            if (place is null)
            {
                continue;
            }

            if (!seen.Add(name))
            {
                issues.Add(place.Node, place.Key, $"{name} is named twice", "name it once");
            }

            if (written.Contains(name))
            {
                issues.Add(place.Node, place.Key, $"{name} is written by SecStream itself, which would read its own output", "take it out, or give the output another name");
            }
        }
    }

    private static void Outputs(ConfigurationSection section, KafkaOptions options, ConfigurationIssues issues)
    {
        var seen = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (key, topic) in ((string, string?)[])[("alerts", options.AlertTopic), ("actions", options.ActionTopic), ("dead_letters", options.DeadLetterTopic), ("state", options.StateTopic)])
        {
            if (topic is not null && !seen.TryAdd(topic, key))
            {
                // One of the two is written there: the defaults differ.
                var at = section.Has(key, out var value) ? value : section.Values[seen[topic]];
                issues.Add(at.Node, at.Key, $"{topic} is the topic of {seen[topic]} as well as of {key}", "give each its own");
            }
        }

        if (options.DeadLetterTopic == "{topic}" && section.Has("dead_letters", out var dead))
        {
            issues.Add(dead.Node, dead.Key, "dead letters would go back into the topic they came from", "write {topic}.dlq");
        }
    }

    private static void Elasticsearch(ConfigurationSection section, ElasticsearchOptions options, ConfigurationIssues issues)
    {
        OneOf(section, "password", issues);
        OneOf(section, "api_key", issues);
        var hasKey = Mentions(section, "api_key_env") || Mentions(section, "api_key_file");
        var hasPassword = Mentions(section, "password_env") || Mentions(section, "password_file");
        if (section.Has("username", out var user))
        {
            if (hasKey)
            {
                issues.Add(user.Node, user.Key, "a user and an API key", "keep one of them; an API key can be limited to what SecStream needs");
            }
            else if (!hasPassword)
            {
                issues.Add(user.Node, user.Key, "a user without a password", "add password_env or password_file");
            }
        }
        else if (hasPassword && !Mentions(section, "username"))
        {
            var at = section.Values.Values.FirstOrDefault(v => v.Key.Contains("password_", StringComparison.Ordinal));
            issues.Add(at?.Node ?? section.Node!, at?.Key ?? section.Key, "a password without a user", "add username");
        }

        foreach (var name in (string[])["ca", "fingerprint"])
        {
            if (section.Has(name, out var tls) && options.Hosts.Count > 0 && options.Hosts.All(host => host.Scheme == "http"))
            {
                issues.Add(tls.Node, tls.Key, "all hosts are http, so no certificate is ever looked at", "write https://… in hosts, or take it out");
            }
        }

        NotEmpty(section, "hosts", "names no host", "write https://host:9200, or take the section out", issues);
    }

    private static void NotEmpty(ConfigurationSection section, string name, string message, string mend, ConfigurationIssues issues)
    {
        // A list whose items can't be used has been complained of; only one without items is empty.
        if (section.Has(name, out var list) && list.Node is not YamlSequenceNode { Children.Count: > 0 } and not YamlScalarNode { Value.Length: > 0 })
        {
            issues.Add(list.Node, list.Key, message, mend);
        }
    }

    private static void OneOf(ConfigurationSection section, string secret, ConfigurationIssues issues)
    {
        if (section.Has(secret + "_env", out _) && section.Has(secret + "_file", out var file))
        {
            issues.Add(file.Node, file.Key, $"{secret}_env is given as well", "keep one of them");
        }
    }

    private static bool Mentions(ConfigurationSection section, string name) =>
        section.Node is YamlMappingNode map && map.Children.ContainsKey(new YamlScalarNode(name));
}
