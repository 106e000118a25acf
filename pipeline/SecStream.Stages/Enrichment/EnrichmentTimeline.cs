namespace SecStream.Stages.Enrichment;

/// <summary>
/// What enrichment knows at which evaluated event time: an event is enriched with what was in force then, whenever it comes. Knowledge that no
/// event is expected to need any more need not be in memory: it is loaded again for the first event that does. Thread-safe.
/// </summary>
public sealed class EnrichmentTimeline
{
    private readonly Era[] _eras;
    private readonly long[] _starts;

    /// <summary>One knowledge for all times.</summary>
    /// <param name="sources">The knowledge.</param>
    /// <param name="again">Loads it again; null: it stays in memory.</param>
    public EnrichmentTimeline(EnrichmentSources sources, Func<EnrichmentSources>? again = null)
        : this([new Era(sources.Versions, again, sources)])
    {
    }

    private EnrichmentTimeline(Era[] eras)
    {
        _eras = eras;
        _starts = [.. eras.Skip(1).Select(era => era.From)];
    }

    /// <summary>The knowledge that nothing has taken the place of.</summary>
    public EnrichmentSources Latest => _eras[^1].Sources;

    /// <summary>Every time from which something is in force (the first <see cref="long.MinValue"/>), and the content hashes of all of it.</summary>
    public IEnumerable<(long From, IReadOnlyDictionary<string, string> Versions)> Versions => _eras.Select(era => (era.From, era.Versions));

    /// <summary>How many of the different knowledges are in memory.</summary>
    public int LoadedCount => _eras.Count(era => era.IsLoaded);

    /// <summary>The same up to a time, and another knowledge from then on.</summary>
    /// <param name="sources">The knowledge.</param>
    /// <param name="from">From when on.</param>
    /// <param name="again">Loads it again; null: it stays in memory.</param>
    /// <param name="settledBefore">What was in force only before this time is let go of.</param>
    /// <exception cref="ArgumentOutOfRangeException">The time is not behind the start of the latest.</exception>
    public EnrichmentTimeline With(EnrichmentSources sources, long from, Func<EnrichmentSources>? again = null, long settledBefore = long.MinValue)
    {
        if (from <= _eras[^1].From)
        {
            throw new ArgumentOutOfRangeException(nameof(from), from, "knowledge comes into force after what is in force");
        }

        var before = _eras.Select((era, i) => i + 1 < _eras.Length && _eras[i + 1].From <= settledBefore ? era.Unloaded() : era);
        return new([.. before, new Era(sources.Versions, again, sources) { From = from }]);
    }

    /// <summary>The knowledge in force at an evaluated time.</summary>
    public EnrichmentSources At(long time)
    {
        var at = _starts.Length;
        while (at > 0 && time < _starts[at - 1])
        {
            at--;
        }

        return _eras[at].Sources;
    }

    /// <summary>What is known from one time to the next.</summary>
    private sealed class Era(IReadOnlyDictionary<string, string> versions, Func<EnrichmentSources>? again, EnrichmentSources? sources)
    {
        private readonly Lock _loading = new();
        private volatile EnrichmentSources? _sources = sources;

        public long From { get; init; } = long.MinValue;

        public IReadOnlyDictionary<string, string> Versions { get; } = versions;

        public bool IsLoaded => _sources is not null;

        public EnrichmentSources Sources => _sources ?? Load();

        public Era Unloaded() => again is null ? this : new Era(Versions, again, null) { From = From };

        private EnrichmentSources Load()
        {
            lock (_loading)
            {
                return _sources ??= again!();
            }
        }
    }
}
