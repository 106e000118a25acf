using System.Globalization;
using SecStream.Stages.Alerting;

namespace SecStream.Host.Ledger;

/// <summary>What is remembered of a source over a restart.</summary>
/// <param name="Spoke">When it had a record last.</param>
/// <param name="GapSquares">Decayed sum of the squares of its gaps, s².</param>
/// <param name="Gaps">Decayed sum of its gaps, s.</param>
/// <param name="Silent">It was silent.</param>
public sealed record SourceMemory(DateTimeOffset Spoke, double GapSquares, double Gaps, bool Silent);

/// <summary>Watches one source for silence, falling behind, bad lines and late events.</summary>
internal sealed class SourceWatch
{
    // Old gaps count half after 35 newer ones.
    private const double Decay = 0.98;
    private const double GapsOfSilence = 10;
    private const int MostSamples = 1000;

    private readonly CollectorOptions _options;
    private readonly Queue<(DateTimeOffset At, SourceSample Sample)> _window = [];
    private readonly RecentCount _unevaluated = new();
    private readonly RecentCount _skewed = new();
    private readonly RecentCount _gap = new();
    private SourceSample? _last;
    private DateTimeOffset _spoke;
    private DateTimeOffset? _behindSince;
    private DateTimeOffset? _lastDead;
    private DateTimeOffset? _lastLate;
    private double _gapSquares;
    private double _gaps;
    private bool _silent;
    private string? _gapText;
    private long _gapCount;

    /// <summary>Begins to watch.</summary>
    public SourceWatch(CollectorOptions options, SourceMemory? memory, DateTimeOffset now)
    {
        _options = options;
        _spoke = memory?.Spoke is { } spoke && spoke < now ? spoke : now;
        _gapSquares = memory?.GapSquares ?? 0;
        _gaps = memory?.Gaps ?? 0;
        _silent = memory?.Silent ?? false;
    }

    /// <summary>What is to be remembered.</summary>
    public SourceMemory Memory => new(_spoke, _gapSquares, _gaps, _silent);

    /// <summary>
    /// How long the source usually says nothing, at a moment picked at random: Σgap² / Σgap. So bursts of many records do not hide the pauses between them.
    /// </summary>
    internal TimeSpan UsualGap => TimeSpan.FromSeconds(_gaps > 0 ? _gapSquares / _gaps : 0);

    /// <summary>Takes a sample; what is so now.</summary>
    public IEnumerable<Observation> Take(SourceSample sample, DateTimeOffset now)
    {
        Learn(sample, now);
        var (events, dead, late) = InWindow(sample, now, out var classes);
        var found = new List<Observation?>
        {
            Silence(sample.Name, now),
            Behind(sample, now),
            ParseFailures(sample, events, dead, classes, now),
            Late(sample, events, late, now),
            _unevaluated.Take(BlindSpotKinds.Unevaluated, sample.Name, sample.Unevaluated, _ => "events came later than the horizon; they are stored and marked, not evaluated", now, _options.Window),
            _skewed.Take(BlindSpotKinds.ClockSkew, sample.Name, sample.Skewed, _ => "events were ahead of their time and were evaluated at the time of their neighbours", now, _options.Window),
            Gap(sample, now),
        };
        _last = sample;
        return found.OfType<Observation>();
    }

    private void Learn(SourceSample sample, DateTimeOffset now)
    {
        if (_last is null && sample.CaughtUp)
        {
            return;
        }

        if (!sample.CaughtUp)
        {
            // What is not caught up has something to say, and nothing can be learned of its pauses.
            (_spoke, _silent) = (now, false);
        }
        else if (sample.Records != _last!.Records)
        {
            var gap = Math.Clamp((now - _spoke).TotalSeconds, 0, _options.LongestSilence.TotalSeconds);
            if (_last.CaughtUp)
            {
                _gapSquares = (_gapSquares * Decay) + (gap * gap);
                _gaps = (_gaps * Decay) + gap;
            }

            (_spoke, _silent) = (now, false);
        }
        else if (now < _spoke)
        {
            // The clock was set back: silence is measured from the new time on.
            _spoke = now;
        }
    }

    private Observation? Silence(string name, DateTimeOffset now)
    {
        var usual = UsualGap;
        var limit = Max(_options.SilentAfter, Min(usual * GapsOfSilence, _options.LongestSilence));
        _silent |= now - _spoke > limit;
        return !_silent
            ? null
            : new Observation(
                BlindSpotKinds.SilentSource,
                name,
                $"no record since {_spoke.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture)} UTC"
                + (usual > TimeSpan.Zero ? $"; usually one comes within {Round(usual)}" : ""))
            { Since = _spoke };
    }

