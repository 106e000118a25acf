using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using SecStream.Core.Alerts;
using SecStream.Core.Events;

namespace SecStream.Stages.Alerting;

/// <summary>An alert or incident that consumers have and the book does not: it was sent after the snapshot that the book was restored from.</summary>
internal sealed record SentDocument
{
    public required string Id { get; init; }
    public required string Tenant { get; init; }
    public required AlertEntity Entity { get; init; }
    public required string RuleCode { get; init; }
    public required Severity Severity { get; init; }
    public required long Opened { get; init; }

    /// <summary>Latest contributor, microseconds.</summary>
    public required long End { get; init; }

    public required int Revision { get; init; }
    public required UInt128 Hash { get; init; }
    public required bool IsSettled { get; init; }
    public required bool IsWithdrawn { get; init; }

    /// <summary>The document that was sent last; empty: it is not withdrawn, even should it never come again.</summary>
    public required byte[] Document { get; init; }

    /// <summary>What the outbox says was sent.</summary>
    /// <exception cref="InvalidDataException">Its document is none of ours.</exception>
    public static SentDocument Of(OutboxEntry entry)
    {
        var bytes = entry.Document.ToArray();
        try
        {
            return new SentDocument
            {
                Id = entry.Id,
                Tenant = entry.Tenant,
                Entity = new(entry.EntityType, entry.EntityName, entry.EntityValue),
                RuleCode = entry.Rule,
                Severity = entry.Severity,
                Opened = entry.Opened,
                End = EndIn(bytes, entry.IsIncident) ?? entry.Opened,
                Revision = entry.Revision,
                Hash = HashOf(WithoutRevision(bytes)),
                IsSettled = entry.IsSettled,
                IsWithdrawn = entry.Kind == ChangeKind.Withdrawn,
                Document = bytes,
            };
        }
        catch (JsonException fault)
        {
            throw new InvalidDataException($"the outbox's document of {entry.Id} at {entry.Position} is damaged", fault);
        }
    }

    /// <summary>What a document is recognised by: 128 bits of SHA-256 over it, without revision.</summary>
    public static UInt128 HashOf(ReadOnlySpan<byte> document)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(document, hash);
        return BinaryPrimitives.ReadUInt128BigEndian(hash);
    }

    /// <summary>A document as it was before its revision was put in.</summary>
    public static byte[] WithoutRevision(byte[] document)
    {
        var reader = new Utf8JsonReader(document);
        var isOurs = false;
        while (reader.Read())
        {
            if (reader.TokenType != JsonTokenType.PropertyName)
            {
                continue;
            }

            if (reader.CurrentDepth == 1)
            {
                isOurs = reader.ValueTextEquals("secstream"u8);
            }
            else if (isOurs && reader.CurrentDepth == 2 && reader.ValueTextEquals("revision"u8))
            {
                // With the comma before it: the revision is never first.
                var start = (int)reader.TokenStartIndex - 1;
                reader.Read();
                return [.. document.AsSpan(0, start), .. document.AsSpan((int)reader.BytesConsumed)];
            }
        }

        return document;
    }

    /// <summary>The document of the same alert, withdrawn, with the next revision.</summary>
    public byte[] Withdrawn()
    {
        var buffer = new ArrayBufferWriter<byte>(Document.Length + 16);
        using var json = new Utf8JsonWriter(buffer, DocumentText.Options);
        using var parsed = JsonDocument.Parse(Document);
        json.WriteStartObject();
        foreach (var member in parsed.RootElement.EnumerateObject())
        {
            if (member.Name == "secstream")
            {
                json.WriteStartObject(member.Name);
                WriteOurs(json, member.Value);
                json.WriteEndObject();
            }
            else
            {
                member.WriteTo(json);
            }
        }

        json.WriteEndObject();
        json.Flush();
        return buffer.WrittenSpan.ToArray();
    }

    private void WriteOurs(Utf8JsonWriter json, JsonElement ours)
    {
        foreach (var member in ours.EnumerateObject())
        {
            switch (member.Name)
            {
                case "status":
                    json.WriteString("status", "withdrawn");
                    json.WriteNumber("revision", Revision + 1);
                    break;
                case "revision" or "incident" or "superseded_by":
                    break;
                default:
                    member.WriteTo(json);
                    break;
            }
        }
    }

    private static long? EndIn(byte[] document, bool isIncident)
    {
        using var parsed = JsonDocument.Parse(document);
        var group = parsed.RootElement;
        foreach (var name in isIncident ? (string[])["secstream", "incident"] : ["event"])
        {
            if (!group.TryGetProperty(name, out group))
            {
                return null;
            }
        }

        return group.TryGetProperty("end", out var end)
            && DateTimeOffset.TryParse(end.GetString(), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var instant)
            ? EventClock.ToMicroseconds(instant)
            : null;
    }
}
