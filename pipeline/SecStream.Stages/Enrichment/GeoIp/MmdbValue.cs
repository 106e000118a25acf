namespace SecStream.Stages.Enrichment.GeoIp;

/// <summary>The types of the MaxMind DB format, by their numbers in the file.</summary>
public enum MmdbType : byte
{
    /// <summary>An extended type in the file; never the type of a value read.</summary>
    Extended = 0,

    /// <summary>A pointer in the file; never the type of a value read.</summary>
    Pointer = 1,

    /// <summary>UTF-8 text.</summary>
    Text = 2,

    /// <summary>IEEE 754 double.</summary>
    Double = 3,

    /// <summary>Bytes.</summary>
    Bytes = 4,

    /// <summary>Unsigned 16-bit integer.</summary>
    UInt16 = 5,

    /// <summary>Unsigned 32-bit integer.</summary>
    UInt32 = 6,

    /// <summary>Map from text to values.</summary>
    Map = 7,

    /// <summary>Signed 32-bit integer.</summary>
    Int32 = 8,

    /// <summary>Unsigned 64-bit integer.</summary>
    UInt64 = 9,

    /// <summary>Unsigned 128-bit integer.</summary>
    UInt128 = 10,

    /// <summary>Array of values.</summary>
    Array = 11,

    /// <summary>Container of a data cache; not found in databases.</summary>
    Container = 12,

    /// <summary>End marker; not found in databases.</summary>
    EndMarker = 13,

    /// <summary>Boolean, held in the size.</summary>
    Boolean = 14,

    /// <summary>IEEE 754 single.</summary>
    Float = 15,
}

/// <summary>One value of a data section: its type and where its payload lies. Pointers are already followed.</summary>
/// <param name="Type">The type.</param>
/// <param name="Size">Bytes of a scalar, entries of a map or array, the value of a boolean.</param>
/// <param name="Payload">Offset of the first payload byte in the section.</param>
/// <param name="Next">Offset of what follows the value (or the pointer to it) where it was read.</param>
public readonly record struct MmdbValue(MmdbType Type, int Size, int Payload, int Next);
