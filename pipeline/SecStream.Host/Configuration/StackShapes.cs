using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using YamlDotNet.RepresentationModel;

namespace SecStream.Host.Configuration;

/// <summary>Servers to connect to, <c>host:port</c>, several with commas. The value is an array of them.</summary>
internal sealed record ServersShape(int UsualPort) : ScalarShape(FormattableString.Invariant($"use host:port, such as server1:{UsualPort} or [::1]:{UsualPort}"))
{
    private const string Host = @"(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9]([A-Za-z0-9._-]{0,252}))";

    /// <summary>Whether a text is <c>host:port</c>.</summary>
    public static bool IsServer(string text) =>
        Regex.IsMatch(text, $"^{Host}:[0-9]{{1,5}}$", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)
        && ushort.TryParse(text.AsSpan(text.LastIndexOf(':') + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port > 0;

    protected override object? Parse(string text, ConfigurationIssues issues)
    {
        var servers = text.Split(',', StringSplitOptions.TrimEntries);
        return Array.TrueForAll(servers, IsServer) ? servers : null;
    }

    protected override string MendFor(string text) =>
        text.Contains("://", StringComparison.Ordinal) ? $"{Mend}, without {text[..(text.IndexOf("://", StringComparison.Ordinal) + 3)]}" : Mend;

    public override JsonObject Schema() => new() { ["type"] = "string", ["pattern"] = "^[^ ,]+:[0-9]{1,5}( *, *[^ ,]+:[0-9]{1,5})*$" };
}

/// <summary>A node of a cluster by its address; who logs in does not belong in it.</summary>
internal sealed record NodeShape(string Example) : ScalarShape($"use an address such as {Example}")
{
    protected override object? Parse(string text, ConfigurationIssues issues) =>
        Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is "http" or "https" && url is { UserInfo: "", Query: "", Fragment: "", Host.Length: > 0 } ? url : null;

    protected override string Shown(string text) => HasUser(text) ? "an address with a user in it" : base.Shown(text);

    protected override string MendFor(string text) => HasUser(text) ? $"{Mend}; name the user in username, and the password in password_env or password_file" : Mend;

    public override JsonObject Schema() => new() { ["type"] = "string", ["format"] = "uri", ["pattern"] = "^https?://" };

    private static bool HasUser(string text) => text.Contains('@', StringComparison.Ordinal);
}

/// <summary>The name of a Kafka topic; <c>off</c> where one may be left out. The value is a <see cref="Value"/>.</summary>
internal sealed record TopicShape(bool MayBeOff, bool IsTemplate = false)
    : ScalarShape("use up to 249 letters, digits, '.', '_' and '-'" + (IsTemplate ? "; {topic} stands for the topic" : "") + (MayBeOff ? "; or off" : ""))
{
    private const string Placeholder = "{topic}";
    private const string Pattern = "^[A-Za-z0-9._-]{1,249}$";

    /// <summary>A name, or none where <c>off</c> was written.</summary>
    internal sealed record Value(string? Topic);

    protected override object? Parse(string text, ConfigurationIssues issues)
    {
        if (MayBeOff && text == "off")
        {
            return new Value(null);
        }

        var name = IsTemplate ? text.Replace(Placeholder, "t", StringComparison.Ordinal) : text;
        return name is not ("." or "..") && Regex.IsMatch(name, Pattern, RegexOptions.CultureInvariant | RegexOptions.NonBacktracking) ? new Value(text) : null;
    }

    protected override string MendFor(string text) => text.StartsWith('^') ? "a regular expression is written as {pattern: …}" : Mend;

    public override JsonObject Schema() => new() { ["type"] = "string", ["pattern"] = IsTemplate ? "^([A-Za-z0-9._-]|\\{topic\\}){1,249}$" : Pattern };
}

/// <summary>A regular expression for names of topics, from their beginning. The value begins with <c>^</c>, as Kafka's clients tell one from a name.</summary>
internal sealed record TopicPatternShape() : ScalarShape("use a regular expression such as ^logs-.* (without look-around and back references)")
{
    private const int Longest = 500;

    protected override object? Parse(string text, ConfigurationIssues issues)
    {
        var pattern = text.StartsWith('^') ? text : "^" + text;
        try
        {
            _ = new Regex(pattern, RegexOptions.CultureInvariant | RegexOptions.NonBacktracking);
            return pattern.Length <= Longest ? pattern : null;
        }
        catch (Exception fault) when (fault is ArgumentException or NotSupportedException)
        {
            // What the author typed, not a fault of ours: the caller makes an issue of it.
            return null;
        }
    }

    public override JsonObject Schema() => new() { ["type"] = "string", ["minLength"] = 1, ["maxLength"] = Longest };
}

/// <summary>A text of any content, such as a setting that is passed through.</summary>
internal sealed record AnyTextShape() : ScalarShape("use a text, number, true or false")
{
    protected override object? Parse(string text, ConfigurationIssues issues) => text.Any(char.IsControl) ? null : text;

    public override JsonObject Schema() => new() { ["type"] = new JsonArray("string", "number", "boolean") };
}

/// <summary>A map from names of a form to values of one shape.</summary>
internal sealed record MapShape(string NamePattern, string NameForm, Shape Item) : Shape
{
    private const int MaxKeys = 200;

    public override object? Read(YamlNode node, string key, ConfigurationIssues issues)
    {
        var found = new Dictionary<string, ConfigurationValue>(StringComparer.Ordinal);
        if (IsEmpty(node))
        {
            return found;
        }

        if (node is not YamlMappingNode { Children.Count: <= MaxKeys } map)
        {
            issues.Add(node, key, $"is {NameOf(node)}, but up to {MaxKeys} names with values belong here", "write 'name: value' lines");
            return null;
        }

        foreach (var (name, value) in map.Children)
        {
            var text = (name as YamlScalarNode)?.Value ?? "";
            var path = $"{key}.{text}";
            if (!Regex.IsMatch(text, NamePattern, RegexOptions.CultureInvariant | RegexOptions.NonBacktracking))
            {
                issues.Add(name, path, $"'{text}' is no name", $"use {NameForm}");
            }
            else if (Item.Read(value, path, issues) is { } read)
            {
                found[text] = new ConfigurationValue(read, value, path);
            }
        }

        return found;
    }

    public override JsonObject Schema() => new()
    {
        ["type"] = "object",
        ["maxProperties"] = MaxKeys,
        ["propertyNames"] = new JsonObject { ["pattern"] = NamePattern },
        ["additionalProperties"] = Item.Schema(),
    };
}
