using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace SecStream.Stages.Json;

/// <summary>
/// Walks over JSON tokens and checks their grammar (RFC 8259, nothing more). Every method takes the position it starts at and returns the
/// one it ended at, or null when the grammar does not hold. None reads behind the end of the memory, and all are linear and without recursion.
/// </summary>
internal static unsafe class JsonScanner
{
    /// <summary>Skips white space.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static byte* SkipSpace(byte* p, byte* end)
    {
        while (p < end && *p <= 0x20 && *p is 0x20 or (byte)'\n' or (byte)'\r' or (byte)'\t')
        {
            p++;
        }

        return p;
    }

    /// <summary>The first quote, backslash or control character at or after <paramref name="p"/>; the end when there is none.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static byte* FindStop(byte* p, in JsonInput input)
    {
        while (p <= input.Last32)
        {
            var stops = StopMask(Vector256.Load(p));
            if (stops != 0)
            {
                p += BitOperations.TrailingZeroCount(stops);
                return p < input.End ? p : input.End;
            }

            p += 32;
        }

        while (p < input.End && *p >= 0x20 && *p != (byte)'"' && *p != (byte)'\\')
        {
            p++;
        }

        return p < input.End ? p : input.End;
    }

    /// <summary>One bit per byte that can end or interrupt a string.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint StopMask(Vector256<byte> bytes) => (Vector256.Equals(bytes, Vector256.Create((byte)'"'))
        | Vector256.Equals(bytes, Vector256.Create((byte)'\\'))
        | Vector256.Equals(Vector256.Min(bytes, Vector256.Create((byte)0x1F)), bytes)).ExtractMostSignificantBits();

    /// <summary>From behind the opening quote to the closing quote.</summary>
    public static byte* SkipString(byte* p, in JsonInput input, out bool escaped)
    {
        escaped = false;
        while (true)
        {
            p = FindStop(p, in input);
            if (p == input.End || *p < 0x20)
            {
                return null;
            }

            if (*p == (byte)'"')
            {
                return p;
            }

            escaped = true;
            p = SkipEscape(p, input.End);
            if (p == null)
            {
                return null;
            }
        }
    }

    private static byte* SkipEscape(byte* p, byte* end)
    {
        if (end - p < 2)
        {
            return null;
        }

        switch (p[1])
        {
            case (byte)'"' or (byte)'\\' or (byte)'/' or (byte)'b' or (byte)'f' or (byte)'n' or (byte)'r' or (byte)'t':
                return p + 2;
            case (byte)'u' when end - p >= 6:
                return JsonText.HexValue(p[2]) >= 0 && JsonText.HexValue(p[3]) >= 0 && JsonText.HexValue(p[4]) >= 0 && JsonText.HexValue(p[5]) >= 0
                    ? p + 6
                    : null;
            default:
                return null;
        }
    }

    /// <summary>From the first byte of a number to behind its last; what must follow a number is the caller's business.</summary>
    public static byte* SkipNumber(byte* p, byte* end, out bool isInteger)
    {
        isInteger = true;
        if (p < end && *p == (byte)'-')
        {
            p++;
        }

        if (p == end || !char.IsAsciiDigit((char)*p))
        {
            return null;
        }

        p = *p == (byte)'0' ? p + 1 : SkipDigits(p, end);
        if (p < end && *p == (byte)'.')
        {
            isInteger = false;
            var fraction = p + 1;
            p = SkipDigits(fraction, end);
            if (p == fraction)
            {
                return null;
            }
        }

        if (p < end && (*p | 0x20) == (byte)'e')
        {
            isInteger = false;
            p++;
            var digits = p < end && *p is (byte)'+' or (byte)'-' ? p + 1 : p;
            p = SkipDigits(digits, end);
            if (p == digits)
            {
                return null;
            }
        }

        return p;
    }

    private static byte* SkipDigits(byte* p, byte* end)
    {
        while (p < end && (uint)(*p - '0') <= 9)
        {
            p++;
        }

        return p;
    }

    /// <summary>From the first byte of a value's only token to behind its last: anything but an array or object.</summary>
    public static byte* SkipScalar(byte* p, in JsonInput input, out JsonKind kind, out bool escaped)
    {
        escaped = false;
        kind = JsonKind.None;
        switch (p < input.End ? *p : 0)
        {
            case (byte)'"':
                kind = JsonKind.String;
                p = SkipString(p + 1, in input, out escaped);
                return p == null ? null : p + 1;
            case (byte)'t':
                kind = JsonKind.True;
                return SkipLiteral(p, input.End, "true"u8);
            case (byte)'f':
                kind = JsonKind.False;
                return SkipLiteral(p, input.End, "false"u8);
            case (byte)'n':
                kind = JsonKind.Null;
                return SkipLiteral(p, input.End, "null"u8);
            default:
                kind = JsonKind.Number;
                return SkipNumber(p, input.End, out _);
        }
    }

    private static byte* SkipLiteral(byte* p, byte* end, ReadOnlySpan<byte> literal) =>
        end - p >= literal.Length && new ReadOnlySpan<byte>(p, literal.Length).SequenceEqual(literal) ? p + literal.Length : null;

    /// <summary>From where a key should begin to behind its colon and the white space after it.</summary>
    public static byte* SkipKey(byte* p, in JsonInput input, out byte* keyStart, out byte* keyEnd, out bool escaped)
    {
        keyStart = keyEnd = null;
        escaped = false;
        if (p == input.End || *p != (byte)'"')
        {
            return null;
        }

        keyStart = p + 1;
        keyEnd = SkipString(keyStart, in input, out escaped);
        if (keyEnd == null)
        {
            return null;
        }

        p = SkipSpace(keyEnd + 1, input.End);
        return p < input.End && *p == (byte)':' ? SkipSpace(p + 1, input.End) : null;
    }

    /// <summary>From the first byte of a value to behind its last. <paramref name="depth"/>: arrays and objects open around it.</summary>
    public static byte* SkipValue(byte* p, in JsonInput input, int depth, out JsonKind kind, out bool escaped, out JsonError error)
    {
        error = JsonError.Syntax;
        escaped = false;
        kind = JsonKind.None;
        if (p < input.End && *p is (byte)'{' or (byte)'[')
        {
            kind = *p == (byte)'{' ? JsonKind.Object : JsonKind.Array;
            return SkipContainer(p, in input, depth, out error);
        }

        return SkipScalar(p, in input, out kind, out escaped);
    }

    private static byte* SkipContainer(byte* p, in JsonInput input, int depth, out JsonError error)
    {
        // One bit per open container, lowest the innermost: 1 = object. 64 levels are all there may be.
        var kinds = 0UL;
        var open = 0;
        error = JsonError.Syntax;
        while (p < input.End)
        {
            var isObject = *p == (byte)'{';
            if (isObject || *p == (byte)'[')
            {
                if (depth + open >= JsonFieldParser.MaxDepth)
                {
                    error = JsonError.Depth;
                    return null;
                }

                kinds = (kinds << 1) | (isObject ? 1UL : 0);
                open++;
                p = SkipSpace(p + 1, input.End);
                if (p < input.End && *p == (isObject ? (byte)'}' : (byte)']'))
                {
                    p = CloseAll(p, in input, ref kinds, ref open);
                }
                else if (isObject)
                {
                    p = SkipKey(p, in input, out _, out _, out _);
                }
            }
            else
            {
                p = SkipScalar(p, in input, out _, out _);
                p = p == null ? null : CloseAll(p, in input, ref kinds, ref open);
            }

            if (p == null || open == 0)
            {
                return p;
            }
        }

        return null;
    }

    /// <summary>Behind a value: closes what ends here and goes on to the next value, or behind the outermost bracket (open = 0).</summary>
    private static byte* CloseAll(byte* p, in JsonInput input, ref ulong kinds, ref int open)
    {
        while (true)
        {
            p = SkipSpace(p, input.End);
            if (p == input.End)
            {
                return null;
            }

            var inObject = (kinds & 1) != 0;
            if (*p == (byte)',')
            {
                p = SkipSpace(p + 1, input.End);
                return inObject ? SkipKey(p, in input, out _, out _, out _) : p;
            }

            if (*p != (inObject ? (byte)'}' : (byte)']'))
            {
                return null;
            }

            p++;
            kinds >>= 1;
            if (--open == 0)
            {
                return p;
            }
        }
    }
}
