using SecStream.Connectors.Segments;
using SecStream.Core.Events;

namespace SecStream.Connectors.Elasticsearch.Events;

/// <summary>
/// Dead letters of documents that Elasticsearch refused, beside those that could not be parsed: <c>DIR/dead-letters/elasticsearch</c>. In a folder of their
/// own, for the others are cut back to a snapshot after a crash, and these documents don't come again then. Thread-safe.
/// </summary>
public sealed class RefusedDocuments : IRefusedDocuments, IDisposable
{
    private readonly Lock _lock = new();
    private readonly TimeProvider _time;
    private readonly Action<string> _report;
    private readonly SegmentWriter _writer;
    private bool _isReady;

    /// <summary>Takes a data folder.</summary>
    /// <param name="directory">The data folder.</param>
    /// <param name="options">Sizes.</param>
    /// <param name="time">For the age of letters.</param>
    /// <param name="report">Told what is damaged. May come on any thread.</param>
    /// <param name="stop">Ends the wait for a disk that takes nothing.</param>
    public RefusedDocuments(string directory, SegmentOptions options, TimeProvider time, Action<string> report, CancellationToken stop)
    {
        (_time, _report) = (time, report);
        _writer = new SegmentWriter(Folder(directory), options.DeadLetterSegmentBytes, options, time, RandomAccess.Write, stop);
    }

    /// <summary>Where they are in a data folder.</summary>
    internal static string Folder(string directory) => Path.Combine(directory, "dead-letters", "elasticsearch");

    /// <inheritdoc/>
    public void Add(ReadOnlySpan<byte> letter)
    {
        lock (_lock)
        {
            if (!_isReady)
            {
                _writer.Continue(_report);
                _isReady = true;
            }

            var now = EventClock.ToMicroseconds(_time.GetUtcNow());
            _writer.Add(letter, now, now, []);
            _writer.Write();
        }
    }

    /// <inheritdoc/>
    public void Flush()
    {
        lock (_lock)
        {
            _writer.Save(new BinaryWriter(Stream.Null));
            _writer.MakeDurable();
            if (_writer.Commit())
            {
                _writer.Compress(CancellationToken.None);
            }
        }
    }

    /// <summary>Closes the files.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            _writer.Dispose();
        }
    }
}
