using System.Globalization;
using System.Text.Json;

namespace SecStream.Connectors.Redis;

/// <summary>The settings the scripts get as their first argument.</summary>
internal static class RedisSettings
{
    private const int SeenCount = 1_000_000;
    private const int ListCount = 1_000;
    private const int AlertsPerAction = 100;

    /// <summary>As JSON.</summary>
    /// <param name="options">Settings.</param>
    /// <param name="now">The time.</param>
    /// <param name="place">Place in the outbox behind the entries; null to leave it.</param>
    /// <param name="isAgain">They were delivered before, and the server has lost them: actions count from the event, not from now.</param>
    public static byte[] Write(RedisOptions options, DateTimeOffset now, long? place, bool isAgain)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartObject();
            json.WriteString("prefix", options.Prefix);
            json.WriteNumber("now", now.ToUnixTimeMilliseconds() / 1000.0);
            json.WriteNumber("keep", Seconds(options.Keep));
            json.WriteNumber("keepCounts", Seconds(options.KeepCounts));
            json.WriteNumber("keepEvents", Seconds(options.KeepEvents));
            json.WriteNumber("recentCount", options.RecentCount);
            json.WriteNumber("entityCount", options.EntityCount);
            json.WriteNumber("actionCount", options.ActionCount);
            json.WriteNumber("actionMaxAge", Seconds(options.ActionMaxAge));
            json.WriteNumber("alertsPerAction", AlertsPerAction);
            json.WriteNumber("listCount", ListCount);
            json.WriteNumber("seenCount", SeenCount);
            json.WriteBoolean("again", isAgain);

            // As text: the scripts' numbers are exact only up to 2^53.
            json.WriteString("place", place?.ToString(CultureInfo.InvariantCulture) ?? "");
            json.WriteEndObject();
        }

        return stream.ToArray();
    }

    private static long Seconds(TimeSpan span) => Math.Max(1, (long)span.TotalSeconds);
}
