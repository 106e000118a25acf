using System.Text;

namespace SecStream.Conformance.Tests.Generation;

/// <summary>
/// Lines that are nearly right: good ones of every format, with bytes changed, pieces cut out, doubled or taken from another, and with what attackers
/// write in between. The same seed gives the same lines.
/// </summary>
internal sealed class LineFuzzer(int seed, IReadOnlyList<string> good)
{
    private static readonly byte[][] s_hostile =
    [
        .. new[]
        {
            "\0", "\u001b[2J", "\"", "\\", "\\u0000", "\\ud800", "{", "}", "[[[[[[[[", "]", ",", ":", "null", "1e999", "-0", "99999999999999999999", "\u202e", "${jndi:ldap://x}",
            "Failed password for root from 203.0.113.9 port 22 ssh2", "message repeated 2147483647 times: [ ", "<999>", "<0>", "%n%s", "' OR 1=1--", "\r", "::ffff:1.2.3.4",
            "2026-13-45T99:99:99Z", "Feb 30 25:61:61 ", "\uFEFF", "=", "|", "\t", "[01/Jan/0001:00:00:00 +9999]", "\"@timestamp\":", "\"event\":{\"id\":\"", "rhost=",
        }.Select(Encoding.UTF8.GetBytes),
        [0xFF], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80],
    ];

    private readonly Random _random = new(seed);
    private readonly byte[][] _good = [.. good.Select(Encoding.UTF8.GetBytes)];

    public byte[] Next()
    {
        var line = new List<byte>(_good[_random.Next(_good.Length)]);
        for (var changes = _random.Next(1, 5); changes > 0 && line.Count > 0; changes--)
        {
            var at = _random.Next(line.Count);
            var length = Math.Min(line.Count - at, _random.Next(1, 20));
            switch (_random.Next(8))
            {
                case 0:
                    line[at] ^= (byte)(1 << _random.Next(8));
                    break;
                case 1:
                    line[at] = (byte)_random.Next(256);
                    break;
                case 2:
                    line.RemoveRange(at, length);
                    break;
                case 3:
                    line.RemoveRange(at, line.Count - at);
                    break;
                case 4:
                    line.InsertRange(at, line.GetRange(at, length));
                    break;
                case 5:
                    line.InsertRange(at, s_hostile[_random.Next(s_hostile.Length)]);
                    break;
                case 6:
                    var other = _good[_random.Next(_good.Length)];
                    line.RemoveRange(at, line.Count - at);
                    line.AddRange(other[_random.Next(other.Length)..]);
                    break;
                default:
                    line.InsertRange(at, Enumerable.Repeat(line[at], _random.Next(1, 300)));
                    break;
            }
        }

        return [.. line];
    }
}
