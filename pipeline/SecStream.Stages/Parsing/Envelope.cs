using SecStream.Core.Events;
using SecStream.Core.Fields;

namespace SecStream.Stages.Parsing;

/// <summary>A shipper's envelope: which line of which file this is, so that it is known when it is sent again.</summary>
internal static class Envelope
{
    /// <summary>Declares agent, file and offset as the identity, when all three are there; else an <c>event.id</c> if there is one.</summary>
    public static void Declare(EventRecord record)
    {
        var agent = record.Text(Ecs.AgentId);
        var offset = record.Text(Ecs.LogOffset);
        var fingerprint = record.Text(Ecs.LogFileFingerprint);
        var inode = record.Text(Ecs.LogFileInode);
        var path = record.Text(Ecs.LogFilePath);
        if (agent.IsEmpty || offset.IsEmpty || (fingerprint.IsEmpty && inode.IsEmpty && path.IsEmpty))
        {
            var id = record.Text(Ecs.EventId);
            if (!id.IsEmpty)
            {
                record.SetGivenId(id);
            }

            return;
        }

        // A path says nothing about which of the files that bore it; it is the last resort.
        var device = !fingerprint.IsEmpty ? fingerprint : !inode.IsEmpty ? record.Text(Ecs.LogFileDeviceId) : path;
        var node = fingerprint.IsEmpty ? inode : default;
        Span<byte> id2 = stackalloc byte[512];
        var length = 0;
        if (!(Append(id2, ref length, agent) && Append(id2, ref length, device) && Append(id2, ref length, node) && Append(id2, ref length, offset)))
        {
            return;
        }

        record.SetGivenId(id2[..length]);
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
