namespace SecStream.Stages.Json;

/// <summary>The kinds of JSON value.</summary>
public enum JsonKind : byte
{
    /// <summary>No value.</summary>
    None = 0,

    /// <summary>A string.</summary>
    String,

    /// <summary>A number.</summary>
    Number,

    /// <summary>The literal true.</summary>
    True,

    /// <summary>The literal false.</summary>
    False,

    /// <summary>The literal null.</summary>
    Null,

    /// <summary>An array.</summary>
    Array,

    /// <summary>An object.</summary>
    Object,
}

/// <summary>
/// Where a JSON value lies in the bytes it was found in: of a string what is between the quotes, of anything else the whole token with its
/// brackets.
/// </summary>
/// <param name="Kind">Kind of the value.</param>
/// <param name="HasEscapes">A string that must go through <see cref="JsonText.Unescape"/> to be read.</param>
/// <param name="Offset">Start in bytes.</param>
/// <param name="Length">Length in bytes.</param>
public readonly record struct JsonSlice(JsonKind Kind, bool HasEscapes, int Offset, int Length)
{
    /// <summary>
    /// The text in <paramref name="json"/>, the bytes the slice was found in; a string with escapes is unescaped into
    /// <paramref name="buffer"/>, which must hold <see cref="Length"/> bytes.
    /// </summary>
    public ReadOnlySpan<byte> Text(ReadOnlySpan<byte> json, Span<byte> buffer)
    {
        var raw = json.Slice(Offset, Length);
        return HasEscapes ? buffer[..JsonText.Unescape(raw, buffer)] : raw;
    }
}
