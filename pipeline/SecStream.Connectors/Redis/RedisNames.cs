using System.Buffers;
using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;

namespace SecStream.Connectors.Redis;

/// <summary>
/// Values from logs as parts of key names: no blanks, line ends, glob characters or separators get through, and no name is long. Different values
/// give different names.
/// </summary>
internal static class RedisNames
{
    private const int MaxLength = 160;
    private const int HashDigits = 32;

    private static readonly SearchValues<byte> s_plain =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-@+="u8);

    /// <summary>An address or network as it is (with its colons and slash), anything else percent-encoded; what is long is cut and told by its hash.</summary>
    public static string Of(string value) => IsAddress(value) ? value : Encode(value);

    /// <summary>An address, or a network in CIDR form, so short that it can stand as it is.</summary>
    public static bool IsAddress(string value)
    {
        const int longest = 49;
        var slash = value.IndexOf('/', StringComparison.Ordinal);
        return value.Length is > 1 and <= longest && !value.Contains('%', StringComparison.Ordinal)
            && IPAddress.TryParse(slash < 0 ? value : value.AsSpan(0, slash), out _)
            && (slash < 0 || byte.TryParse(value.AsSpan(slash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out _));
    }

    private static string Encode(string value)
    {
        var bytes = Encoding.UTF8.GetBytes(value);
        var name = new StringBuilder(Math.Min(bytes.Length, MaxLength));
        foreach (var b in bytes)
        {
            if (name.Length > MaxLength)
            {
                // '~' is encoded elsewhere, so that no short value can pretend to be this one.
                return $"{name.ToString(0, MaxLength - HashDigits)}~{Convert.ToHexStringLower(SHA256.HashData(bytes))[..HashDigits]}";
            }

            _ = s_plain.Contains(b) ? name.Append((char)b) : name.Append(CultureInfo.InvariantCulture, $"%{b:X2}");
        }

        return name.ToString();
    }
}
