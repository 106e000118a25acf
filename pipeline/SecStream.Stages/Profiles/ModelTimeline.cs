using SecStream.Core.Features;

namespace SecStream.Stages.Profiles;

/// <summary>
/// Which models judge windows that end at which event time: a window is judged by what was in force at its end, whenever its last event comes. Models
/// of earlier times need not be in memory: they are loaded again for the first late window that needs them. Thread-safe.
/// </summary>
public sealed class ModelTimeline
{
    private readonly Era[] _eras;
    private readonly long[] _starts;

    private ModelTimeline(Era[] eras)
    {
        _eras = eras;
        _starts = [.. eras.Skip(1).Select(era => era.From)];
    }

    /// <summary>No models at any time.</summary>
    public static ModelTimeline None { get; } = Of(null);

    /// <summary>The models that nothing has taken the place of; null: none.</summary>
    public IModelSet? Latest => _eras[^1].Models;

    /// <summary>Time from which the latest are in force, µs; <see cref="long.MinValue"/>: from the beginning.</summary>
    public long LatestFrom => _eras[^1].From;

    /// <summary>Whether models are in force at any time.</summary>
    public bool IsEmpty => Array.TrueForAll(_eras, era => era.IsEmpty);

    /// <summary>One set for all times.</summary>
    /// <param name="models">The set; null: none.</param>
    /// <param name="again">Loads it again once it has been let go of; null: it stays in memory.</param>
    public static ModelTimeline Of(IModelSet? models, Func<IModelSet?>? again = null) => new([new Era(long.MinValue, again, models, models is null)]);

    /// <summary>The same up to a time, and other models for windows that end from then on.</summary>
    /// <param name="models">The models; null: none any more.</param>
    /// <param name="from">From when on, µs.</param>
    /// <param name="again">Loads them again; null: they stay in memory.</param>
    /// <param name="letGoOfEarlier">The set before is let go of until a late window needs it.</param>
    /// <exception cref="ArgumentOutOfRangeException">The time is not behind the start of the latest.</exception>
    public ModelTimeline With(IModelSet? models, long from, Func<IModelSet?>? again = null, bool letGoOfEarlier = false)
    {
        if (from <= LatestFrom)
        {
            throw new ArgumentOutOfRangeException(nameof(from), from, "models come into force after those that are");
        }

        // One former set stays: late windows of the last hour may need it. Those before it are let go of.
        var kept = letGoOfEarlier ? 0 : 1;
        var before = _eras.Select((era, i) => i < _eras.Length - kept ? era.Unloaded() : era);
        return new([.. before, new Era(from, again, models, models is null)]);
    }

    /// <summary>The models in force at a time; null: none.</summary>
    public IModelSet? At(long time)
    {
        var at = _starts.Length;
        while (at > 0 && time < _starts[at - 1])
        {
            at--;
        }

        return _eras[at].Models;
    }

    /// <summary>Models from one time to the next.</summary>
    private sealed class Era(long from, Func<IModelSet?>? again, IModelSet? models, bool isEmpty)
    {
        private readonly Lock _loading = new();
        private volatile IModelSet? _models = models;

        public long From { get; } = from;

        public bool IsEmpty { get; } = isEmpty;

        public IModelSet? Models => IsEmpty ? null : _models ?? Load();

        public Era Unloaded() => again is null || IsEmpty ? this : new Era(From, again, null, isEmpty: false);

        private IModelSet? Load()
        {
            lock (_loading)
            {
                return _models ??= again!();
            }
        }
    }
}
