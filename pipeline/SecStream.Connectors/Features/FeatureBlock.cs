using System.Buffers;
using System.Buffers.Binary;
using System.IO.Compression;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.Win32.SafeHandles;
using SecStream.Connectors.Journal;
using SecStream.Core.Features;

namespace SecStream.Connectors.Features;

/// <summary>
/// The format of a feature file: a head that says what vectors mean, then blocks of windows in the order they came.
/// <code>
/// head: "SSFEAT1\n" (8) | bytes of JSON (4) | CRC-32C of the JSON (4) | schema as JSON
/// block: bytes stored (4) | bytes of records (4) | CRC-32C of what is stored (4) | CRC-32C of these 12 bytes (4) | records, Brotli
/// </code>
/// </summary>
internal static class FeatureBlock
{
    /// <summary>Bytes before a block's records.</summary>
    public const int HeadBytes = 16;

    /// <summary>Most bytes a block's records can be.</summary>
    public const int MaxBytes = 64 << 20;

    private const int MaxSchemaBytes = 1 << 20;
    private const int Quality = 4;
    private const int Window = 20;

    private static readonly JsonSerializerOptions Json = new() { PropertyNamingPolicy = JsonNamingPolicy.CamelCase, Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) } };

    private static ReadOnlySpan<byte> Magic => "SSFEAT1\n"u8;

    /// <summary>The head of a file.</summary>
    public static byte[] Head(FeatureSchema schema)
    {
        var json = WriteSchema(schema);
        var head = new byte[Magic.Length + 8 + json.Length];
        Magic.CopyTo(head);
        BinaryPrimitives.WriteInt32LittleEndian(head.AsSpan(8), json.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(head.AsSpan(12), Crc32C.Append(Crc32C.Start, json));
        json.CopyTo(head, 16);
        return head;
    }

    /// <summary>A schema as it stands in a head.</summary>
    public static byte[] WriteSchema(FeatureSchema schema) => JsonSerializer.SerializeToUtf8Bytes(schema, Json);

    /// <summary>Reads a schema.</summary>
    /// <exception cref="JsonException">It is none.</exception>
    public static FeatureSchema? ReadSchema(ReadOnlySpan<byte> json) => JsonSerializer.Deserialize<FeatureSchema>(json, Json);

    /// <summary>Reads the head of a file; null when it is torn or none of ours.</summary>
    public static FeatureSchema? ReadHead(SafeFileHandle file, out long length)
    {
        length = 0;
        var start = new byte[16];
        if (RandomAccess.Read(file, start, 0) < start.Length || !start.AsSpan(0, 8).SequenceEqual(Magic))
        {
            return null;
        }

        var count = BinaryPrimitives.ReadInt32LittleEndian(start.AsSpan(8));
        if (count is < 2 or > MaxSchemaBytes)
        {
            return null;
        }

        var json = new byte[count];
        if (!Fill(file, json, 16) || Crc32C.Append(Crc32C.Start, json) != BinaryPrimitives.ReadUInt32LittleEndian(start.AsSpan(12)))
        {
            return null;
        }

        length = 16 + count;
        return ReadSchema(json);
    }

    /// <summary>A block of records, in a pooled array; what is meant is its first <paramref name="length"/> bytes.</summary>
    public static byte[] Build(ReadOnlySpan<byte> records, out int length)
    {
        var block = ArrayPool<byte>.Shared.Rent(HeadBytes + BrotliEncoder.GetMaxCompressedLength(records.Length));
        if (!BrotliEncoder.TryCompress(records, block.AsSpan(HeadBytes), out var stored, Quality, Window))
        {
            throw new InvalidOperationException("A block of windows could not be compressed into the room it takes at most.");
        }

        BinaryPrimitives.WriteInt32LittleEndian(block, stored);
        BinaryPrimitives.WriteInt32LittleEndian(block.AsSpan(4), records.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(block.AsSpan(8), Crc32C.Append(Crc32C.Start, block.AsSpan(HeadBytes, stored)));
        BinaryPrimitives.WriteUInt32LittleEndian(block.AsSpan(12), Crc32C.Append(Crc32C.Start, block.AsSpan(0, 12)));
        length = HeadBytes + stored;
        return block;
    }

    /// <summary>
    /// Goes to the block at an offset: its records, null when they are damaged (or are not asked for), and where the next one begins. False: here the good part
    /// of the file ends.
    /// </summary>
    public static bool TryRead(SafeFileHandle file, long at, out byte[]? records, out long next, bool isSkipped = false)
    {
        (records, next) = (null, at);
        var head = new byte[HeadBytes];
        if (!Fill(file, head, at) || Crc32C.Append(Crc32C.Start, head.AsSpan(0, 12)) != BinaryPrimitives.ReadUInt32LittleEndian(head.AsSpan(12)))
        {
            return false;
        }

        var stored = BinaryPrimitives.ReadInt32LittleEndian(head);
        var length = BinaryPrimitives.ReadInt32LittleEndian(head.AsSpan(4));
        if (stored is < 0 or > MaxBytes || length is < 0 or > MaxBytes)
        {
            return false;
        }

        if (isSkipped)
        {
            next = at + HeadBytes + stored;
            return next <= RandomAccess.GetLength(file);
        }

        var bytes = new byte[stored];
        if (!Fill(file, bytes, at + HeadBytes))
        {
            return false;
        }

        next = at + HeadBytes + stored;
        if (Crc32C.Append(Crc32C.Start, bytes) == BinaryPrimitives.ReadUInt32LittleEndian(head.AsSpan(8)))
        {
            var content = new byte[length];
            records = BrotliDecoder.TryDecompress(bytes, content, out var written) && written == length ? content : null;
        }

        return true;
    }

    private static bool Fill(SafeFileHandle file, Span<byte> to, long at)
    {
        while (!to.IsEmpty)
        {
            var read = RandomAccess.Read(file, to, at);
            if (read == 0)
            {
                return false;
            }

            to = to[read..];
            at += read;
        }

        return true;
    }
}
