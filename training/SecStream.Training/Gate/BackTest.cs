using SecStream.Core.Alerts;
using SecStream.Core.Features;
using SecStream.Training.Exclusions;

namespace SecStream.Training.Gate;

/// <summary>What models find in stored windows.</summary>
/// <param name="Days">Days that were read, ascending.</param>
/// <param name="Models">One a model, in the order asked.</param>
internal sealed record BackTestResult(IReadOnlyList<long> Days, IReadOnlyList<ModelFindings> Models);

/// <summary>What one model finds.</summary>
internal sealed class ModelFindings
{
    /// <summary>Most strange windows that are kept to be told one by one; they are counted beyond that.</summary>
    public const int MaxWindows = 1_000_000;

    private readonly Dictionary<FoundKey, (FeatureSchema Schema, byte[] Key, List<FoundWindow> Windows)> _found = [];
    private readonly Dictionary<(string Profile, long Window), long> _judged = [];
    private int _kept;

    /// <summary>Strange windows a day by severity, each counted for its own severity alone.</summary>
    public Dictionary<long, long[]> ByDay { get; } = [];

    /// <summary>The same of windows of which nothing else says that they are an attack: what a budget of false alerts is for.</summary>
    public Dictionary<long, long[]> UnexplainedByDay { get; } = [];

    /// <summary>Windows judged a day.</summary>
    public Dictionary<long, long> JudgedByDay { get; } = [];

    /// <summary>There are more strange windows than are told one by one.</summary>
    public bool IsCut { get; private set; }

    /// <summary>The keys that have strange windows.</summary>
    public IEnumerable<FoundKey> Keys => _found.Keys;

    /// <summary>Episodes of a key; none when it has none.</summary>
    public List<AnomalyEpisode> EpisodesOf(FoundKey key) =>
        _found.TryGetValue(key, out var found) ? EpisodeJoin.Join(found.Schema, found.Key, found.Windows) : [];

    /// <summary>Windows judged of a profile and length.</summary>
    public long JudgedOf(string profile, long window) => _judged.GetValueOrDefault((profile, window));

    internal void Count(FeatureVector window, long day, in Judgement judgement, IExclusions explained)
    {
        JudgedByDay[day] = JudgedByDay.GetValueOrDefault(day) + 1;
        _judged[(window.Schema.Profile, window.Window)] = JudgedOf(window.Schema.Profile, window.Window) + 1;
        if (judgement.Severity is not { } severity)
        {
            return;
        }

        CountsOf(ByDay, day)[(int)severity]++;
        if (explained.Excludes(window.Schema, window.Key, day) is null)
        {
            CountsOf(UnexplainedByDay, day)[(int)severity]++;
        }

        if (_kept >= MaxWindows)
        {
            IsCut = true;
            return;
        }

        _kept++;
        var key = FoundKey.Of(window);
        if (!_found.TryGetValue(key, out var found))
        {
            _found.Add(key, found = (window.Schema, [.. window.Key], []));
        }

        found.Windows.Add(new FoundWindow(window.Start, window.End, severity, judgement.Grade));
    }

    internal static long[] CountsOf(Dictionary<long, long[]> byDay, long day)
    {
        if (!byDay.TryGetValue(day, out var counts))
        {
            byDay.Add(day, counts = new long[Enum.GetValues<Severity>().Length]);
        }

        return counts;
    }
}

/// <summary>A key of a profile.</summary>
internal readonly record struct FoundKey(string Profile, string KeyHex)
{
    public static FoundKey Of(FeatureVector window) => new(window.Schema.Profile, Convert.ToHexString(window.Key));
}

/// <summary>Lets models judge stored windows, through the code that judges live ones. One reading for all models.</summary>
internal sealed class BackTest(IFeatureStore store, IReadOnlyList<IModelSet> models, IExclusions explained)
{
    /// <summary>Judges every window of some days.</summary>
    /// <param name="wanted">Days, of which those that have windows are read.</param>
    /// <param name="progress">Told about every day read.</param>
    /// <param name="cancellation">Ends it.</param>
    public BackTestResult Run(IReadOnlyCollection<long> wanted, IProgress<TrainingStep>? progress, CancellationToken cancellation)
    {
        var findings = models.Select(_ => new ModelFindings()).ToList();
        var read = new SortedSet<long>();
        foreach (var schema in store.Schemas())
        {
            foreach (var window in schema.Windows)
            {
                var judges = models.Select(model => model.JudgeOf(schema, window)).ToList();
                if (judges.TrueForAll(judge => judge is null))
                {
                    continue;
                }

                var days = store.Days(schema).Where(wanted.Contains).ToList();
                foreach (var (done, day) in days.Index())
                {
                    cancellation.ThrowIfCancellationRequested();
                    Judge(schema, window, day, judges, findings);
                    read.Add(day);
                    progress?.Report(new TrainingStep("back-test", schema.Profile, window, day, done + 1, days.Count));
                }
            }
        }

        return new BackTestResult([.. read], findings);
    }

    private void Judge(FeatureSchema schema, long length, long day, List<IWindowJudge?> judges, List<ModelFindings> findings)
    {
        foreach (var window in store.Read(schema, length, day))
        {
            for (var i = 0; i < judges.Count; i++)
            {
                if (judges[i]?.Judge(window) is { State: JudgementState.Judged } judgement)
                {
                    findings[i].Count(window, day, judgement, explained);
                }
            }
        }
    }
}
