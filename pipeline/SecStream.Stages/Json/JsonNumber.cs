using System.Globalization;
using System.Runtime.CompilerServices;

namespace SecStream.Stages.Json;

/// <summary>Values of number tokens whose grammar has been checked.</summary>
internal static class JsonNumber
{
    private static ReadOnlySpan<double> PowersOfTen =>
        [1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22];

    /// <summary>The value of a token without fraction and exponent; false when it does not fit 64 bits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool TryInteger(ReadOnlySpan<byte> token, out long value)
    {
        if (token.Length > 18)
        {
            return long.TryParse(token, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value);
        }

        var negative = token[0] == '-';
        value = 0;
        foreach (var digit in negative ? token[1..] : token)
        {
            value = (value * 10) + (digit - '0');
        }

        value = negative ? -value : value;
        return true;
    }

    /// <summary>
    /// The nearest double; infinite beyond its range. A decimal of up to 15 digits without exponent is one correctly rounded division of two exact
    /// doubles (Clinger 1990); anything else goes through the library.
    /// </summary>
    public static double Float(ReadOnlySpan<byte> token)
    {
        if (token.Length <= 16)
        {
            long mantissa = 0;
            var fraction = -1;
            for (var i = token[0] == '-' ? 1 : 0; i < token.Length; i++)
            {
                var digit = (uint)token[i] - '0';
                if (digit <= 9)
                {
                    mantissa = (mantissa * 10) + digit;
                }
                else if (token[i] == '.')
                {
                    fraction = token.Length - i - 1;
                }
                else
                {
                    return ByLibrary(token);
                }
            }

            var value = mantissa / PowersOfTen[Math.Max(fraction, 0)];
            return token[0] == '-' ? -value : value;
        }

        return ByLibrary(token);
    }

    private static double ByLibrary(ReadOnlySpan<byte> token) =>
        double.TryParse(token, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) ? value : double.NaN;
}
