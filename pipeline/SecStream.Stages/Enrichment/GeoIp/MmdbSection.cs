using System.Buffers.Binary;

namespace SecStream.Stages.Enrichment.GeoIp;

/// <summary>
/// A data section of a MaxMind DB file (the records, or the metadata), read where it lies. The file is not trusted: every offset is checked,
/// a pointer may not point to a pointer (the specification forbids it), skipping a value is linear in its bytes and follows no pointer, so
/// no content can make a read loop, recurse or run for long. Failure is a false result, never an exception. Immutable, thread-safe.
/// </summary>
public sealed class MmdbSection
{
    private readonly byte[] _file;
    private readonly int _start;
    private readonly int _length;

    internal MmdbSection(byte[] file, int start, int length)
    {
        _file = file;
        _start = start;
        _length = length;
    }

    /// <summary>Bytes of the section.</summary>
    public int Length => _length;

    private ReadOnlySpan<byte> Content => _file.AsSpan(_start, _length);

    /// <summary>Reads the value at an offset, following a pointer.</summary>
    public bool TryRead(int offset, out MmdbValue value)
    {
        if (!TryReadControl(offset, out value))
        {
            return false;
        }

        if (value.Type != MmdbType.Pointer)
        {
            return true;
        }

        var next = value.Next;
        if (!TryReadControl(value.Size, out value) || value.Type == MmdbType.Pointer)
        {
            return false;
        }

        value = value with { Next = next };
        return true;
    }

    /// <summary>Finds a key in a map. False as well when the value is no map or its bytes are broken before the key.</summary>
    public bool TryFind(MmdbValue map, ReadOnlySpan<byte> key, out MmdbValue value)
    {
        value = default;
        if (map.Type != MmdbType.Map)
        {
            return false;
        }

        var at = map.Payload;
        for (var i = 0; i < map.Size; i++)
        {
            if (!TryRead(at, out var name) || name.Type != MmdbType.Text)
            {
                return false;
            }

            if (Bytes(name).SequenceEqual(key))
            {
                return TryRead(name.Next, out value);
            }

            if (!TrySkip(name.Next, out at))
            {
                return false;
            }
        }

        return false;
    }

    /// <summary>Finds the offset behind the value at an offset, without following pointers.</summary>
    public bool TrySkip(int offset, out int next)
    {
        next = offset;
        // Every pending value takes at least one byte, so the sum can't outgrow the section and the loop is linear in it.
        long pending = 1;
        while (pending > 0)
        {
            if (pending > _length || !TryReadControl(next, out var value))
            {
                return false;
            }

            pending += value.Type switch
            {
                MmdbType.Map => (2L * value.Size) - 1,
                MmdbType.Array => value.Size - 1L,
                _ => -1,
            };
            next = value.Next;
        }

        return true;
    }

    /// <summary>The payload of a text or of bytes; empty for other types.</summary>
    public ReadOnlySpan<byte> Bytes(MmdbValue value) =>
        value.Type is MmdbType.Text or MmdbType.Bytes ? Content.Slice(value.Payload, value.Size) : default;

    /// <summary>An unsigned integer of any width, or a signed one that is not negative.</summary>
    public bool TryGetInteger(MmdbValue value, out UInt128 number)
    {
        number = 0;
        var limit = value.Type switch
        {
            MmdbType.UInt16 => 2,
            MmdbType.UInt32 or MmdbType.Int32 => 4,
            MmdbType.UInt64 => 8,
            MmdbType.UInt128 => 16,
            _ => -1,
        };
        if (limit < 0 || value.Size > limit)
        {
            return false;
        }

        foreach (var b in Content.Slice(value.Payload, value.Size))
        {
            number = (number << 8) | b;
        }

        return value.Type != MmdbType.Int32 || number <= int.MaxValue;
    }

