using SecStream.Connectors.Segments;

namespace SecStream.Host.Explain;

/// <summary>Where a stored event stands among those it is kept with, and when it was evaluated.</summary>
internal readonly record struct EventPlace(long Time, long Offset, int Length);

/// <summary>The stored events that were evaluated in a span of time. Used by one thread at a time.</summary>
internal interface IStoredEvents : IDisposable
{
    /// <summary>What they are read from.</summary>
    string Name { get; }

    /// <summary>Events in order of the time they were evaluated at.</summary>
    IReadOnlyList<EventPlace> Places { get; }

    /// <summary>What could not be read and is left out.</summary>
    IEnumerable<string> Faults { get; }

    /// <summary>Reads a document of as many bytes as its place says.</summary>
    void Read(EventPlace place, Span<byte> destination);
}

/// <summary>Opens the events of a folder, whichever way it keeps them.</summary>
internal static class StoredEvents
{
    /// <summary>A replay keeps events in one file, a service in segments; null when there are neither.</summary>
    public static IStoredEvents? Open(string directory, long from, long to, CancellationToken cancellation)
    {
        var segments = Path.Combine(directory, "events");
        var file = Path.Combine(directory, "events.ndjson");
        return Directory.Exists(segments) ? new SegmentEvents(segments, from, to, cancellation)
            : File.Exists(file) ? EventIndex.Read(file, from, to, cancellation)
            : null;
    }

    private sealed class SegmentEvents : IStoredEvents
    {
        private readonly SegmentSpan _span;
        private readonly List<string> _faults = [];

        public SegmentEvents(string directory, long from, long to, CancellationToken cancellation)
        {
            _span = SegmentSpan.Open(directory, new SegmentOptions(), from, to, _faults.Add, cancellation);
            Name = directory + ".ndjson";
            Places = [.. _span.Places.Select(place => new EventPlace(place.Evaluated, ((long)place.Block << 32) | (uint)place.Offset, place.Length))];
        }

        public string Name { get; }

        public IReadOnlyList<EventPlace> Places { get; }

        public IEnumerable<string> Faults => _faults;

        public void Read(EventPlace place, Span<byte> destination) =>
            _span.Document(new SpanPlace(place.Time, (int)(place.Offset >> 32), (int)(place.Offset & 0x7fffffff), place.Length)).Span.CopyTo(destination);

        public void Dispose() => _span.Dispose();
    }
}
