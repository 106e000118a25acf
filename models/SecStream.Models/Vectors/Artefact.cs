using System.Runtime.InteropServices;

namespace SecStream.Models.Vectors;

/// <summary>How artefacts are written: a mark, the name of the detector, the version of its layout, then its own fields. Little-endian.</summary>
internal static class Artefact
{
    private const uint Mark = 0x44565353;
    private const int MaxLength = 1 << 27;

    /// <summary>Writes the head.</summary>
    public static void WriteHead(BinaryWriter writer, string name, int version)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.Write(Mark);
        writer.Write(name);
        writer.Write(version);
    }

    /// <summary>Reads the head: name and version.</summary>
    public static (string Name, int Version) ReadHead(BinaryReader reader)
    {
        ArgumentNullException.ThrowIfNull(reader);
        return Guard(reader, static r =>
        {
            if (r.ReadUInt32() != Mark)
            {
                throw new InvalidDataException("this is no artefact of a vector detector: its mark is missing");
            }

            return (r.ReadString(), r.ReadInt32());
        });
    }

    /// <summary>Reads the head and checks it.</summary>
    public static void Expect(BinaryReader reader, string name, int version)
    {
        var head = ReadHead(reader);
        if (head.Name != name || head.Version != version)
        {
            throw new InvalidDataException($"the artefact is {head.Name} version {head.Version}; wanted is {name} version {version}: train again");
        }
    }

    /// <summary>Reads a part; an end before its time is damage.</summary>
    public static T Guard<T>(BinaryReader reader, Func<BinaryReader, T> read)
    {
        try
        {
            return read(reader);
        }
        catch (Exception e) when (e is EndOfStreamException or OverflowException or FormatException or ArgumentException)
        {
            throw new InvalidDataException("the artefact is damaged or cut off", e);
        }
    }

    /// <summary>Writes an array with its length.</summary>
    public static void Write<T>(BinaryWriter writer, ReadOnlySpan<T> values)
        where T : unmanaged
    {
        writer.Write(values.Length);
        writer.Write(MemoryMarshal.AsBytes(values));
    }

    /// <summary>Reads an array with its length.</summary>
    public static T[] Read<T>(BinaryReader reader)
        where T : unmanaged
    {
        var values = new T[ReadCount(reader, 0, MaxLength)];
        reader.BaseStream.ReadExactly(MemoryMarshal.AsBytes(values.AsSpan()));
        return values;
    }

    /// <summary>Reads an array that must have a certain length.</summary>
    public static T[] Read<T>(BinaryReader reader, int length)
        where T : unmanaged
    {
        var values = Read<T>(reader);
        return values.Length == length ? values : throw new InvalidDataException($"the artefact has {values.Length} values where {length} belong");
    }

    /// <summary>Reads a number that must lie in a range.</summary>
    public static int ReadCount(BinaryReader reader, int least, int most)
    {
        var count = reader.ReadInt32();
        return count >= least && count <= most
            ? count
            : throw new InvalidDataException($"the artefact is damaged: {count} is not from {least} to {most}");
    }
}
