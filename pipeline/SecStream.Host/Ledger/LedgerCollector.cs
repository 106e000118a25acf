namespace SecStream.Host.Ledger;

/// <summary>What is remembered over a restart, so that learning need not begin anew. Immutable.</summary>
public sealed record CollectorMemory
{
    /// <summary>The sources by name.</summary>
    public IReadOnlyDictionary<string, SourceMemory> Sources { get; init; } = new Dictionary<string, SourceMemory>(StringComparer.Ordinal);

    /// <summary>Since when no event could reach a rule, by its code.</summary>
    public IReadOnlyDictionary<string, DateTimeOffset> BlindSince { get; init; } = new Dictionary<string, DateTimeOffset>(StringComparer.Ordinal);
}

/// <summary>
/// Turns samples of the pipeline into what can't be seen now. Pure but for the probes; one thread, save that probes may be added before the first
/// collection only.
/// </summary>
public sealed class LedgerCollector
{
    private readonly CollectorOptions _options;
    private readonly CollectorMemory _memory;
    private readonly Dictionary<string, SourceWatch> _sources = new(StringComparer.Ordinal);
    private readonly Dictionary<string, DateTimeOffset> _blindSince;
    private readonly List<Func<DateTimeOffset, IEnumerable<Observation>>> _probes = [];
    private readonly RecentCount _evicted = new();
    private readonly RecentCount _lost = new();
    private DateTimeOffset? _stopped;

    /// <summary>Begins to collect.</summary>
    /// <param name="options">From when on something counts.</param>
    /// <param name="memory">What was remembered, or null.</param>
    /// <param name="stopped">When the service stopped running, as far as that is known; null: it never ran here.</param>
    public LedgerCollector(CollectorOptions options, CollectorMemory? memory, DateTimeOffset? stopped)
    {
        _options = options;
        _memory = memory ?? new CollectorMemory();
        _blindSince = new Dictionary<string, DateTimeOffset>(_memory.BlindSince, StringComparer.Ordinal);
        _stopped = stopped;
    }

    /// <summary>What is to be remembered.</summary>
    public CollectorMemory Memory => new()
    {
        Sources = _memory.Sources.Where(s => !_sources.ContainsKey(s.Key)).Take(1000)
            .Concat(_sources.Select(s => KeyValuePair.Create(s.Key, s.Value.Memory)))
            .ToDictionary(StringComparer.Ordinal),
        BlindSince = new Dictionary<string, DateTimeOffset>(_blindSince, StringComparer.Ordinal),
    };

    /// <summary>Adds something that tells what is so at this moment. It must not throw for what it watches over.</summary>
    public void Add(Func<IEnumerable<Observation>> probe) => _probes.Add(_ => probe());

    /// <summary>
    /// Adds a counter that only grows; while it grows, and a while after, an entry is open that counts along.
    /// </summary>
    /// <param name="kind">One of <see cref="BlindSpotKinds"/>.</param>
    /// <param name="subject">What it counts for.</param>
    /// <param name="total">The counter.</param>
    /// <param name="detail">A sentence for people.</param>
    public void AddCounter(string kind, string subject, Func<long> total, Func<string> detail)
    {
        var recent = new RecentCount();
        _probes.Add(now => recent.Take(kind, subject, total(), _ => detail(), now, _options.Window) is { } found ? [found] : []);
    }

    /// <summary>All that can't be seen now.</summary>
    public IReadOnlyList<Observation> Collect(PipelineSample sample, DateTimeOffset now)
    {
        var found = new List<Observation>();
        NotRunning(sample, now, found);
        foreach (var source in sample.Sources)
        {
            found.AddRange(WatchOf(source.Name, now).Take(source, now));
        }

        if (_evicted.Take(BlindSpotKinds.Evicted, "state", sample.Evicted, _ => "keys were evicted over the memory bound; their windows began anew", now, _options.Window) is { } evicted)
        {
            found.Add(evicted);
        }

        if (_lost.Take(BlindSpotKinds.HistoryBound, "state", sample.Lost, _ => "occurrences lay beyond the bound of a key's history", now, _options.Window) is { } lost)
        {
            found.Add(lost);
        }

        if (!sample.KnowsLocations)
        {
            found.Add(new(BlindSpotKinds.NoGeoIp, "geoip", "no GeoIP file with locations is loaded: rules on countries and places see only what events bring themselves"));
        }

        Rules(sample, now, found);
        Files(sample, now, found);
        found.AddRange(_probes.SelectMany(probe => probe(now)));
        return found;
    }

    private void NotRunning(PipelineSample sample, DateTimeOffset now, List<Observation> found)
    {
        if (_stopped is { } stopped)
        {
            found.Add(new(BlindSpotKinds.NotRunning, "service", "the service did not run; files and journals are caught up, datagrams sent meanwhile are lost") { Since = stopped });
            _stopped = sample.Sources.All(s => s.CaughtUp) ? null : stopped;
        }
    }

    private void Rules(PipelineSample sample, DateTimeOffset now, List<Observation> found)
    {
        foreach (var seen in _blindSince.Keys.Except(sample.BlindRules.Select(r => r.Code)).ToList())
        {
            _blindSince.Remove(seen);
        }

        foreach (var rule in sample.BlindRules)
        {
            if (!_blindSince.TryGetValue(rule.Code, out var since) || since > now)
            {
                _blindSince[rule.Code] = since = now;
            }

            if (now - since >= _options.BlindAfter)
            {
                found.Add(new(BlindSpotKinds.RuleBlind, rule.Code, $"{rule.Title}: {rule.Why}") { Since = since });
            }
        }
    }

    private void Files(PipelineSample sample, DateTimeOffset now, List<Observation> found)
    {
        foreach (var file in sample.Files)
        {
            if (_options.StaleAfter.TryGetValue(file.Kind, out var age) && now - file.Renewed > age)
            {
                found.Add(new(BlindSpotKinds.StaleFile, file.Path, $"the {file.Kind} file is {SourceWatch.Round(now - file.Renewed)} old; it should be renewed within {SourceWatch.Round(age)}")
                {
                    Since = file.Renewed + age,
                });
            }
        }
    }

    private SourceWatch WatchOf(string name, DateTimeOffset now)
    {
        if (!_sources.TryGetValue(name, out var watch))
        {
            _sources.Add(name, watch = new SourceWatch(_options, _memory.Sources.GetValueOrDefault(name), now));
        }

        return watch;
    }
}
