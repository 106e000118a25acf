using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace SecStream.Stages.Enrichment.GeoIp;

/// <summary>
/// How a node of two records lies in the file. A struct per size, so that the walk is compiled once per layout without a branch in its loop.
/// The 16 separator bytes behind the tree make the wider reads of the last node safe.
/// </summary>
internal interface IMmdbRecords
{
    /// <summary>The left (0) or right (1) record of a node.</summary>
    static abstract uint Read(ReadOnlySpan<byte> tree, uint node, uint bit);
}

/// <summary>Six bytes a node: LLL RRR.</summary>
internal readonly struct Records24 : IMmdbRecords
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Read(ReadOnlySpan<byte> tree, uint node, uint bit) =>
        BinaryPrimitives.ReadUInt32BigEndian(tree[(int)((node * 6) + (bit * 3))..]) >> 8;
}

/// <summary>Seven bytes a node: LLL M RRR, the middle byte holding the highest four bits of both.</summary>
internal readonly struct Records28 : IMmdbRecords
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Read(ReadOnlySpan<byte> tree, uint node, uint bit)
    {
        var both = BinaryPrimitives.ReadUInt64BigEndian(tree[(int)(node * 7)..]) >> 8;
        return bit != 0
            ? (uint)both & 0x0FFF_FFFF
            : (uint)(both >> 32) | ((uint)(both >> 4) & 0x0F00_0000);
    }
}

/// <summary>Eight bytes a node.</summary>
internal readonly struct Records32 : IMmdbRecords
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Read(ReadOnlySpan<byte> tree, uint node, uint bit) =>
        BinaryPrimitives.ReadUInt32BigEndian(tree[(int)((node * 8) + (bit * 4))..]);
}
