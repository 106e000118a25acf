using System.Globalization;

namespace SecStream.Connectors.Segments;

/// <summary>A segment as a reader knows it.</summary>
/// <param name="Folder">Folder of its class.</param>
/// <param name="Days">Its class: days events are kept.</param>
/// <param name="First">Number of its first document.</param>
/// <param name="IsCompressed">It is closed and compressed, and will not change.</param>
/// <param name="Bytes">Bytes on disk.</param>
/// <param name="Count">Documents.</param>
/// <param name="Times">Span of event times.</param>
/// <param name="Evaluated">Span of the times they were evaluated at.</param>
internal sealed record SegmentInfo(
    string Folder, int Days, long First, bool IsCompressed, long Bytes, long Count, TimeSpread Times, TimeSpread Evaluated);

/// <summary>
/// The segments in some folders. Segments that the service in this process writes are told by it; those another process writes are read as far as
/// they go. What closed segments hold is remembered; their filters only as far as <see cref="MaxIndexBytes"/> go. Thread-safe.
/// </summary>
internal sealed class SegmentCatalog(
    Func<IEnumerable<(string Folder, int Days)>> folders, Func<IReadOnlyList<SegmentView>> live, int blockBytes, Action<string> report)
{
    private const long MaxIndexBytes = 128 << 20;
    private readonly Lock _lock = new();
    private readonly Dictionary<(string Folder, long First), SegmentInfo> _known = [];
    private readonly Dictionary<(string Folder, long First), (SegmentIndex Index, long Used)> _indexes = [];
    private readonly Dictionary<(string Folder, long First), SegmentBlock[]> _plain = [];
    private readonly Dictionary<(string Folder, long First), BlockScan> _scans = [];
    private long _indexBytes;
    private long _use;

    /// <summary>The folders of a folder of events: one a class, <c>30d</c>.</summary>
    public static IEnumerable<(string Folder, int Days)> Classes(string directory)
    {
        if (!Directory.Exists(directory))
        {
            yield break;
        }

        foreach (var folder in Directory.EnumerateDirectories(directory).Order(StringComparer.Ordinal))
        {
            var name = Path.GetFileName(folder);
            if (name.EndsWith('d') && int.TryParse(name.AsSpan(0, name.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var days))
            {
                yield return (folder, days);
            }
        }
    }

    /// <summary>The segments there are now.</summary>
    public IReadOnlyList<SegmentInfo> List()
    {
        lock (_lock)
        {
            var found = new List<SegmentInfo>();
            _plain.Clear();

            // What is being written first: a segment that is compressed between the two looks is then seen in one of them, or in both.
            var views = live().ToDictionary(view => (view.Folder, view.First));
            foreach (var (folder, days) in folders())
            {
                foreach (var (first, files) in SegmentName.List(folder))
                {
                    if (Describe(folder, days, first, files.Compressed, views.GetValueOrDefault((folder, first))) is { } info)
                    {
                        found.Add(info);
                    }
                }
            }

            Forget(found);
            return found;
        }
    }

    /// <summary>The blocks of a listed segment.</summary>
    public IReadOnlyList<SegmentBlock> Blocks(SegmentInfo segment)
    {
        lock (_lock)
        {
            return segment.IsCompressed ? Index(segment.Folder, segment.First).Blocks : _plain.GetValueOrDefault((segment.Folder, segment.First)) ?? [];
        }
    }

    /// <summary>What has been removed is not remembered for ever.</summary>
    private void Forget(List<SegmentInfo> present)
    {
        if (_known.Count + _scans.Count <= present.Count)
        {
            return;
        }

        var keys = present.Select(segment => (segment.Folder, segment.First)).ToHashSet();
        foreach (var key in _known.Keys.Concat(_scans.Keys).Where(key => !keys.Contains(key)).ToList())
        {
            _known.Remove(key);
            _scans.Remove(key);
            if (_indexes.Remove(key, out var index))
            {
                _indexBytes -= index.Index.MemoryBytes;
            }
        }
    }

    private SegmentInfo? Describe(string folder, int days, long first, bool isCompressed, SegmentView? view)
    {
        try
        {
            if (!isCompressed)
            {
                return DescribePlain(folder, days, first, view?.Blocks ?? Scan(folder, first));
            }

            if (_known.TryGetValue((folder, first), out var known))
            {
                return known;
            }

            var index = Index(folder, first);
            var bytes = new FileInfo(SegmentName.Compressed(folder, first)).Length;
            return _known[(folder, first)] = new SegmentInfo(folder, days, first, true, bytes, index.Count, index.Times, index.Evaluated);
        }
        catch (FileNotFoundException)
        {
            // Compressed or removed since the folder was listed. Compressed: look once more; removed: there is nothing to say of it.
            return !isCompressed && File.Exists(SegmentName.Compressed(folder, first)) ? Describe(folder, days, first, true, null) : null;
        }
    }

    private SegmentInfo DescribePlain(string folder, int days, long first, SegmentBlock[] blocks)
    {
        _plain[(folder, first)] = blocks;
        var index = new SegmentIndex(blocks);
        return new SegmentInfo(folder, days, first, false, index.Length, index.Count, index.Times, index.Evaluated);
    }

    /// <summary>Another process writes it: it is read as far as whole lines go, and next time from there on.</summary>
    private SegmentBlock[] Scan(string folder, long first)
    {
        using var file = new FileStream(SegmentName.Raw(folder, first), FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
        if (!_scans.TryGetValue((folder, first), out var scan) || file.Length < scan.Length)
        {
            _scans[(folder, first)] = scan = new BlockScan(first, blockBytes, hasHashes: false);
        }

        scan.Read(file, file.Length);
        return scan.Snapshot();
    }

    private SegmentIndex Index(string folder, long first)
    {
        if (_indexes.TryGetValue((folder, first), out var cached))
        {
            _indexes[(folder, first)] = (cached.Index, ++_use);
            return cached.Index;
        }

        var index = SegmentReader.IndexOf(folder, first, blockBytes, report);
        _scans.Remove((folder, first));
        _indexBytes += index.MemoryBytes;
        while (_indexBytes > MaxIndexBytes && _indexes.Count > 0)
        {
            var (key, oldest) = _indexes.MinBy(entry => entry.Value.Used);
            _indexes.Remove(key);
            _indexBytes -= oldest.Index.MemoryBytes;
        }

        _indexes[(folder, first)] = (index, ++_use);
        return index;
    }
}
