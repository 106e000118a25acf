using SecStream.Connectors.Journal;
using SecStream.Core.Features;

namespace SecStream.Connectors.Features;

/// <summary>
/// Keeps windows in files, one for each schema and UTC day of their ends (<c>DIR/features/</c>). Thread-safe. A window is durable after <see cref="Flush"/>; what was
/// written since may be missing after a crash, or may come again: <see cref="FeatureFileStore"/> takes the last of equal ones.
/// </summary>
public sealed class FeatureFileSink : IFeatureSink, IDisposable
{
    private const int MaxOpen = 32;

    private readonly Lock _lock = new();
    private readonly Dictionary<FeatureFileName, FeatureFileWriter> _open = [];
    private readonly string _folder;
    private readonly JournalDisk _disk;
    private long _written;

    /// <summary>Keeps windows in a folder, which is made when it is not there.</summary>
    /// <param name="folder">The folder.</param>
    /// <exception cref="IOException">It can't be made.</exception>
    public FeatureFileSink(string folder)
        : this(folder, new JournalDisk())
    {
    }

    internal FeatureFileSink(string folder, JournalDisk disk)
    {
        Directory.CreateDirectory(folder);
        _folder = folder;
        _disk = disk;
    }

    /// <summary>Windows taken since the start.</summary>
    public long Written => Interlocked.Read(ref _written);

    /// <inheritdoc/>
    /// <exception cref="IOException">The disk is full or failing.</exception>
    public void Write(FeatureVector window)
    {
        lock (_lock)
        {
            var writer = WriterOf(new FeatureFileName(FeatureFileName.DayOf(window.End), window.Schema.Profile, window.Schema.Version), window.Schema);
            writer.LastUse = ++_written;
            writer.Write(window);
        }
    }

    /// <summary>Returns when all windows taken are on the disk: before a snapshot that has let go of them counts.</summary>
    /// <exception cref="IOException">The disk is full or failing.</exception>
    public void Flush()
    {
        lock (_lock)
        {
            foreach (var writer in _open.Values)
            {
                writer.Flush();
            }
        }
    }

    /// <summary>Deletes the files of days before one; returns their number.</summary>
    /// <param name="day">First day to keep, days since 1970.</param>
    public int DeleteBefore(long day)
    {
        lock (_lock)
        {
            foreach (var name in _open.Keys.Where(name => name.Day < day).ToList())
            {
                _open.Remove(name, out var writer);
                writer!.Dispose();
            }

            var old = FeatureFileName.In(_folder).Where(file => file.Name.Day < day).ToList();
            old.ForEach(file => File.Delete(file.Path));
            return old.Count;
        }
    }

    /// <summary>Flushes and closes all files.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            foreach (var writer in _open.Values)
            {
                writer.Flush();
                writer.Dispose();
            }

            _open.Clear();
        }
    }

    private FeatureFileWriter WriterOf(FeatureFileName name, FeatureSchema schema)
    {
        if (_open.TryGetValue(name, out var writer))
        {
            return writer;
        }

        if (_open.Count >= MaxOpen)
        {
            var idle = _open.Values.MinBy(w => w.LastUse)!;
            idle.Flush();
            idle.Dispose();
            _open.Remove(idle.Name);
        }

        writer = new FeatureFileWriter(_folder, name, schema, _disk);
        _open.Add(name, writer);
        return writer;
    }
}
