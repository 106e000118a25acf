using System.Buffers.Binary;
using System.IO.Compression;

namespace SecStream.Connectors.Segments;

/// <summary>
/// One block as one gzip member (RFC 1952), so that a file of them is an ordinary <c>.gz</c> and each is read alone. Its header says in an extra
/// field how long it is and how long its content, so that the blocks of a file are found again without an index.
/// <code>
/// 1f 8b 08 04 | time, flags, system (6) | 12 0 | 'S' 'E' 8 0 | bytes of the member (4) | bytes of the content (4) | deflate, CRC, length
/// </code>
/// </summary>
internal static class GzipMember
{
    private const int PlainHeaderBytes = 10;
    private const int ExtraBytes = 14;
    private const int SizesAt = 16;

    /// <summary>Bytes of the header.</summary>
    public const int HeaderBytes = PlainHeaderBytes + ExtraBytes;

    private static ReadOnlySpan<byte> Magic => [0x1f, 0x8b, 8, 4];

    private static ReadOnlySpan<byte> Extra => [12, 0, (byte)'S', (byte)'E', 8, 0];

    /// <summary>Compresses a block.</summary>
    public static byte[] Compress(ReadOnlySpan<byte> content)
    {
        using var stream = new MemoryStream((content.Length / 4) + 1024);
        using (var gzip = new GZipStream(stream, CompressionLevel.Fastest, leaveOpen: true))
        {
            gzip.Write(content);
        }

        var plain = stream.GetBuffer().AsSpan(0, (int)stream.Length);
        var member = new byte[plain.Length + ExtraBytes];
        plain[..PlainHeaderBytes].CopyTo(member);
        member[3] |= Magic[3];
        Extra.CopyTo(member.AsSpan(PlainHeaderBytes));
        BinaryPrimitives.WriteInt32LittleEndian(member.AsSpan(SizesAt), member.Length);
        BinaryPrimitives.WriteInt32LittleEndian(member.AsSpan(SizesAt + 4), content.Length);
        plain[PlainHeaderBytes..].CopyTo(member.AsSpan(HeaderBytes));
        return member;
    }

    /// <summary>The sizes a header states; false when it is none of ours.</summary>
    public static bool TryReadHeader(ReadOnlySpan<byte> header, out int memberBytes, out int contentBytes)
    {
        (memberBytes, contentBytes) = (0, 0);
        if (header.Length < HeaderBytes || !header.StartsWith(Magic) || !header[PlainHeaderBytes..].StartsWith(Extra))
        {
            return false;
        }

        memberBytes = BinaryPrimitives.ReadInt32LittleEndian(header[SizesAt..]);
        contentBytes = BinaryPrimitives.ReadInt32LittleEndian(header[(SizesAt + 4)..]);
        return memberBytes > HeaderBytes && contentBytes > 0;
    }

    /// <summary>Decompresses a member; checks its checksum and length.</summary>
    /// <exception cref="InvalidDataException">It is damaged.</exception>
    public static void Decompress(byte[] member, Span<byte> content)
    {
        try
        {
            using var gzip = new GZipStream(new MemoryStream(member), CompressionMode.Decompress);
            gzip.ReadExactly(content);
            if (gzip.ReadByte() >= 0)
            {
                throw new InvalidDataException("more content than its index says");
            }
        }
        catch (EndOfStreamException fault)
        {
            throw new InvalidDataException("less content than its index says", fault);
        }
    }
}
