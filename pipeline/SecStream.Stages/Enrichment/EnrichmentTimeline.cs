namespace SecStream.Stages.Enrichment;

/// <summary>
/// What enrichment knows at which evaluated event time: an event is enriched with what was in force then, whenever it comes. Immutable, shared by
/// all workers.
/// </summary>
public sealed class EnrichmentTimeline
{
    private readonly EnrichmentSources[] _sources;
    private readonly long[] _starts;

    /// <summary>One knowledge for all times.</summary>
    public EnrichmentTimeline(EnrichmentSources sources)
        : this([sources], [])
    {
    }

    private EnrichmentTimeline(EnrichmentSources[] sources, long[] starts)
    {
        _sources = sources;
        _starts = starts;
    }

    /// <summary>The knowledge that nothing has taken the place of.</summary>
    public EnrichmentSources Latest => _sources[^1];

    /// <summary>Every knowledge and the time from which it is in force, µs; <see cref="long.MinValue"/> for the first.</summary>
    public IEnumerable<(long From, EnrichmentSources Sources)> Versions => _sources.Select((sources, i) => (i == 0 ? long.MinValue : _starts[i - 1], sources));

    /// <summary>The same up to a time, and another knowledge from then on.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The time is not behind the start of the latest.</exception>
    public EnrichmentTimeline With(EnrichmentSources sources, long from)
    {
        if (from <= (_starts.Length == 0 ? long.MinValue : _starts[^1]))
        {
            throw new ArgumentOutOfRangeException(nameof(from), from, "knowledge comes into force after what is in force");
        }

        return new([.. _sources, sources], [.. _starts, from]);
    }

    /// <summary>The knowledge in force at an evaluated time.</summary>
    public EnrichmentSources At(long time)
    {
        var at = _starts.Length;
        while (at > 0 && time < _starts[at - 1])
        {
            at--;
        }

        return _sources[at];
    }
}
