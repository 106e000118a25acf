using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using SecStream.Stages.Rules.Loading;
using SecStream.Training.Schedule;
using YamlDotNet.RepresentationModel;

namespace SecStream.Host.Configuration;

/// <summary>A single value.</summary>
internal abstract record ScalarShape(string Mend) : Shape
{
    private const int Longest = 4096;

    public sealed override object? Read(YamlNode node, string key, ConfigurationIssues issues)
    {
        if (node is not YamlScalarNode { Value: { Length: > 0 and <= Longest } text } || IsEmpty(node))
        {
            issues.Add(node, key, IsEmpty(node) ? "has no value" : $"is {NameOf(node)}, but one short value belongs here", Mend);
            return null;
        }

        if (Parse(text, issues) is { } value)
        {
            return value;
        }

        issues.Add(node, key, $"{Shown(text)} can't be used", MendFor(text));
        return null;
    }

    /// <summary>The value, or null when the text is none.</summary>
    protected abstract object? Parse(string text, ConfigurationIssues issues);

    /// <summary>The text as messages name it; where it may hold a secret, not its content.</summary>
    protected virtual string Shown(string text) => $"'{text}'";

    /// <summary>What to write instead.</summary>
    protected virtual string MendFor(string text) => Mend;
}

/// <summary>A text of a form. One that is hidden may be a secret put into the wrong place: no message repeats it.</summary>
internal sealed record TextShape(string Pattern, string Form, bool IsHidden = false) : ScalarShape($"use {Form}")
{
    protected override string Shown(string text) => IsHidden ? "what stands here" : base.Shown(text);

    protected override object? Parse(string text, ConfigurationIssues issues) => Regex.IsMatch(text, Pattern, RegexOptions.CultureInvariant | RegexOptions.NonBacktracking) ? text : null;

    public override JsonObject Schema() => new() { ["type"] = "string", ["pattern"] = Pattern };
}

/// <summary>Times of a schedule, as a cron expression with seconds.</summary>
internal sealed record CronShape() : ScalarShape($"use six fields (seconds, minutes, hours, day of month, month, day of week), such as '{TrainingSchedule.Default}'")
{
    protected override object? Parse(string text, ConfigurationIssues issues) => TrainingSchedule.FaultOf(text) is null ? text : null;

    public override JsonObject Schema() => new() { ["type"] = "string", ["pattern"] = @"^\S+( +\S+){5,6}$" };
}

/// <summary>One of some words.</summary>
internal sealed record ChoiceShape(params string[] Words) : ScalarShape($"use one of {string.Join(", ", Words)}")
{
    protected override object? Parse(string text, ConfigurationIssues issues) => Array.Find(Words, w => w == text);

    protected override string MendFor(string text) => Suggestion.For(text, Words) is { Length: > 0 } near ? near : Mend;

    public override JsonObject Schema() => new() { ["enum"] = new JsonArray([.. Words.Select(w => (JsonNode)w)]) };
}

/// <summary>A whole number.</summary>
internal sealed record NumberShape(int Least, int Most) : ScalarShape($"use a whole number from {Least} to {Most}")
{
    protected override object? Parse(string text, ConfigurationIssues issues) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= Least && number <= Most ? number : null;

    public override JsonObject Schema() => new() { ["type"] = "integer", ["minimum"] = Least, ["maximum"] = Most };
}

/// <summary>A number from 0 to 1.</summary>
internal sealed record RatioShape() : ScalarShape("use a number from 0 to 1, such as 0.05")
{
    protected override object? Parse(string text, ConfigurationIssues issues) =>
        double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) && number is >= 0 and <= 1 ? number : null;

    public override JsonObject Schema() => new() { ["type"] = "number", ["minimum"] = 0, ["maximum"] = 1 };
}

/// <summary>Yes or no.</summary>
internal sealed record FlagShape() : ScalarShape("use true or false")
{
    protected override object? Parse(string text, ConfigurationIssues issues) => text switch { "true" => true, "false" => false, _ => null };

    public override JsonObject Schema() => new() { ["type"] = "boolean" };
}

/// <summary>A whole number with <c>s</c>, <c>m</c>, <c>h</c>, <c>d</c> or <c>y</c> (365 d).</summary>
internal sealed record DurationShape(TimeSpan Least, TimeSpan Most) : ScalarShape($"use a duration from {Format(Least)} to {Format(Most)}, such as 30s, 15m, 1h, 7d or 3y")
{
    private static readonly (char Unit, TimeSpan Span)[] s_units =
        [('y', TimeSpan.FromDays(365)), ('d', TimeSpan.FromDays(1)), ('h', TimeSpan.FromHours(1)), ('m', TimeSpan.FromMinutes(1)), ('s', TimeSpan.FromSeconds(1))];

    /// <summary>The duration in its largest unit that has no rest.</summary>
    public static string Format(TimeSpan span)
    {
        var (unit, size) = Array.Find(s_units, u => span.Ticks % u.Span.Ticks == 0 && span >= u.Span);
        return size == default ? string.Create(CultureInfo.InvariantCulture, $"{span.TotalSeconds}s") : string.Create(CultureInfo.InvariantCulture, $"{span.Ticks / size.Ticks}{unit}");
    }

