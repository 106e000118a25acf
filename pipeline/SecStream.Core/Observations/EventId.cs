using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using SecStream.Core.Text;

namespace SecStream.Core.Observations;

/// <summary>
/// 128 bits that identify an event. Where no identity is declared: 64 bits of SHA-256 over (tenant, source), then 40 bits of the position in the
/// source and 24 bits of a hash of the raw bytes. The position is in it verbatim, so two records of one source can't collide, whatever
/// somebody writes into a log. Where the parser declares an identity: two 64-bit hashes of it, seeded with the tenant.
/// </summary>
public readonly record struct EventId(ulong High, ulong Low)
{
    /// <summary>Number of hexadecimal digits of the text form.</summary>
    public const int TextLength = 32;

    /// <summary>64 bits that stand for a source of a tenant in event ids and in the order of events.</summary>
    public static ulong SourceHash(string tenant, string source) =>
        System.Buffers.Binary.BinaryPrimitives.ReadUInt64BigEndian(SHA256.HashData(Encoding.UTF8.GetBytes(tenant + "\0" + source)));

    /// <summary>The id of the record at a position of a source.</summary>
    public static EventId FromPosition(ulong sourceHash, long position, ReadOnlySpan<byte> raw) =>
        new(sourceHash, ((ulong)position << 24) | (StableHash.Compute(raw) & 0xFFFFFF));

    /// <summary>The id of a record whose identity is declared.</summary>
    public static EventId FromIdentity(ulong tenantHash, ReadOnlySpan<byte> identity) =>
        new(StableHash.Compute(identity, tenantHash), StableHash.Compute(identity, ~tenantHash));

    /// <summary>Writes the text form: 32 lower-case hexadecimal digits.</summary>
    public void Format(Span<byte> text)
    {
        Format(High, text[..16]);
        Format(Low, text.Slice(16, 16));
    }

    /// <inheritdoc/>
    public override string ToString() => High.ToString("x16", CultureInfo.InvariantCulture) + Low.ToString("x16", CultureInfo.InvariantCulture);

    private static void Format(ulong half, Span<byte> text)
    {
        for (var i = 15; i >= 0; i--)
        {
            text[i] = "0123456789abcdef"u8[(int)(half & 15)];
            half >>= 4;
        }
    }
}