    private Observation? Behind(SourceSample sample, DateTimeOffset now)
    {
        _behindSince = sample.CaughtUp ? null : _behindSince is { } since && since <= now ? since : now;
        return _behindSince is { } start && now - start > _options.BehindAfter
            ? new Observation(
                BlindSpotKinds.Behind,
                sample.Name,
                sample.Lag is { } lag ? $"it is not caught up: what is read now is {Round(lag)} old" : "it is not caught up")
            { Since = start }
            : null;
    }

    private Observation? ParseFailures(SourceSample sample, long events, long dead, IEnumerable<string> classes, DateTimeOffset now)
    {
        var share = dead / Math.Max(1.0, events + dead);
        var added = _last is null ? 0 : Math.Max(0, sample.DeadLetters.Values.Sum() - _last.DeadLetters.Values.Sum());
        return dead > 0 && share > _options.ParseFailureShare
            ? new Observation(
                BlindSpotKinds.ParseFailures,
                sample.Name,
                string.Create(CultureInfo.InvariantCulture, $"{dead} of {events + dead} lines within {Round(_options.Window)} could not be parsed ({share:P1}: {string.Join(", ", classes)}); they are in the dead letters"),
                added)
            { LastTrue = LastTrue(ref _lastDead, added, now) }
            : null;
    }

    private Observation? Late(SourceSample sample, long events, long late, DateTimeOffset now)
    {
        var share = late / Math.Max(1.0, events);
        var added = _last is null ? 0 : Math.Max(0, sample.Late - _last.Late);
        return late > 0 && share > _options.LateShare
            ? new Observation(
                BlindSpotKinds.Late,
                sample.Name,
                string.Create(CultureInfo.InvariantCulture, $"{late} of {events} events within {Round(_options.Window)} came later than the lateness allows ({share:P1}); they were evaluated by correction"),
                added)
            { LastTrue = LastTrue(ref _lastLate, added, now) }
            : null;
    }

    private Observation? Gap(SourceSample sample, DateTimeOffset now)
    {
        if (_last is null)
        {
            // A gap found when the source was opened is one already: the counter starts below it.
            _gap.Take(BlindSpotKinds.SourceGap, sample.Name, 0, _ => "", now, _options.Window);
        }

        _gapCount += sample.Gap is not null && sample.Gap != _gapText ? 1 : 0;
        _gapText = sample.Gap ?? _gapText;
        return _gap.Take(BlindSpotKinds.SourceGap, sample.Name, _gapCount, _ => SafeText.Show(_gapText ?? "", 900), now, _options.Window) is { } found
            ? found with { Count = 0 }
            : null;
    }

    /// <summary>Events, dead letters and late events of the window, and the classes of the dead letters.</summary>
    private (long Events, long Dead, long Late) InWindow(SourceSample sample, DateTimeOffset now, out IEnumerable<string> classes)
    {
        if (_last is not null && sample.Records < _last.Records)
        {
            // A restart has set the counters back.
            _window.Clear();
        }

        _window.Enqueue((now, sample));
        while (_window.Count > 1 && (now - _window.ElementAt(1).At >= _options.Window || _window.Count > MostSamples))
        {
            _window.Dequeue();
        }

        var first = _window.Peek().Sample;
        var added = sample.DeadLetters
            .Select(d => (Class: d.Key, Count: d.Value - first.DeadLetters.GetValueOrDefault(d.Key)))
            .Where(d => d.Count > 0)
            .OrderByDescending(d => d.Count)
            .ToList();
        classes = added.Take(5).Select(d => string.Create(CultureInfo.InvariantCulture, $"{d.Count} {d.Class}"));
        return (sample.Events - first.Events, added.Sum(d => d.Count), sample.Late - first.Late);
    }

    private static DateTimeOffset? LastTrue(ref DateTimeOffset? last, long added, DateTimeOffset now) => last = added > 0 ? now : last;

    private static TimeSpan Max(TimeSpan a, TimeSpan b) => a > b ? a : b;

    private static TimeSpan Min(TimeSpan a, TimeSpan b) => a < b ? a : b;

    /// <summary>A duration for people: its largest unit.</summary>
    internal static string Round(TimeSpan span) => span switch
    {
        { TotalDays: >= 2 } => string.Create(CultureInfo.InvariantCulture, $"{span.TotalDays:0} d"),
        { TotalHours: >= 2 } => string.Create(CultureInfo.InvariantCulture, $"{span.TotalHours:0} h"),
        { TotalMinutes: >= 2 } => string.Create(CultureInfo.InvariantCulture, $"{span.TotalMinutes:0} min"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{span.TotalSeconds:0} s"),
    };
}