    protected override object? Parse(string text, ConfigurationIssues issues)
    {
        var size = Array.Find(s_units, u => u.Unit == text[^1]).Span;
        return size != default && long.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            && number <= Most.Ticks / size.Ticks && TimeSpan.FromTicks(number * size.Ticks) is var span && span >= Least
            ? span
            : null;
    }

    public override JsonObject Schema() => new() { ["type"] = "string", ["pattern"] = "^[0-9]+[smhdy]$" };
}

/// <summary>A number of bytes, with KiB, MiB, GiB, TiB (powers of 1 024) or KB, MB, GB, TB (of 1 000).</summary>
internal sealed record SizeShape(long Least, long Most) : ScalarShape($"use a size from {Format(Least)} to {Format(Most)}, such as 512MiB or 10GiB")
{
    private static readonly (string Unit, long Size)[] s_units =
    [
        ("TiB", 1L << 40), ("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10),
        ("TB", 1_000_000_000_000), ("GB", 1_000_000_000), ("MB", 1_000_000), ("KB", 1000), ("B", 1), ("", 1),
    ];

    /// <summary>The size in its largest binary unit that has no rest.</summary>
    public static string Format(long bytes)
    {
        var (unit, size) = Array.Find(s_units[..4], u => bytes >= u.Size && bytes % u.Size == 0);
        return size == 0 ? string.Create(CultureInfo.InvariantCulture, $"{bytes}B") : string.Create(CultureInfo.InvariantCulture, $"{bytes / size}{unit}");
    }

    protected override object? Parse(string text, ConfigurationIssues issues)
    {
        var digits = text.TakeWhile(char.IsAsciiDigit).Count();
        var (unit, size) = Array.Find(s_units, u => u.Unit.Equals(text[digits..].Trim(), StringComparison.OrdinalIgnoreCase));
        return unit is not null && long.TryParse(text.AsSpan(0, digits), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            && number <= Most / size && number * size >= Least
            ? number * size
            : null;
    }

    public override JsonObject Schema() => new() { ["type"] = new JsonArray("string", "integer"), ["pattern"] = "^[0-9]+ ?([KkMmGgTt][Ii]?)?[Bb]?$" };
}

/// <summary>An address to listen on: <c>127.0.0.1:8080</c>, <c>[::1]:8080</c>, <c>localhost:8080</c>, <c>*:8080</c>; <c>off</c>.</summary>
internal sealed record EndpointShape() : ScalarShape("use ADDRESS:PORT, such as 127.0.0.1:8080, [::1]:8080 or 0.0.0.0:8080; or off")
{
    /// <summary>An endpoint, or none where <c>off</c> was written.</summary>
    internal sealed record Value(IPEndPoint? Endpoint);

    protected override object? Parse(string text, ConfigurationIssues issues)
    {
        if (text == "off")
        {
            return new Value(null);
        }

        var colon = text.LastIndexOf(':');
        if (colon <= 0 || !ushort.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port))
        {
            return null;
        }

        var host = text[..colon];
        var address = host switch
        {
            "localhost" => IPAddress.Loopback,
            "*" => IPAddress.IPv6Any,
            ['[', .. var inner, ']'] when inner.Contains(':', StringComparison.Ordinal) && IPAddress.TryParse(inner, out var six) => six,
            _ when !host.Contains(':', StringComparison.Ordinal) && host.Count(c => c == '.') == 3 && IPAddress.TryParse(host, out var four) => four,
            _ => null,
        };
        return address is null ? null : new Value(new IPEndPoint(address, port));
    }

    public override JsonObject Schema() => new() { ["type"] = "string", ["pattern"] = "^(off|[^ ]+:[0-9]{1,5})$" };
}

/// <summary>A path; a relative one is relative to the configuration file. The value is absolute.</summary>
internal sealed record PathShape(bool MustExist) : ScalarShape("name a file or folder")
{
    protected override object? Parse(string text, ConfigurationIssues issues)
    {
        if (text.Contains('\0', StringComparison.Ordinal))
        {
            return null;
        }

        var path = Path.GetFullPath(Path.Combine(issues.Folder, text));
        return !MustExist || Path.Exists(path) ? path : null;
    }

    protected override string MendFor(string text) => MustExist ? "there is no such file or folder; relative paths are relative to the configuration file" : Mend;

    public override JsonObject Schema() => new() { ["type"] = "string", ["minLength"] = 1 };
}

/// <summary>A time zone by its IANA name.</summary>
internal sealed record ZoneShape() : ScalarShape("use an IANA name such as Europe/Berlin or UTC")
{
    protected override object? Parse(string text, ConfigurationIssues issues) => TimeZoneInfo.TryFindSystemTimeZoneById(text, out var zone) ? zone : null;

    public override JsonObject Schema() => new() { ["type"] = "string", ["minLength"] = 1 };
}

/// <summary>An http or https address.</summary>
internal sealed record UrlShape() : ScalarShape("use an address such as http://127.0.0.1:4317")
{
    protected override object? Parse(string text, ConfigurationIssues issues) =>
        Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is "http" or "https" && url.UserInfo.Length == 0 ? url : null;

    public override JsonObject Schema() => new() { ["type"] = "string", ["format"] = "uri", ["pattern"] = "^https?://" };
}
