using System.Buffers.Binary;

namespace SecStream.Connectors.Journal;

/// <summary>What stands at a place of a segment.</summary>
internal enum FrameState
{
    /// <summary>A record, whole.</summary>
    Whole,

    /// <summary>The bytes given end before the record does.</summary>
    Partial,

    /// <summary>A record whose content is damaged; its length can be trusted.</summary>
    BadPayload,

    /// <summary>No record begins here.</summary>
    BadHeader,
}

/// <summary>
/// A record in a segment. Little-endian:
/// <code>
///  0  u32  length of the payload; bit 31: more records of the same append follow
///  4  u32  bytes back to the first frame of the same group (what one flush made durable)
///  8  i64  arrival, microseconds since 1970 UTC
/// 16  u32  CRC-32C of the payload
/// 20  u32  CRC-32C of bytes 0..20
/// 24       payload
/// </code>
/// Both checksums begin with the journal's id and the frame's position. So a payload that looks like a frame (whoever sends logs chooses their
/// bytes, but knows no journal's id) is not taken for one when a reader looks for the next frame behind a damage, nor is an old block of the disk.
/// The header has its own checksum so that a damaged payload costs one record. The way back to the group tells, after a crash, the end of
/// the file that was never acknowledged from damage to what was: a frame of a later group proves that its predecessors were flushed.
/// </summary>
internal readonly record struct JournalFrame(int PayloadLength, bool HasMore, uint Back, long Arrival)
{
    /// <summary>Bytes before the payload.</summary>
    public const int HeaderBytes = 24;

    /// <summary>Longest record, in bytes.</summary>
    public const int MaxPayloadBytes = 16 << 20;

    private const uint MoreFlag = 1u << 31;

    /// <summary>Bytes of header and payload.</summary>
    public int Length => HeaderBytes + PayloadLength;

    /// <summary>Writes header and payload to the beginning of a buffer.</summary>
    public void Write(Span<byte> to, ReadOnlySpan<byte> payload, long position, uint seed)
    {
        seed = Crc32C.Append(seed, position);
        BinaryPrimitives.WriteUInt32LittleEndian(to, (uint)PayloadLength | (HasMore ? MoreFlag : 0));
        BinaryPrimitives.WriteUInt32LittleEndian(to[4..], Back);
        BinaryPrimitives.WriteInt64LittleEndian(to[8..], Arrival);
        BinaryPrimitives.WriteUInt32LittleEndian(to[16..], Crc32C.Append(seed, payload));
        BinaryPrimitives.WriteUInt32LittleEndian(to[20..], Crc32C.Append(seed, to[..20]));
        payload.CopyTo(to[HeaderBytes..]);
    }

    /// <summary>Reads what stands at the beginning of a buffer. The frame is good save for <see cref="FrameState.BadHeader"/> and a partial header.</summary>
    public static FrameState Read(ReadOnlySpan<byte> from, long position, uint seed, out JournalFrame frame)
    {
        frame = default;
        if (from.Length < HeaderBytes)
        {
            return FrameState.Partial;
        }

        var length = BinaryPrimitives.ReadUInt32LittleEndian(from);
        if ((length & ~MoreFlag) > MaxPayloadBytes)
        {
            return FrameState.BadHeader;
        }

        seed = Crc32C.Append(seed, position);
        if (BinaryPrimitives.ReadUInt32LittleEndian(from[20..]) != Crc32C.Append(seed, from[..20]))
        {
            return FrameState.BadHeader;
        }

        frame = new JournalFrame(
            (int)(length & ~MoreFlag),
            (length & MoreFlag) != 0,
            BinaryPrimitives.ReadUInt32LittleEndian(from[4..]),
            BinaryPrimitives.ReadInt64LittleEndian(from[8..]));
        if (from.Length < frame.Length)
        {
            return FrameState.Partial;
        }

        var payload = from.Slice(HeaderBytes, frame.PayloadLength);
        return BinaryPrimitives.ReadUInt32LittleEndian(from[16..]) == Crc32C.Append(seed, payload) ? FrameState.Whole : FrameState.BadPayload;
    }
}
