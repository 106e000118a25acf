using Microsoft.Win32.SafeHandles;
using SecStream.Core.Features;

namespace SecStream.Connectors.Features;

/// <summary>
/// Reads what <see cref="FeatureFileSink"/> keeps, also while it writes: up to the last whole block. The windows of one schema, length and day are sorted in memory, about
/// their size on disk uncompressed (a window of ten features about 150 bytes: a million a day are 150 MB). Thread-safe.
/// </summary>
/// <param name="folder">The folder; none is an empty store.</param>
public sealed class FeatureFileStore(string folder) : IFeatureStore
{
    private long _damagedBlocks;

    /// <summary>Blocks found damaged and left out.</summary>
    public long DamagedBlocks => Interlocked.Read(ref _damagedBlocks);

    /// <inheritdoc/>
    public IReadOnlyList<FeatureSchema> Schemas()
    {
        // The newest file of a schema has what is said of it now; the schema whose windows go on longest is the latest.
        var newest = FeatureFileName.In(folder).GroupBy(file => (file.Name.Profile, file.Name.Version)).Select(group => group.Last());
        var schemas = new List<FeatureSchema>();
        foreach (var (_, path) in newest.OrderBy(f => f.Name.Profile, StringComparer.Ordinal).ThenBy(f => f.Name.Day).ThenBy(f => File.GetCreationTimeUtc(f.Path)))
        {
            using var file = Open(path);
            if (file is not null && FeatureBlock.ReadHead(file, out _) is { } schema)
            {
                schemas.Add(schema);
            }
        }

        return schemas;
    }

    /// <inheritdoc/>
    public IReadOnlyList<long> Days(FeatureSchema schema) =>
        [.. FeatureFileName.In(folder).Where(file => file.Name.Profile == schema.Profile && file.Name.Version == schema.Version).Select(file => file.Name.Day)];

    /// <inheritdoc/>
    public IEnumerable<FeatureVector> Read(FeatureSchema schema, long window, long day)
    {
        var records = Load(new FeatureFileName(day, schema.Profile, schema.Version), Array.IndexOf(schema.Windows, window));
        var vector = FeatureVector.Of(schema);
        for (var i = 0; i < records.Count; i++)
        {
            // Of equal windows the one written last is what holds; sorting has kept their order.
            if (i + 1 == records.Count || !records[i].IsSame(records[i + 1]))
            {
                FeatureRecord.Read(records[i].Span, vector);
                yield return vector;
            }
        }
    }

    private List<Place> Load(FeatureFileName name, int window)
    {
        var records = new List<Place>();
        using var file = Open(Path.Combine(folder, name.ToString()));
        if (file is null || FeatureBlock.ReadHead(file, out var at) is null)
        {
            return records;
        }

        while (FeatureBlock.TryRead(file, at, out var block, out at))
        {
            if (block is null)
            {
                Interlocked.Increment(ref _damagedBlocks);
                continue;
            }

            AddRecords(records, block, window);
        }

        records.Sort();
        return records;
    }

    /// <summary>Keeps a block's records of one length: copied together, so that the rest of the block can go.</summary>
    private static void AddRecords(List<Place> records, byte[] block, int window)
    {
        var bytes = 0;
        for (var i = 0; i < block.Length; i += FeatureRecord.Length(block.AsSpan(i)))
        {
            bytes += FeatureRecord.Window(block.AsSpan(i)) == window ? FeatureRecord.Length(block.AsSpan(i)) : 0;
        }

        var kept = new byte[bytes];
        var to = 0;
        for (var i = 0; i < block.Length;)
        {
            var record = block.AsSpan(i, FeatureRecord.Length(block.AsSpan(i)));
            if (FeatureRecord.Window(record) == window)
            {
                record.CopyTo(kept.AsSpan(to));
                records.Add(new Place(FeatureRecord.End(record), kept, to, records.Count));
                to += record.Length;
            }

            i += record.Length;
        }
    }

    private static SafeFileHandle? Open(string path)
    {
        try
        {
            return File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        }
        catch (IOException fault) when (fault is FileNotFoundException or DirectoryNotFoundException)
        {
            // No windows, or the file went between the listing and now: its day is over.
            return null;
        }
    }

    /// <summary>Where a record lies.</summary>
    private readonly record struct Place(long End, byte[] Bytes, int Start, int Number) : IComparable<Place>
    {
        public ReadOnlySpan<byte> Span => Bytes.AsSpan(Start, FeatureRecord.Length(Bytes.AsSpan(Start)));

        public bool IsSame(Place other) => End == other.End && FeatureRecord.Key(Span).SequenceEqual(FeatureRecord.Key(other.Span));

        public int CompareTo(Place other)
        {
            var order = End.CompareTo(other.End);
            order = order != 0 ? order : FeatureRecord.Key(Span).SequenceCompareTo(FeatureRecord.Key(other.Span));
            return order != 0 ? order : Number.CompareTo(other.Number);
        }

        public static bool operator <(Place left, Place right) => left.CompareTo(right) < 0;

        public static bool operator >(Place left, Place right) => left.CompareTo(right) > 0;

        public static bool operator <=(Place left, Place right) => left.CompareTo(right) <= 0;

        public static bool operator >=(Place left, Place right) => left.CompareTo(right) >= 0;
    }
}
