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
    private static readonly System.Buffers.SearchValues<char> s_digits = System.Buffers.SearchValues.Create("0123456789abcdef");

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

    /// <summary>Reads the text form that <see cref="Format(Span{byte})"/> writes; false for anything else, upper case included (one id has one text).</summary>
    public static bool TryParse(ReadOnlySpan<byte> text, out EventId id)
    {
        id = default;
        if (text.Length != TextLength || !TryReadHalf(text[..16], out var high) || !TryReadHalf(text[16..], out var low))
        {
            return false;
        }

        id = new(high, low);
        return true;
    }

    /// <summary>Writes the text form: 32 lower-case hexadecimal digits.</summary>
    public void Format(Span<byte> text)
    {
        Format(High, text[..16]);
        Format(Low, text.Slice(16, 16));
    }

    /// <summary>Reads the text form exactly as <see cref="Format"/> writes it; anything else is not an id of ours.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out EventId id)
    {
        id = default;
        if (text.Length != TextLength || text.ContainsAnyExcept(s_digits)
            || !ulong.TryParse(text[..16], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var high)
            || !ulong.TryParse(text[16..], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var low))
        {
            return false;
        }

        id = new EventId(high, low);
        return true;
    }

    /// <inheritdoc/>
    public override string ToString() => High.ToString("x16", CultureInfo.InvariantCulture) + Low.ToString("x16", CultureInfo.InvariantCulture);

    private static bool TryReadHalf(ReadOnlySpan<byte> digits, out ulong half)
    {
        half = 0;
        foreach (var digit in digits)
        {
            var value = digit is >= (byte)'0' and <= (byte)'9' ? digit - '0' : digit is >= (byte)'a' and <= (byte)'f' ? digit - 'a' + 10 : -1;
            if (value < 0)
            {
                return false;
            }

            half = (half << 4) | (uint)value;
        }

        return true;
    }

    private static void Format(ulong half, Span<byte> text)
    {
        for (var i = 15; i >= 0; i--)
        {
            text[i] = "0123456789abcdef"u8[(int)(half & 15)];
            half >>= 4;
        }
    }
}
