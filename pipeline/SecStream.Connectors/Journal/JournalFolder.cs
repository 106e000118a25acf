using Microsoft.Win32.SafeHandles;

namespace SecStream.Connectors.Journal;

/// <summary>What is in a journal's folder.</summary>
/// <param name="Id">The journal's id; null when there is no segment.</param>
/// <param name="Segments">The segments, in order.</param>
/// <param name="Torn">The last file when a crash tore it before its head was written: it holds nothing.</param>
internal sealed record JournalFolder(JournalId? Id, IReadOnlyList<JournalSegment> Segments, string? Torn)
{
    /// <summary>Looks at the files of a folder.</summary>
    /// <exception cref="InvalidDataException">A file is no segment of this journal, or its id is lost.</exception>
    public static JournalFolder Read(string directory)
    {
        var paths = Directory.Exists(directory)
            ? Directory.EnumerateFiles(directory, "*" + JournalSegment.Extension).Order(StringComparer.Ordinal).ToList()
            : [];
        var heads = paths.ConvertAll(ReadHead);
        var id = heads.Find(h => h.Header is not null).Header?.Id;
        string? torn = null;
        if (heads is [.., var last] && last.Header is null && last.Length <= SegmentHeader.Bytes)
        {
            torn = paths[^1];
            paths.RemoveAt(paths.Count - 1);
        }

        var segments = new List<JournalSegment>();
        for (var i = 0; i < paths.Count; i++)
        {
            segments.Add(Check(paths[i], heads[i].Header, id, segments is [.., var previous] ? previous.Made : 0));
        }

        return new JournalFolder(id, segments, torn);
    }

    private static JournalSegment Check(string path, SegmentHeader? header, JournalId? id, long madeBefore)
    {
        if (!JournalSegment.TryParseName(path, out var first))
        {
            throw new InvalidDataException($"{path}: not named as a journal's segment (20 digits and .journal); move it to another folder");
        }

        if (header is null)
        {
            // The id stands in every other segment, the position in the name: what is behind a damaged head can be read all the same.
            return id is not null
                ? new JournalSegment(path, first, madeBefore)
                : throw new InvalidDataException(
                    $"{path}: the head of the segment is damaged (offset 0), and no other segment tells the journal's id. Restore the file from a backup, " +
                    "or move it away: the journal begins anew then, without the records in it");
        }

        if (header.FirstPosition != first)
        {
            throw new InvalidDataException(
                $"{path}: was renamed, its first record has position {header.FirstPosition}; name it {Path.GetFileName(JournalSegment.PathOf("", header.FirstPosition))}");
        }

        return header.Id.Hex == id!.Hex
            ? new JournalSegment(path, first, header.Made)
            : throw new InvalidDataException($"{path}: belongs to another journal ({header.Id.Hex}, here is {id.Hex}); move it to its own folder");
    }

    private static (SegmentHeader? Header, long Length) ReadHead(string path)
    {
        using var file = OpenToRead(path);
        Span<byte> head = stackalloc byte[SegmentHeader.Bytes];
        var length = RandomAccess.Read(file, head, 0);
        return (SegmentHeader.Read(head[..length]), RandomAccess.GetLength(file));
    }

    /// <summary>Opens a segment to read while it is written, and while it is deleted.</summary>
    public static SafeFileHandle OpenToRead(string path) => File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
}
