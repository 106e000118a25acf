using SecStream.Core.Events;
using SecStream.Core.Fields;
using SecStream.Core.Text;

namespace SecStream.Stages.Parsing;

/// <summary>A shipper's envelope: which line of which file this is, so that it is known when it is sent again.</summary>
internal static class Envelope
{
    private const int MaxIdentityBytes = 512;

    /// <summary>Declares agent, file and offset as the identity, when all three are there; else an <c>event.id</c> if there is one.</summary>
    public static void Declare(EventRecord record)
    {
        Span<byte> identity = stackalloc byte[MaxIdentityBytes];
        var length = 0;
        if (TryWriteFile(record, identity, ref length))
        {
            if (Append(identity, ref length, record.Text(Ecs.LogOffset)))
            {
                record.SetGivenId(identity[..length]);
            }

            return;
        }

        var id = record.Text(Ecs.EventId);
        if (length == 0 && !id.IsEmpty)
        {
            record.SetGivenId(id);
        }
    }

    /// <summary>The file an event was a line of (hash of agent and file) and the line's offset; false when a shipper does not say so.</summary>
    public static bool TryReadPlace(EventRecord record, ulong seed, out ulong file, out long offset)
    {
        file = 0;
        var value = record.Get(Ecs.LogOffset);
        offset = value.Bits;
        if (value.Kind != FieldKind.Integer)
        {
            return false;
        }

        Span<byte> identity = stackalloc byte[MaxIdentityBytes];
        var length = 0;
        if (!TryWriteFile(record, identity, ref length))
        {
            return false;
        }

        file = StableHash.Compute(identity[..length], seed);
        return true;
    }

    /// <summary>Writes what identifies the file; false with length 0 when something is missing, else when there is no room.</summary>
    private static bool TryWriteFile(EventRecord record, Span<byte> target, ref int length)
    {
        var agent = record.Text(Ecs.AgentId);
        var offset = record.Text(Ecs.LogOffset);
        var fingerprint = record.Text(Ecs.LogFileFingerprint);
        var inode = record.Text(Ecs.LogFileInode);
        var path = record.Text(Ecs.LogFilePath);
        if (agent.IsEmpty || offset.IsEmpty || (fingerprint.IsEmpty && inode.IsEmpty && path.IsEmpty))
        {
            return false;
        }

        // A path says nothing about which of the files that bore it; it is the last resort.
        var device = !fingerprint.IsEmpty ? fingerprint : !inode.IsEmpty ? record.Text(Ecs.LogFileDeviceId) : path;
        var node = fingerprint.IsEmpty ? inode : default;
        return Append(target, ref length, agent) && Append(target, ref length, device) && Append(target, ref length, node);
    }

    private static bool Append(Span<byte> target, ref int length, ReadOnlySpan<byte> part)
    {
        if (length + part.Length + 1 > target.Length)
        {
            return false;
        }

        if (length > 0)
        {
            target[length++] = (byte)'|';
        }

        part.CopyTo(target[length..]);
        length += part.Length;
        return true;
    }
}
