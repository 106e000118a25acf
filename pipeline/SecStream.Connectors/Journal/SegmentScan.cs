using Microsoft.Win32.SafeHandles;

namespace SecStream.Connectors.Journal;

/// <summary>Where the last segment ends, after whatever happened.</summary>
/// <param name="End">Position behind the last whole append.</param>
/// <param name="LastArrival">Latest arrival stamp in it, or when it was made.</param>
internal readonly record struct SegmentScan(long End, long LastArrival)
{
    private const int BufferBytes = 1 << 20;

    /// <summary>
    /// Reads a segment through. A damage with a frame of a later group behind it was acknowledged once: it stays, and readers skip it. Without
    /// one it is where a crash tore the file: the end is before it, and before the records of an append that is not whole.
    /// </summary>
    public static SegmentScan Of(SafeFileHandle file, JournalSegment segment, uint seed)
    {
        var fileEnd = Math.Max(segment.First, segment.First + RandomAccess.GetLength(file) - SegmentHeader.Bytes);
        var buffer = new byte[BufferBytes];
        var (position, end, arrival) = (segment.First, segment.First, segment.Made);
        while (position < fileEnd)
        {
            var wanted = (int)Math.Min(buffer.Length, fileEnd - position);
            var length = RandomAccess.Read(file, buffer.AsSpan(0, wanted), segment.OffsetOf(position));
            fileEnd = length < wanted ? position + length : fileEnd; // Cut by its writer while it is read for a replay.
            var state = ReadFrames(buffer.AsSpan(0, length), seed, ref position, ref end, ref arrival, out var needed);
            if (state == FrameState.Partial && position + needed <= fileEnd)
            {
                buffer = needed > buffer.Length ? new byte[needed] : buffer;
                continue;
            }

            var next = position < fileEnd ? FrameSearch.Next(file, segment, position + 1, fileEnd, seed, groupAfter: position) : -1;
            if (next < 0)
            {
                break;
            }

            // What lies before a later group was flushed: also an append whose last record is the damaged one.
            (position, end) = (next, next);
        }

        return new SegmentScan(end, arrival);
    }

    private static FrameState ReadFrames(ReadOnlySpan<byte> bytes, uint seed, ref long position, ref long end, ref long arrival, out int needed)
    {
        while (true)
        {
            var state = JournalFrame.Read(bytes, position, seed, out var frame);
            if (state != FrameState.Whole)
            {
                needed = frame.Length;
                return state;
            }

            position += frame.Length;
            end = frame.HasMore ? end : position;
            arrival = Math.Max(arrival, frame.Arrival);
            bytes = bytes[frame.Length..];
        }
    }
}
