using System.Buffers.Binary;
using System.Runtime.InteropServices;
using SecStream.Connectors.Journal;
using SecStream.Core.Text;

namespace SecStream.Connectors.Elasticsearch.Events;

/// <summary>What a frame says of one of its documents.</summary>
/// <param name="Length">Bytes of its two lines.</param>
/// <param name="ActionLength">Bytes of the first of them.</param>
/// <param name="Since">It can't have been sent before this time, microseconds since 1970 UTC.</param>
[StructLayout(LayoutKind.Sequential, Pack = 1)]
internal readonly record struct SpoolItem(int Length, int ActionLength, long Since);

/// <summary>
/// Documents that were written together, as they lie in the spool, little-endian:
/// <code>
/// magic 4 │ checksum 4 │ place 8 │ count 4 │ bytes of lines 4 │ written 8 │ lines … │ count × (length 4, action 4, since 8)
/// </code>
/// The lines are those of a bulk request, so a request's body is cut out of the spool as it is. The checksum is of the header and the table, not of the
/// lines: what lies before a saved place has been flushed, and what lies behind one is cut off, so torn lines are never read.
/// </summary>
internal static class SpoolFrame
{
    public const int HeaderBytes = 32;
    public const int ItemBytes = 16;
    private const uint Magic = 0x31_53_45_53;

    /// <summary>The fields of a header.</summary>
    public readonly record struct Header(long Place, int Count, int LineBytes, long Written)
    {
        /// <summary>Bytes of the whole frame.</summary>
        public long Length => HeaderBytes + LineBytes + ((long)Count * ItemBytes);
    }

    /// <summary>Completes a frame whose lines stand behind the room for its header.</summary>
    public static void Complete(ByteWriter frame, ReadOnlySpan<SpoolItem> items, long place, long written)
    {
        var lines = frame.Length - HeaderBytes;
        var table = MemoryMarshal.AsBytes(items);
        frame.Write(table);
        var header = frame.Buffer.AsSpan(0, HeaderBytes);
        BinaryPrimitives.WriteUInt32LittleEndian(header, Magic);
        BinaryPrimitives.WriteInt64LittleEndian(header[8..], place);
        BinaryPrimitives.WriteInt32LittleEndian(header[16..], items.Length);
        BinaryPrimitives.WriteInt32LittleEndian(header[20..], lines);
        BinaryPrimitives.WriteInt64LittleEndian(header[24..], written);
        BinaryPrimitives.WriteUInt32LittleEndian(header[4..], Checksum(header, table));
    }

    /// <summary>Reads a header that should lie at a place; false when none does.</summary>
    public static bool TryReadHeader(ReadOnlySpan<byte> bytes, long place, out Header header)
    {
        header = default;
        if (bytes.Length < HeaderBytes || BinaryPrimitives.ReadUInt32LittleEndian(bytes) != Magic || BinaryPrimitives.ReadInt64LittleEndian(bytes[8..]) != place)
        {
            return false;
        }

        header = new Header(
            place,
            BinaryPrimitives.ReadInt32LittleEndian(bytes[16..]),
            BinaryPrimitives.ReadInt32LittleEndian(bytes[20..]),
            BinaryPrimitives.ReadInt64LittleEndian(bytes[24..]));
        return header is { Count: > 0, LineBytes: > 0 } && header.Length <= Array.MaxLength;
    }

    /// <summary>The table of a whole frame; false when the frame is damaged.</summary>
    public static bool TryReadItems(ReadOnlySpan<byte> frame, in Header header, out ReadOnlySpan<SpoolItem> items)
    {
        var table = frame.Slice(HeaderBytes + header.LineBytes, header.Count * ItemBytes);
        items = MemoryMarshal.Cast<byte, SpoolItem>(table);
        if (Checksum(frame[..HeaderBytes], table) != BinaryPrimitives.ReadUInt32LittleEndian(frame[4..]))
        {
            return false;
        }

        long sum = 0;
        foreach (ref readonly var item in items)
        {
            if (item.ActionLength <= 0 || item.Length <= item.ActionLength)
            {
                return false;
            }

            sum += item.Length;
        }

        return sum == header.LineBytes;
    }

    private static uint Checksum(ReadOnlySpan<byte> header, ReadOnlySpan<byte> table) =>
        Crc32C.Append(Crc32C.Append(Crc32C.Start, header[8..HeaderBytes]), table);
}
