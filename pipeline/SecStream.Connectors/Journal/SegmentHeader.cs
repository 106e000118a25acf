using System.Buffers.Binary;

namespace SecStream.Connectors.Journal;

/// <summary>
/// Beginning of a segment's file. Little-endian:
/// <code>
///  0  "SECJRNL1"
///  8  16 bytes  id of the journal, the same in all its segments
/// 24  i64       position of the first record
/// 32  i64       when it was made, microseconds since 1970 UTC: no record before this segment arrived later
/// 40  u32       CRC-32C of bytes 0..40
/// 44            frames
/// </code>
/// </summary>
internal sealed record SegmentHeader(JournalId Id, long FirstPosition, long Made)
{
    /// <summary>Bytes before the first frame.</summary>
    public const int Bytes = 44;

    private static ReadOnlySpan<byte> Magic => "SECJRNL1"u8;

    /// <summary>The header as bytes.</summary>
    public byte[] ToBytes()
    {
        var bytes = new byte[Bytes];
        Magic.CopyTo(bytes);
        Id.Bytes.CopyTo(bytes.AsSpan(8));
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(24), FirstPosition);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(32), Made);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(40), Crc32C.Append(Crc32C.Start, bytes.AsSpan(0, 40)));
        return bytes;
    }

    /// <summary>Reads a header; null when there is none or it is damaged.</summary>
    public static SegmentHeader? Read(ReadOnlySpan<byte> from) =>
        from.Length >= Bytes
        && from[..8].SequenceEqual(Magic)
        && BinaryPrimitives.ReadUInt32LittleEndian(from[40..]) == Crc32C.Append(Crc32C.Start, from[..40])
            ? new SegmentHeader(new JournalId(from[8..]), BinaryPrimitives.ReadInt64LittleEndian(from[24..]), BinaryPrimitives.ReadInt64LittleEndian(from[32..]))
            : null;
}
