using System.Text;

namespace SecStream.Connectors.Redis;

/// <summary>
/// What can be told of an event document without parsing it: this looks at every event of the pipeline. A text that only looks like a field makes an event
/// be looked at in vain, no more.
/// </summary>
internal static class RedisEventLine
{
    private const int LongestAction = 64;

    private static ReadOnlySpan<byte> Dotted => "\"event.action\":\""u8;

    private static ReadOnlySpan<byte> Nested => "\"action\":\""u8;

    /// <summary>Its action belongs to a category.</summary>
    public static bool IsOfCategory(ReadOnlySpan<byte> line) => RedisCategories.Of(ActionOf(line)) is not null;

    /// <summary>It is of high or critical severity, or belongs into a list of the guides.</summary>
    public static bool IsSerious(ReadOnlySpan<byte> line) =>
        ActionOf(line) is var action && (RedisCategories.IsRateLimit(action) || RedisCategories.ListOf(action) is not null)
        || line.IndexOf("\"secstream.severity\":\"critical\""u8) >= 0 || line.IndexOf("\"secstream.severity\":\"high\""u8) >= 0;

    /// <summary>The action, if it is one of the table.</summary>
    private static string? ActionOf(ReadOnlySpan<byte> line)
    {
        var start = line.IndexOf(Dotted) is >= 0 and var dotted ? dotted + Dotted.Length : line.IndexOf(Nested) is >= 0 and var nested ? nested + Nested.Length : -1;
        if (start < 0 || line[start..].IndexOf((byte)'"') is not (> 0 and <= LongestAction and var length))
        {
            return null;
        }

        Span<char> text = stackalloc char[LongestAction];
        return RedisCategories.Known(text[..Encoding.UTF8.GetChars(line.Slice(start, length), text)]);
    }
}
