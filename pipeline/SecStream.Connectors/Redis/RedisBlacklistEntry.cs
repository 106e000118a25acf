using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using SecStream.Connectors.Embedded;
using SecStream.Core.Events;

namespace SecStream.Connectors.Redis;

/// <summary>An entry of the blacklist as Redis holds it: JSON when this program wrote it, or a reason in plain words when somebody else did.</summary>
/// <param name="Value">Canonical address or network.</param>
/// <param name="Reason">Why.</param>
/// <param name="By">Who.</param>
/// <param name="At">When, µs; null: it does not say.</param>
/// <param name="Expires">From when on it no longer counts, µs; null: never.</param>
internal sealed record RedisBlacklistEntry(string Value, string Reason, string By, long? At, long? Expires)
{
    /// <summary>Whom an entry is from that names nobody.</summary>
    public const string Nobody = "redis";

    private const int MaxReason = 500;
    private const int MaxBy = 100;
    private const int FingerprintDigits = 24;
    private const long MillisecondsFrom = 100_000_000_000;
    private static readonly DateTimeOffset s_latest = new(9999, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>What both sides must agree in: reason and expiry. Who and when may differ.</summary>
    public string Fingerprint => FingerprintOf(Reason, Expires);

    /// <summary>What both sides must agree in.</summary>
    public static string FingerprintOf(BlacklistEntry entry) => FingerprintOf(entry.Reason, entry.Expires);

    /// <summary>An entry of the embedded list in the form in which it is written here.</summary>
    public static byte[] Write(BlacklistEntry entry)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, RedisItems.Json))
        {
            json.WriteStartObject();
            json.WriteString("reason", entry.Reason);
            json.WriteString("by", entry.By);
            json.WriteString("at", Time(entry.At));
            if (entry.Expires is { } expires)
            {
                json.WriteString("expires", Time(expires));
            }

            json.WriteEndObject();
        }

        return stream.ToArray();
    }

    /// <summary>Reads a field of the hash.</summary>
    /// <param name="field">The address or network as somebody wrote it.</param>
    /// <param name="text">Plain words, or <c>{"reason":…,"expires":…,"ttl":…,"by":…}</c>.</param>
    /// <param name="now">The time, µs: from it a <c>ttl</c> (seconds) counts.</param>
    /// <exception cref="ArgumentException">It can't be used; the message says what to write.</exception>
    public static RedisBlacklistEntry Read(string field, byte[] text, long now)
    {
        var value = BlacklistAddress.Canonical(field);
        if (text.Length == 0 || text[0] != (byte)'{')
        {
            return new RedisBlacklistEntry(value, Plain(Encoding.UTF8.GetString(text), MaxReason), Nobody, null, null);
        }

        try
        {
            using var json = JsonDocument.Parse(text);
            var root = json.RootElement;
            var at = Instant(root, "at") is { } given ? Math.Min(given, now) : (long?)null;
            var expires = Instant(root, "expires");
            if (expires is null && root.TryGetProperty("ttl", out var ttl))
            {
                expires = ttl.ValueKind == JsonValueKind.Number && ttl.TryGetDouble(out var seconds) && seconds is > 0 and < 1e10
                    ? (at ?? now) + (long)(seconds * EventClock.Second)
                    : throw new ArgumentException("ttl: write seconds, like {\"reason\":\"scanner\",\"ttl\":3600}");
            }

            return new RedisBlacklistEntry(
                value, Plain(TextOf(root, "reason"), MaxReason), Plain(TextOf(root, "by"), MaxBy) is { Length: > 0 } by ? by : Nobody, at, expires);
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException)
        {
            throw new ArgumentException("begins like JSON and is none; write {\"reason\":\"scanner\",\"ttl\":3600}, or the reason in plain words", fault);
        }
    }

    /// <summary>As an entry of the embedded list.</summary>
    public BlacklistEntry ToEmbedded(long now) => new(Value, Reason, By, At ?? now, Expires);

    /// <summary>A time as it is written.</summary>
    public static string Time(long microseconds) => EventClock.ToInstant(microseconds).ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture);

    private static string FingerprintOf(string reason, long? expires) => Convert.ToHexStringLower(
        SHA256.HashData(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{expires}|{reason}"))))[..FingerprintDigits];

    private static string TextOf(JsonElement root, string name) =>
        root.TryGetProperty(name, out var text) && text.ValueKind == JsonValueKind.String ? text.GetString()! : "";

    private static long? Instant(JsonElement root, string name)
    {
        if (!root.TryGetProperty(name, out var time) || time.ValueKind == JsonValueKind.Null)
        {
            return null;
        }

        if (time.ValueKind == JsonValueKind.Number && time.TryGetInt64(out var number) && number is > 0 and < 253_000_000_000_000)
        {
            // Seconds since 1970, or milliseconds as scripts write them.
            return number >= MillisecondsFrom ? number * 1000 : number * EventClock.Second;
        }

        return time.ValueKind == JsonValueKind.String
            && DateTimeOffset.TryParse(time.GetString(), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var instant) && instant < s_latest
            && instant > DateTimeOffset.UnixEpoch
            ? EventClock.ToMicroseconds(instant)
            : throw new ArgumentException($"{name}: write a time such as 2026-07-01T12:00:00Z, or seconds since 1970");
    }

    private static string Plain(string text, int longest)
    {
        var cleaned = new string([.. text.Select(c => char.IsControl(c) || char.IsSurrogate(c) ? ' ' : c).Take(longest)]).Trim();
        return cleaned;
    }
}
