namespace SecStream.Stages.Json;

/// <summary>Why bytes were not accepted as one JSON object.</summary>
public enum JsonError : byte
{
    /// <summary>They were.</summary>
    None = 0,

    /// <summary>No bytes, or only white space.</summary>
    Empty,

    /// <summary>Not RFC 8259 JSON: grammar, number form, escape, control character in a string, trailing bytes, cut short.</summary>
    Syntax,

    /// <summary>Nested deeper than <see cref="JsonFieldParser.MaxDepth"/>.</summary>
    Depth,

    /// <summary>Not valid UTF-8.</summary>
    InvalidUtf8,

    /// <summary>Something else than an object: the first byte that is not white space is no opening brace.</summary>
    NotAnObject,

    /// <summary>Longer than the parser's limit.</summary>
    TooLarge,
}