    /// <summary>A signed 32-bit integer.</summary>
    public bool TryGetInt32(MmdbValue value, out int number)
    {
        number = 0;
        if (value.Type != MmdbType.Int32 || value.Size > 4)
        {
            return false;
        }

        foreach (var b in Content.Slice(value.Payload, value.Size))
        {
            number = (number << 8) | b;
        }

        return true;
    }

    /// <summary>A floating-point number; <paramref name="isSingle"/> tells that it has only the precision of a single.</summary>
    public bool TryGetDouble(MmdbValue value, out double number, out bool isSingle)
    {
        isSingle = value.Type == MmdbType.Float;
        number = value switch
        {
            { Type: MmdbType.Double, Size: 8 } => BinaryPrimitives.ReadDoubleBigEndian(Content[value.Payload..]),
            { Type: MmdbType.Float, Size: 4 } => BinaryPrimitives.ReadSingleBigEndian(Content[value.Payload..]),
            _ => double.NaN,
        };
        return double.IsFinite(number);
    }

    /// <summary>A boolean.</summary>
    public static bool TryGetBoolean(MmdbValue value, out bool flag)
    {
        flag = value.Size != 0;
        return value.Type == MmdbType.Boolean;
    }

    /// <summary>Reads type and size without following a pointer; a pointer comes back as such, with its target as the size.</summary>
    private bool TryReadControl(int offset, out MmdbValue value)
    {
        value = default;
        if ((uint)offset >= (uint)_length)
        {
            return false;
        }

        var content = Content;
        var control = content[offset++];
        var type = (MmdbType)(control >> 5);
        if (type == MmdbType.Pointer)
        {
            return TryReadPointer(content, control, offset, out value);
        }

        if (type == MmdbType.Extended)
        {
            // Extended types count from 8; a lower number there would be a second spelling of a basic type.
            if (offset >= content.Length || content[offset] is 0 or > (byte)MmdbType.Float - 7)
            {
                return false;
            }

            type = (MmdbType)(content[offset++] + 7);
        }

        if (type is MmdbType.Container or MmdbType.EndMarker || !TryReadSize(content, control & 31, ref offset, out var size))
        {
            return false;
        }

        var payloadBytes = type is MmdbType.Map or MmdbType.Array or MmdbType.Boolean ? 0 : size;
        if (payloadBytes > content.Length - offset)
        {
            return false;
        }

        value = new MmdbValue(type, size, offset, offset + payloadBytes);
        return true;
    }

    private static bool TryReadSize(ReadOnlySpan<byte> content, int size, ref int offset, out int result)
    {
        result = size;
        var more = size - 28;
        if (more <= 0)
        {
            return true;
        }

        if (more > content.Length - offset)
        {
            return false;
        }

        result = more switch
        {
            1 => 29 + content[offset],
            2 => 285 + BinaryPrimitives.ReadUInt16BigEndian(content[offset..]),
            _ => 65_821 + ReadUInt24(content[offset..]),
        };
        offset += more;
        return true;
    }

    private static bool TryReadPointer(ReadOnlySpan<byte> content, int control, int offset, out MmdbValue value)
    {
        value = default;
        var bytes = ((control >> 3) & 3) + 1;
        if (bytes > content.Length - offset)
        {
            return false;
        }

        var high = control & 7;
        long target = bytes switch
        {
            1 => (high << 8) | content[offset],
            2 => ((high << 16) | BinaryPrimitives.ReadUInt16BigEndian(content[offset..])) + 2048,
            3 => ((high << 24) | ReadUInt24(content[offset..])) + 526_336L,
            _ => BinaryPrimitives.ReadUInt32BigEndian(content[offset..]),
        };
        if (target >= content.Length)
        {
            return false;
        }

        value = new MmdbValue(MmdbType.Pointer, (int)target, offset, offset + bytes);
        return true;
    }

    private static int ReadUInt24(ReadOnlySpan<byte> bytes) => (bytes[0] << 16) | BinaryPrimitives.ReadUInt16BigEndian(bytes[1..]);
}
