using System.Globalization;

namespace SecStream.Connectors.Journal;

/// <summary>A segment's file.</summary>
/// <param name="Path">The file.</param>
/// <param name="First">Position of its first record; its name.</param>
/// <param name="Made">When it was made, in microseconds: nothing before it arrived later.</param>
internal sealed record JournalSegment(string Path, long First, long Made)
{
    /// <summary>What the names of segments end with.</summary>
    public const string Extension = ".journal";

    private const int Digits = 20;

    /// <summary>Path of the segment that begins at a position.</summary>
    public static string PathOf(string directory, long first) =>
        System.IO.Path.Combine(directory, first.ToString("D20", CultureInfo.InvariantCulture) + Extension);

    /// <summary>Reads the position that a file is named after.</summary>
    public static bool TryParseName(string path, out long first)
    {
        var name = System.IO.Path.GetFileNameWithoutExtension(path);
        first = 0;
        return name.Length == Digits && long.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out first);
    }

    /// <summary>Offset in the file of a position.</summary>
    public long OffsetOf(long position) => position - First + SegmentHeader.Bytes;
}
