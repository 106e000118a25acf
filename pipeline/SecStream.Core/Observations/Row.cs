using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace SecStream.Core.Observations;

/// <summary>Reads a row (<see cref="RowHeader"/> has the layout).</summary>
public readonly ref struct Row
{
    /// <summary>Number of value slots of a row.</summary>
    public const int Slots = 9;

    /// <summary>Slot of the <c>event.id</c> an event brought itself; absent when ours is the 128-bit id.</summary>
    public const int GivenIdSlot = 0;

    /// <summary>Slot of <c>user.name</c>.</summary>
    public const int UserSlot = 1;

    /// <summary>Slot of <c>source.address</c>.</summary>
    public const int AddressSlot = 2;

    /// <summary>Slot of <c>host.name</c>.</summary>
    public const int HostSlot = 3;

    /// <summary>Slot of <c>event.action</c>.</summary>
    public const int ActionSlot = 4;

    /// <summary>Slot of <c>source.geo.country_iso_code</c>.</summary>
    public const int CountrySlot = 5;

    /// <summary>First of the slots that a route's rules use for their values.</summary>
    public const int FirstRouteSlot = 6;

    /// <summary>Route number of login sessions.</summary>
    public const ushort SessionRoute = ushort.MaxValue;

    /// <summary>Route numbers from here to below <see cref="SessionRoute"/> are of profiles; the rest is the profile's place in the rule set.</summary>
    public const ushort ProfileRoute = 0x8000;

    /// <summary>Number of shards.</summary>
    public const int ShardCount = 64;

    /// <summary>Longest key in bytes; longer ones are cut and end in a hash.</summary>
    public const int MaxKeyBytes = 512;

    /// <summary>Longest value kept in a slot, in bytes.</summary>
    public const int MaxValueBytes = 512;

    private readonly ReadOnlySpan<byte> _bytes;

    /// <summary>Reads the row at the start of some bytes.</summary>
    public Row(ReadOnlySpan<byte> bytes) => _bytes = bytes[..MemoryMarshal.Read<int>(bytes)];

    /// <summary>The fixed part.</summary>
    public ref readonly RowHeader Header => ref Unsafe.As<byte, RowHeader>(ref MemoryMarshal.GetReference(_bytes));

    /// <summary>All bytes of the row.</summary>
    public ReadOnlySpan<byte> Bytes => _bytes;

    /// <summary>The canonical key, parts separated by NUL.</summary>
    public ReadOnlySpan<byte> Key => _bytes.Slice(RowHeader.Size, Header.KeyLength);

    /// <summary>Detections matched, ascending, 2 bytes each.</summary>
    public ReadOnlySpan<byte> DetectionBytes => _bytes.Slice(RowHeader.Size + Header.KeyLength, Header.DetectionCount * 2);

    /// <summary>The rows that follow when this login line turns out to be an attempt.</summary>
    public ReadOnlySpan<byte> Followers => _bytes[^Header.FollowersLength..];

    /// <summary>Lengths of the values, 0xFFFF for absent; the values themselves start at <paramref name="valuesOffset"/>.</summary>
    public ReadOnlySpan<byte> ValueLengths(out int valuesOffset)
    {
        var at = RowHeader.Size + Header.KeyLength + (Header.DetectionCount * 2);
        valuesOffset = at + (Slots * 2);
        return _bytes.Slice(at, Slots * 2);
    }
}
