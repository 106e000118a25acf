namespace SecStream.Core.Fields;

/// <summary>What a <see cref="FieldValue"/> holds.</summary>
public enum FieldKind : byte
{
    /// <summary>The field is not there.</summary>
    None = 0,

    /// <summary>UTF-8 text.</summary>
    Text = 1,

    /// <summary>A 64-bit signed integer in <see cref="FieldValue.Bits"/>; the text it was read from stays reachable.</summary>
    Integer = 2,

    /// <summary>A double in <see cref="FieldValue.Bits"/>; the text it was read from stays reachable.</summary>
    Float = 3,

    /// <summary>0 or 1 in <see cref="FieldValue.Bits"/>.</summary>
    Bool = 4,

    /// <summary>Microseconds since 1970-01-01 UTC in <see cref="FieldValue.Bits"/>.</summary>
    Time = 5,

    /// <summary>A JSON array; the text is the raw JSON between and including its brackets.</summary>
    Array = 6,

    /// <summary>A JSON null.</summary>
    Null = 7,
}
