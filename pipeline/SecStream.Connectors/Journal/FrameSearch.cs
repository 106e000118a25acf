using Microsoft.Win32.SafeHandles;

namespace SecStream.Connectors.Journal;

/// <summary>Finds the next frame behind a damage, byte by byte.</summary>
internal static class FrameSearch
{
    private const int ChunkBytes = 1 << 20;

    /// <summary>
    /// Position of the first frame at or after <paramref name="from"/> whose head is good and whose group begins behind <paramref name="groupAfter"/>;
    /// -1 when there is none before <paramref name="end"/>. Takes some milliseconds a MiB.
    /// </summary>
    public static long Next(SafeFileHandle file, JournalSegment segment, long from, long end, uint seed, long groupAfter)
    {
        var buffer = new byte[ChunkBytes + JournalFrame.HeaderBytes - 1];
        for (var at = from; at < end; at += ChunkBytes)
        {
            var length = RandomAccess.Read(file, buffer.AsSpan(0, (int)Math.Min(buffer.Length, end - at)), segment.OffsetOf(at));
            for (var i = 0; i + JournalFrame.HeaderBytes <= length && i < ChunkBytes; i++)
            {
                var state = JournalFrame.Read(buffer.AsSpan(i, JournalFrame.HeaderBytes), at + i, seed, out var frame);
                var begins = at + i - frame.Back;
                if (state != FrameState.BadHeader && at + i + frame.Length <= end && begins >= segment.First && begins > groupAfter)
                {
                    return at + i;
                }
            }
        }

        return -1;
    }
}
