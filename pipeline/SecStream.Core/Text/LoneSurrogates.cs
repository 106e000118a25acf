using System.Buffers.Text;

namespace SecStream.Core.Text;

/// <summary>
/// JSON escapes can say half of a surrogate pair (<c>\ud800</c>), which no text is: libraries throw when they are asked for it, long after it was
/// accepted. It becomes the replacement character U+FFFD, as invalid UTF-8 does; the escapes are of one length, so nothing moves.
/// </summary>
public static class LoneSurrogates
{
    private const int EscapeLength = 6;

    /// <summary>Replaces every escaped half of a pair in some JSON, in place; false when there was none.</summary>
    public static bool Replace(Span<byte> json)
    {
        var changed = false;
        int skip;
        while ((skip = json.IndexOf((byte)'\\')) >= 0)
        {
            json = json[skip..];
            var unit = UnitAt(json);
            if (unit is < 0xD800 or > 0xDFFF)
            {
                json = json[Math.Min(json.Length, unit < 0 ? 2 : EscapeLength)..];
            }
            else if (unit <= 0xDBFF && json.Length > EscapeLength && UnitAt(json[EscapeLength..]) is >= 0xDC00 and <= 0xDFFF)
            {
                json = json[(2 * EscapeLength)..];
            }
            else
            {
                "fffd"u8.CopyTo(json[2..]);
                changed = true;
                json = json[EscapeLength..];
            }
        }

        return changed;
    }

    /// <summary>The code unit of an escape <c>\uXXXX</c>; −1 when none begins here.</summary>
    private static int UnitAt(ReadOnlySpan<byte> json) =>
        json.Length >= EscapeLength && json[0] == '\\' && json[1] == 'u' && Utf8Parser.TryParse(json[2..EscapeLength], out int unit, out var read, 'x') && read == 4 ? unit : -1;
}
