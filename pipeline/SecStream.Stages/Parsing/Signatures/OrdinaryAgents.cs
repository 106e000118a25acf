using System.Buffers.Binary;

namespace SecStream.Stages.Parsing.Signatures;

/// <summary>
/// Remembers user agents that were found ordinary, as a few of them make most requests: 128 places of at most 256 bytes (32 KB), the newest
/// wins a place. The whole text is compared, so a collision costs a scan, never a verdict.
/// </summary>
internal sealed class OrdinaryAgents
{
    private const int PlaceCount = 128;
    private const int PlaceBytes = 256;

    private readonly int[] _lengths = new int[PlaceCount];
    private byte[] _texts = [];

    public bool IsOrdinary(ReadOnlySpan<byte> agent)
    {
        if (agent.Length is < 8 or > PlaceBytes)
        {
            return agent.IsEmpty;
        }

        var place = Place(agent);
        return _lengths[place] == agent.Length && agent.SequenceEqual(_texts.AsSpan(place * PlaceBytes, agent.Length));
    }

    public void Remember(ReadOnlySpan<byte> agent)
    {
        if (agent.Length is < 8 or > PlaceBytes)
        {
            return;
        }

        // Most sources carry no user agents at all and need no room for them.
        _texts = _texts.Length == 0 ? new byte[PlaceCount * PlaceBytes] : _texts;
        var place = Place(agent);
        agent.CopyTo(_texts.AsSpan(place * PlaceBytes));
        _lengths[place] = agent.Length;
    }

    /// <summary>A hash of three samples and the length: agents differ in their middle and end.</summary>
    private static int Place(ReadOnlySpan<byte> agent)
    {
        var middle = BinaryPrimitives.ReadUInt64LittleEndian(agent[((agent.Length - 8) / 2)..]);
        var third = BinaryPrimitives.ReadUInt64LittleEndian(agent[((agent.Length - 8) / 4 * 3)..]);
        var end = BinaryPrimitives.ReadUInt64LittleEndian(agent[^8..]);
        var mixed = ((middle ^ (third * 0x9E3779B97F4A7C15)) + end + (ulong)agent.Length) * 0xD6E8FEB86659FD93;
        return (int)(mixed >> 57);
    }
}
