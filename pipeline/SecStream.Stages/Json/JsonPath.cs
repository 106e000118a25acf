using System.Text;

namespace SecStream.Stages.Json;

/// <summary>The slow way to a single value, for fields outside the map. Safe on any bytes: what is no JSON is not found.</summary>
public static class JsonPath
{
    /// <summary>
    /// Finds the value at a dotted path of a JSON object; keys may be nested, dotted or both, and the last occurrence wins. Objects count as
    /// values here. Allocates nothing for paths of up to 256 bytes. Cost: one scan of the document.
    /// </summary>
    public static bool TryFind(ReadOnlySpan<byte> json, string dottedPath, out JsonSlice slice)
    {
        ArgumentException.ThrowIfNullOrEmpty(dottedPath);
        var bound = Encoding.UTF8.GetMaxByteCount(dottedPath.Length);
        Span<byte> path = bound <= 768 ? stackalloc byte[bound] : new byte[bound];
        return TryFind(json, path[..Encoding.UTF8.GetBytes(dottedPath, path)], out slice);
    }

    /// <summary>As above, the path as UTF-8.</summary>
    public static unsafe bool TryFind(ReadOnlySpan<byte> json, ReadOnlySpan<byte> dottedPath, out JsonSlice slice)
    {
        slice = default;
        fixed (byte* start = json)
        {
            var end = start + json.Length;
            var input = new JsonInput(start, end, end);
            var p = JsonScanner.SkipSpace(start, end);
            if (p == end || *p != (byte)'{')
            {
                return false;
            }

            p = Search(p, in input, dottedPath, 1, ref slice);
            if (p == null || JsonScanner.SkipSpace(p, end) != end)
            {
                slice = default;
            }

            return slice.Kind != JsonKind.None;
        }
    }

    // Recursion is bounded by the depth limit and by the number of path segments; every byte is looked at once.
    private static unsafe byte* Search(byte* p, in JsonInput input, ReadOnlySpan<byte> path, int depth, ref JsonSlice found)
    {
        p = JsonScanner.SkipSpace(p + 1, input.End);
        if (p < input.End && *p == (byte)'}')
        {
            return p + 1;
        }

        while (true)
        {
            p = JsonScanner.SkipKey(p, in input, out var keyStart, out var keyEnd, out var escaped);
            if (p == null)
            {
                return null;
            }

            var matched = Match(new ReadOnlySpan<byte>(keyStart, (int)(keyEnd - keyStart)), escaped, path);
            var value = p;
            if (matched >= 0 && matched < path.Length && p < input.End && *p == (byte)'{' && depth < JsonFieldParser.MaxDepth)
            {
                p = Search(p, in input, path[(matched + 1)..], depth + 1, ref found);
            }
            else
            {
                p = JsonScanner.SkipValue(p, in input, depth, out var kind, out var valueEscaped, out _);
                if (p != null && matched == path.Length)
                {
                    var quote = kind == JsonKind.String ? 1 : 0;
                    found = new JsonSlice(kind, valueEscaped, (int)(value - input.Start) + quote, (int)(p - value) - (2 * quote));
                }
            }

            p = p == null ? null : JsonScanner.SkipSpace(p, input.End);
            if (p == null || p == input.End || *p is not ((byte)',' or (byte)'}'))
            {
                return null;
            }

            if (*p == (byte)'}')
            {
                return p + 1;
            }

            p = JsonScanner.SkipSpace(p + 1, input.End);
        }
    }

    // How much of the path a key covers: all of it, or up to a dot; −1 when it does not fit.
    private static int Match(ReadOnlySpan<byte> key, bool escaped, ReadOnlySpan<byte> path)
    {
        if (escaped)
        {
            // An escape is at most six bytes for one: a longer key cannot be part of the path.
            if (key.Length > JsonText.MaxEscapeLength * path.Length)
            {
                return -1;
            }

            Span<byte> buffer = key.Length <= 512 ? stackalloc byte[512] : new byte[key.Length];
            var length = JsonText.Unescape(key, buffer);
            return Match(buffer[..length], false, path);
        }

        var covers = path.StartsWith(key) && (key.Length == path.Length || path[key.Length] == '.');
        return covers ? key.Length : -1;
    }
}
