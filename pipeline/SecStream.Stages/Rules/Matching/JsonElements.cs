using System.Buffers.Text;
using System.Text;
using SecStream.Core.Fields;

namespace SecStream.Stages.Rules.Matching;

/// <summary>One element of an array value.</summary>
internal ref struct JsonElementValue
{
    /// <summary>Text, Integer, Float or Bool.</summary>
    public FieldKind Kind;

    /// <summary>The value of an integer, or the bits of a float.</summary>
    public long Bits;

    /// <summary>Text without quotes; with its escapes still in when <see cref="HasEscapes"/>.</summary>
    public ReadOnlySpan<byte> Text;

    /// <summary>The text has backslash escapes.</summary>
    public bool HasEscapes;
}

/// <summary>
/// Walks the scalar elements of a raw JSON array; nested arrays are walked into, objects and nulls are passed over. Broken JSON ends the
/// walk. Allocates nothing, goes over every byte at most once.
/// </summary>
internal ref struct JsonElements(ReadOnlySpan<byte> json)
{
    private readonly ReadOnlySpan<byte> _json = json;
    private int _at;
    private int _objectDepth;

    /// <summary>The element <see cref="Next"/> found.</summary>
    public JsonElementValue Current;

    /// <summary>Goes to the next element.</summary>
    public bool Next()
    {
        while (_at < _json.Length)
        {
            var c = _json[_at];
            if (c == '"')
            {
                if (!ReadString())
                {
                    return false;
                }

                if (_objectDepth == 0)
                {
                    return true;
                }
            }
            else if (c is (byte)'{' or (byte)'}')
            {
                _objectDepth = Math.Max(0, _objectDepth + (c == '{' ? 1 : -1));
                _at++;
            }
            else if (c is (byte)'[' or (byte)']' or (byte)',' or (byte)':' or (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n')
            {
                _at++;
            }
            else if (ReadLiteral() && _objectDepth == 0)
            {
                return true;
            }
        }

        return false;
    }

    private bool ReadString()
    {
        var start = ++_at;
        Current.HasEscapes = false;
        while (true)
        {
            var stop = _at < _json.Length ? _json[_at..].IndexOfAny((byte)'"', (byte)'\\') : -1;
            if (stop < 0)
            {
                _at = _json.Length;
                return false;
            }

            _at += stop;
            if (_json[_at] == '"')
            {
                break;
            }

            Current.HasEscapes = true;
            _at = Math.Min(_at + 2, _json.Length);
        }

        Current.Kind = FieldKind.Text;
        Current.Text = _json[start.._at++];
        return true;
    }

    private bool ReadLiteral()
    {
        var start = _at;
        while (_at < _json.Length && _json[_at] is not ((byte)',' or (byte)']' or (byte)'}' or (byte)'[' or (byte)'{' or (byte)'"' or (byte)' ' or (byte)'\n' or (byte)'\r' or (byte)'\t' or (byte)':'))
        {
            _at++;
        }

        var text = _json[start.._at];
        Current.HasEscapes = false;
        Current.Text = text;
        if (Utf8Parser.TryParse(text, out long integer, out var used) && used == text.Length)
        {
            Current.Kind = FieldKind.Integer;
            Current.Bits = integer;
            return true;
        }

        if (Utf8Parser.TryParse(text, out double real, out used) && used == text.Length && double.IsFinite(real))
        {
            Current.Kind = FieldKind.Float;
            Current.Bits = BitConverter.DoubleToInt64Bits(real);
            return true;
        }

        Current.Kind = FieldKind.Bool;
        return text.SequenceEqual("true"u8) || text.SequenceEqual("false"u8);
    }

    /// <summary>Resolves the escapes of a JSON string into a buffer of at least the same length; returns the number of bytes written.</summary>
    public static int Unescape(ReadOnlySpan<byte> text, Span<byte> target)
    {
        var written = 0;
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] != '\\' || i + 1 == text.Length)
            {
                target[written++] = text[i];
                continue;
            }

            var c = text[++i];
            if (c == 'u')
            {
                i += ReadHex(text[(i + 1)..], out var rune);
                written += rune.EncodeToUtf8(target[written..]);
                continue;
            }

            target[written++] = c switch
            {
                (byte)'n' => (byte)'\n',
                (byte)'r' => (byte)'\r',
                (byte)'t' => (byte)'\t',
                (byte)'b' => (byte)'\b',
                (byte)'f' => (byte)'\f',
                _ => c,
            };
        }

        return written;
    }

    // Four hex digits, or two such escapes for a character beyond 0xFFFF; a lone half becomes U+FFFD. At most 4 bytes for 6, so it always fits.
    private static int ReadHex(ReadOnlySpan<byte> text, out Rune rune)
    {
        rune = Rune.ReplacementChar;
        if (!TryHex(text, out var first))
        {
            return 0;
        }

        if (text.Length >= 10 && text[4] == '\\' && text[5] == 'u' && TryHex(text[6..], out var second)
            && Rune.TryCreate((char)first, (char)second, out var pair))
        {
            rune = pair;
            return 10;
        }

        rune = Rune.TryCreate(first, out var single) ? single : Rune.ReplacementChar;
        return 4;
    }

    private static bool TryHex(ReadOnlySpan<byte> text, out uint value)
    {
        value = 0;
        return text.Length >= 4 && Utf8Parser.TryParse(text[..4], out value, out var used, 'x') && used == 4;
    }
}
