using System.Runtime.CompilerServices;

namespace SecStream.Stages.Parsing;

/// <summary>Reading of ASCII parts of lines, byte by byte, without throwing.</summary>
internal static class ByteText
{
    /// <summary>ASCII digit.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsDigit(byte b) => (uint)(b - '0') <= 9;

    /// <summary>ASCII letter.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsLetter(byte b) => (uint)((b | 0x20) - 'a') <= 25;

    /// <summary>Two digits at <paramref name="at"/>, or −1.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int TwoDigits(ReadOnlySpan<byte> text, int at)
    {
        if ((uint)(at + 1) >= (uint)text.Length)
        {
            return -1;
        }

        int high = text[at] - '0', low = text[at + 1] - '0';
        return (uint)high <= 9 && (uint)low <= 9 ? (high * 10) + low : -1;
    }

    /// <summary>A whole text of 1–18 digits.</summary>
    public static bool TryDigits(ReadOnlySpan<byte> text, out long value)
    {
        value = 0;
        if (text.IsEmpty || text.Length > 18)
        {
            return false;
        }

        foreach (var b in text)
        {
            if (!IsDigit(b))
            {
                return false;
            }

            value = (value * 10) + (b - '0');
        }

        return true;
    }

    /// <summary>Without blanks and tabs at both ends.</summary>
    public static ReadOnlySpan<byte> Trim(ReadOnlySpan<byte> text) => text.Trim(" \t"u8);

    /// <summary>Whether the text is <paramref name="lower"/> (given in lower case), whatever its case.</summary>
    public static bool Is(ReadOnlySpan<byte> text, ReadOnlySpan<byte> lower)
    {
        if (text.Length != lower.Length)
        {
            return false;
        }

        for (var i = 0; i < text.Length; i++)
        {
            if (Lower(text[i]) != lower[i])
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>ASCII lower case.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static byte Lower(byte b) => (uint)(b - 'A') <= 25 ? (byte)(b | 0x20) : b;

    /// <summary>FNV-1a: stable over runs and machines, unlike <see cref="HashCode"/>.</summary>
    public static uint Hash(ReadOnlySpan<byte> text)
    {
        var hash = 2166136261u;
        foreach (var b in text)
        {
            hash = (hash ^ b) * 16777619u;
        }

        return hash;
    }
}
