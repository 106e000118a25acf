using System.Text;

namespace SecStream.Stages.Tests.Json;

/// <summary>Makes JSON objects of all shapes from a seed, and breaks them.</summary>
internal sealed class JsonDocuments(int seed)
{
    private static readonly string[] Keys =
        ["source", "ip", "port", "geo", "city_name", "location", "lat", "user", "name", "roles", "event", "action", "@timestamp", "message", "x", "",
         "source.ip", "geo.city_name", "source.geo.location.lat", "user.name", "labels", "deep", "a.b", "b", "naïve", "s\\u006furce", "i\\u0070",
         "a-key-that-is-much-longer-than-any-mapped-name-and-than-two-vectors-of-bytes"];

    private static readonly string[] Strings =
        ["", "a", "alice", "203.0.113.7", "2001:db8::ffff:1", "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36", "q\\\"uote", "back\\\\slash",
         "tab\\tnew\\nline\\/\\b\\f\\r", "\\u00e9\\u20AC", "\\ud83d\\ude00", "\\ud83d", "\\ude00 x", "\\ud83d\\u0041", "höhe €", "😀",
         "exactly-thirty-one-bytes-long!!", "exactly-thirty-two-bytes-long!!!", "},\\\"x\\\":{", "\\u0000"];

    private static readonly string[] Numbers =
        ["0", "-0", "1", "-1", "443", "9223372036854775807", "-9223372036854775808", "9223372036854775808", "123456789012345678", "1234567890123456789",
         "1.5", "-0.25", "52.520008", "1e3", "1E+2", "2.5e-3", "1e999", "-1e999", "0.1", "3.141592653589793238462643", "123456789.123456", "0e0", "1e-999"];

    private readonly Random _random = new(seed);
    private readonly StringBuilder _text = new();

    /// <summary>A valid object.</summary>
    public string Next()
    {
        _text.Clear();
        Space();
        Object(0);
        Space();
        return _text.ToString();
    }

    /// <summary>Some bytes changed, taken out, doubled or cut off.</summary>
    public byte[] Break(byte[] document)
    {
        var bytes = new List<byte>(document);
        for (var n = _random.Next(1, 4); n > 0 && bytes.Count > 0; n--)
        {
            var at = _random.Next(bytes.Count);
            switch (_random.Next(7))
            {
                case 0:
                    bytes[at] = (byte)_random.Next(256);
                    break;
                case 1:
                    bytes[at] = "{}[],:\"\\ 0-.eE\n\tu"u8[_random.Next(17)];
                    break;
                case 2:
                    bytes.RemoveAt(at);
                    break;
                case 3:
                    bytes.Insert(at, "{}[],:\"\\ 0-.eE\n\tu"u8[_random.Next(17)]);
                    break;
                case 4:
                    bytes.RemoveRange(at, bytes.Count - at);
                    break;
                case 5:
                    bytes.InsertRange(at, bytes.GetRange(at, Math.Min(_random.Next(1, 12), bytes.Count - at)));
                    break;
                default:
                    var other = _random.Next(bytes.Count);
                    (bytes[at], bytes[other]) = (bytes[other], bytes[at]);
                    break;
            }
        }

        return [.. bytes];
    }

    private void Object(int depth)
    {
        _text.Append('{');
        Space();
        var count = _random.Next(depth == 0 ? 8 : 4);
        for (var i = 0; i < count; i++)
        {
            _text.Append(i == 0 ? "" : ",");
            Space();
            _text.Append('"').Append(Keys[_random.Next(Keys.Length)]).Append('"');
            Space();
            _text.Append(':');
            Space();
            Value(depth + 1);
            Space();
        }

        _text.Append('}');
    }

    private void Value(int depth)
    {
        switch (_random.Next(depth > 5 ? 6 : 10))
        {
            case 0 or 1 or 2:
                _text.Append('"').Append(Strings[_random.Next(Strings.Length)]).Append('"');
                break;
            case 3 or 4:
                _text.Append(Numbers[_random.Next(Numbers.Length)]);
                break;
            case 5:
                _text.Append(_random.Next(3) switch { 0 => "true", 1 => "false", _ => "null" });
                break;
            case 6:
                Array(depth);
                break;
            case 7 when _random.Next(20) == 0:
                var nested = _random.Next(55, 70);
                _text.Append('[', nested).Append(']', nested);
                break;
            default:
                Object(depth);
                break;
        }
    }

    private void Array(int depth)
    {
        _text.Append('[');
        var count = _random.Next(4);
        for (var i = 0; i < count; i++)
        {
            _text.Append(i == 0 ? "" : ",");
            Space();
            Value(depth + 1);
        }

        Space();
        _text.Append(']');
    }

    private void Space()
    {
        if (_random.Next(12) == 0)
        {
            _text.Append(" \n\t\r"[_random.Next(4)], _random.Next(1, 3));
        }
    }
}
