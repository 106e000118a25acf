using System.Runtime.InteropServices;

namespace SecStream.Stages.Json;

/// <summary>
/// Goes through the elements of a JSON array (the slice of an array field, brackets included): <c>foreach (var e in new JsonArrayElements(raw))</c>.
/// Safe on any bytes: at the first thing that is no JSON it ends. Nested arrays and objects come as one element.
/// </summary>
public ref struct JsonArrayElements(ReadOnlySpan<byte> array)
{
    private readonly ReadOnlySpan<byte> _array = array;
    private int _next = -1;

    /// <summary>The element; offsets count from the start of the array's bytes.</summary>
    public JsonSlice Current { get; private set; }

    /// <summary>For foreach.</summary>
    public readonly JsonArrayElements GetEnumerator() => this;

    /// <summary>The text of the element, unescaped into <paramref name="buffer"/> (as long as the array's bytes) when it has escapes.</summary>
    public readonly ReadOnlySpan<byte> Text(Span<byte> buffer) => Current.Text(_array, buffer);

    /// <summary>Goes to the next element.</summary>
    public unsafe bool MoveNext()
    {
        Current = default;
        fixed (byte* start = &MemoryMarshal.GetReference(_array))
        {
            var end = start + _array.Length;
            var input = new JsonInput(start, end, end);
            var p = Begin(start, end);
            if (p == null)
            {
                return false;
            }

            var q = JsonScanner.SkipValue(p, in input, 0, out var kind, out var escaped, out _);
            if (q == null)
            {
                _next = _array.Length;
                return false;
            }

            var quote = kind == JsonKind.String ? 1 : 0;
            Current = new JsonSlice(kind, escaped, (int)(p - start) + quote, (int)(q - p) - (2 * quote));
            _next = (int)(q - start);
            return true;
        }
    }

    // Where the next element begins; null at the closing bracket and at what cannot be there.
    private readonly unsafe byte* Begin(byte* start, byte* end)
    {
        var p = JsonScanner.SkipSpace(_next < 0 ? start : start + _next, end);
        var expected = _next < 0 ? (byte)'[' : (byte)',';
        if (p == end || *p != expected)
        {
            return null;
        }

        p = JsonScanner.SkipSpace(p + 1, end);
        return p < end && *p != (byte)']' ? p : null;
    }
}
