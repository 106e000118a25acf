namespace SecStream.Models.Series;

/// <summary>The frame of a saved state: a mark that names the detector, the version of its layout, then its fields.</summary>
internal static class StateFormat
{
    /// <summary>Writes the mark and version.</summary>
    public static void WriteHeader(BinaryWriter writer, uint mark, byte version)
    {
        writer.Write(mark);
        writer.Write(version);
    }

    /// <summary>Reads them and compares.</summary>
    /// <exception cref="InvalidDataException">It is the state of something else, or of another version.</exception>
    public static void ReadHeader(BinaryReader reader, uint mark, byte version, string detector)
    {
        if (reader.ReadUInt32() != mark)
        {
            throw new InvalidDataException($"This is not a state of the {detector} detector; discard it and learn again.");
        }

        var found = reader.ReadByte();
        if (found != version)
        {
            throw new InvalidDataException($"State of the {detector} detector has version {found}, this build reads version {version}; discard it and learn again.");
        }
    }

    /// <summary>Reads a number that must be finite.</summary>
    public static double ReadFinite(BinaryReader reader)
    {
        var value = reader.ReadDouble();
        return double.IsFinite(value) ? value : throw new InvalidDataException("A saved state holds a number that is not finite: it is damaged; discard it and learn again.");
    }

    /// <summary>Writes numbers, without their count.</summary>
    public static void Write(BinaryWriter writer, ReadOnlySpan<double> values)
    {
        foreach (var value in values)
        {
            writer.Write(value);
        }
    }

    /// <summary>Reads numbers that must be finite.</summary>
    public static void ReadFinite(BinaryReader reader, Span<double> values)
    {
        foreach (ref var value in values)
        {
            value = ReadFinite(reader);
        }
    }

    /// <summary>Reads a count or position from 0 to <paramref name="most"/>.</summary>
    public static int ReadCount(BinaryReader reader, int most)
    {
        var value = reader.ReadInt32();
        return value >= 0 && value <= most
            ? value
            : throw new InvalidDataException($"A saved state holds the count {value} where 0 to {most} is possible: it is damaged, or of other options; discard it and learn again.");
    }
}
