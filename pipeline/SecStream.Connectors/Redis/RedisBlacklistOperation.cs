using System.Text;
using System.Text.Json;

namespace SecStream.Connectors.Redis;

/// <summary>What has to be written to Redis about one value, as the script reads it.</summary>
internal static class RedisBlacklistOperation
{
    private const long MicrosecondsPerMillisecond = 1_000;

    /// <summary>The operation and what the field held; null: Redis says already what it should.</summary>
    public static (byte[] Json, byte[] Was)? Of(RedisBlacklistOutcome outcome, RedisBlacklistView there, long now)
    {
        var value = outcome.Value;
        var field = there.Fields.GetValueOrDefault(value);
        var known = there.Known.GetValueOrDefault(value);
        string[] aliases = [.. there.Aliases[value]];
        var member = there.Members?.GetValueOrDefault(value);
        var agreed = outcome.Wanted is { } wanted ? new RedisBlacklistKnown(RedisBlacklistEntry.FingerprintOf(wanted), there.Members is not null) : null;
        var isWritten = agreed is not null && (field is null || field.Field != value || field.Entry.At is null || field.Entry.Fingerprint != agreed.Fingerprint);
        var isSettled = agreed is null
            ? field is null && known is null && member is null
            : !isWritten && aliases.Length == 0 && known == agreed && (there.Members is null || member == value);
        if (isSettled)
        {
            return null;
        }

        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, RedisItems.Json))
        {
            json.WriteStartObject();
            json.WriteString("value", value);
            json.WriteString("field", field?.Field ?? value);
            json.WriteBoolean("was", field is not null);
            json.WriteStartArray("aliases");
            Array.ForEach(aliases, json.WriteStringValue);
            json.WriteEndArray();
            if (there.Members is not null)
            {
                json.WriteString("member", member ?? value);
                json.WriteNumber("wasMember", member is null ? 0 : 1);
            }

            WriteOutcome(json, outcome, agreed, isWritten, now);
            if (MessageOf(outcome, isWritten, known is not null && field is not null) is { } message)
            {
                json.WriteString("message", message);
            }

            json.WriteEndObject();
        }

        return (stream.ToArray(), field?.Raw ?? []);
    }

    private static void WriteOutcome(Utf8JsonWriter json, RedisBlacklistOutcome outcome, RedisBlacklistKnown? agreed, bool isWritten, long now)
    {
        if (agreed is not null)
        {
            json.WriteString("known", agreed.ToString());
        }
        else if (outcome.IsRemoval)
        {
            json.WriteNumber("removedAt", now);
        }

        if (!isWritten)
        {
            return;
        }

        json.WriteString("raw", Encoding.UTF8.GetString(RedisBlacklistEntry.Write(outcome.Wanted!)));
        if (outcome.Wanted!.Expires is { } expires)
        {
            json.WriteNumber("ttl", Math.Max(1, (expires - now) / MicrosecondsPerMillisecond));
        }
    }

    /// <summary>What subscribers are told; null: nothing, for it is no news in Redis.</summary>
    private static string? MessageOf(RedisBlacklistOutcome outcome, bool isWritten, bool isKnown)
    {
        if (outcome.Wanted is not null && !isWritten)
        {
            return null;
        }

        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, RedisItems.Json))
        {
            json.WriteStartObject();
            json.WriteString("state", outcome.Wanted is not null ? (isKnown ? "changed" : "added") : outcome.IsRemoval ? "removed" : "expired");
            json.WriteString("value", outcome.Value);
            if (outcome.Wanted is { } wanted)
            {
                json.WriteString("reason", wanted.Reason);
                json.WriteString("by", wanted.By);
                if (wanted.Expires is { } expires)
                {
                    json.WriteString("expires", RedisBlacklistEntry.Time(expires));
                }
            }

            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(stream.GetBuffer(), 0, (int)stream.Length);
    }
}
