using System.Net;
using YamlDotNet.RepresentationModel;

namespace SecStream.Host.Configuration;

/// <summary>What must fit together, and is not a matter of one key alone.</summary>
internal static class ConfigurationChecks
{
    /// <summary>Adds what does not fit.</summary>
    public static void Check(ConfigurationSection root, ServiceOptions options, ConfigurationIssues issues)
    {
        if (options.Pipeline.Horizon < options.Pipeline.Lateness)
        {
            var at = root.Has("horizon", out var horizon) ? horizon : root.Values["lateness"];
            issues.Add(
                at.Node, at.Key,
                $"horizon ({DurationShape.Format(options.Pipeline.Horizon)}) is shorter than lateness ({DurationShape.Format(options.Pipeline.Lateness)})",
                "an event is late first and too late then: raise horizon, or lower lateness");
        }

        Listen(root, options, issues);
        Keys(root.Section("http"), issues);
        Files(root, issues);
        StackChecks.Check(root, options, issues);
    }

    /// <summary>Whether only this machine reaches an address.</summary>
    public static bool IsLoopback(IPEndPoint endpoint) =>
        IPAddress.IsLoopback(endpoint.Address.IsIPv4MappedToIPv6 ? endpoint.Address.MapToIPv4() : endpoint.Address);

    private static void Listen(ConfigurationSection root, ServiceOptions options, ConfigurationIssues issues)
    {
        var http = root.Section("http");
        if (options.Http.Listen is { } listen && !IsLoopback(listen) && http.Has("listen", out var value) && http.List("keys") is not { Count: > 0 } && !KeysAreBroken(http))
        {
            issues.Add(value.Node, value.Key, $"{listen} is reachable from outside, and no keys are configured", "add http.keys, or listen on 127.0.0.1");
        }

        if (options.Http.RequireKey && http.Has("require_key", out var require) && http.List("keys") is not { Count: > 0 } && !KeysAreBroken(http))
        {
            issues.Add(require.Node, require.Key, "a key is required, and none are configured", "add http.keys");
        }

        if (options.Http.Listen is { Port: > 0 } a && options.Syslog.Tcp is { Port: > 0 } b && a.Port == b.Port && Overlap(a.Address, b.Address))
        {
            var at = http.Has("listen", out var one) ? one : root.Section("syslog").Values["tcp"];
            issues.Add(at.Node, at.Key, $"http.listen ({a}) and syslog.tcp ({b}) are one address", "give one of them another port");
        }
    }

    private static bool Overlap(IPAddress a, IPAddress b) =>
        a.Equals(b) || a.Equals(IPAddress.IPv6Any) || b.Equals(IPAddress.IPv6Any)
        || (a.AddressFamily == b.AddressFamily && (a.Equals(IPAddress.Any) || b.Equals(IPAddress.Any)));

    /// <summary>Keys stand there and could not be read: what is wrong with them has been said.</summary>
    private static bool KeysAreBroken(ConfigurationSection http) =>
        http.Node is YamlMappingNode map && map.Children.TryGetValue(new YamlScalarNode("keys"), out var keys) && keys is YamlSequenceNode { Children.Count: > 0 };

    private static void Keys(ConfigurationSection http, ConfigurationIssues issues)
    {
        var names = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var (key, at) in (http.List("keys") ?? []).Select(k => ((ConfigurationSection)k.Value, k)))
        {
            var (inVariable, inFile) = (Mentions(key, "secret_env"), Mentions(key, "secret_file"));
            if (inVariable == inFile)
            {
                issues.Add(at.Node, at.Key, inFile ? "names two secrets" : "names no secret", "give it one of secret_env and secret_file");
            }

            if (key.Has("name", out var name) && !names.Add((string)name.Value))
            {
                issues.Add(name.Node, name.Key, $"another key is called '{name.Value}'", "names are told apart without case; give each its own");
            }
        }
    }

    private static bool Mentions(ConfigurationSection section, string name) =>
        section.Node is YamlMappingNode map && map.Children.ContainsKey(new YamlScalarNode(name));

    private static void Files(ConfigurationSection root, ConfigurationIssues issues)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var file in root.List("files") ?? [])
        {
            if (((ConfigurationSection)file.Value).Has("path", out var path) && !seen.Add((string)path.Value))
            {
                issues.Add(path.Node, path.Key, $"{path.Value} is named twice", "name it once");
            }
        }
    }
}
