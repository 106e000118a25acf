using System.Buffers.Binary;
using System.Numerics;

namespace SecStream.Connectors.Journal;

/// <summary>CRC-32C (Castagnoli), eight bytes an instruction where the processor has it. Not cryptographic; not inverted at its end.</summary>
internal static class Crc32C
{
    /// <summary>Where a checksum begins.</summary>
    public const uint Start = uint.MaxValue;

    /// <summary>Goes on with a checksum.</summary>
    public static uint Append(uint crc, ReadOnlySpan<byte> bytes)
    {
        while (bytes.Length >= 8)
        {
            crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
            bytes = bytes[8..];
        }

        foreach (var value in bytes)
        {
            crc = BitOperations.Crc32C(crc, value);
        }

        return crc;
    }

    /// <summary>Goes on with a checksum.</summary>
    public static uint Append(uint crc, long value) => BitOperations.Crc32C(crc, (ulong)value);
}
