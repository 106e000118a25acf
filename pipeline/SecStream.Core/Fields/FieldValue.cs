namespace SecStream.Core.Fields;

/// <summary>
/// One typed value of an event: a slice of the event's raw bytes (or of its scratch buffer) and, for numbers, booleans and times, the
/// value itself. 24 bytes, no references: a field table is a flat array that is never cleared.
/// </summary>
public struct FieldValue
{
    /// <summary>Start of the text in the raw bytes, or, when <see cref="InScratch"/>, in the scratch buffer.</summary>
    public int Offset;

    /// <summary>Length of the text in bytes.</summary>
    public int Length;

    /// <summary>The value of an integer, bool or time; the bits of a float.</summary>
    public long Bits;

    /// <summary>What the value is.</summary>
    public FieldKind Kind;

    /// <summary>The text lies in the scratch buffer, not in the raw bytes.</summary>
    public bool InScratch;

    /// <summary>The value as a double, whether it was written as an integer or a float.</summary>
    public readonly double Number => Kind == FieldKind.Float ? BitConverter.Int64BitsToDouble(Bits) : Bits;
}
